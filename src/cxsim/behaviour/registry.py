"""The ledger of all behavioural parameters, in the order of their slots in the lever table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cxsim.behaviour import (
    choice,
    complaint,
    expectation,
    experience,
    failure,
    followup,
    leaving,
    organisation,
    patience,
    promise,
    recovery,
    satisfaction,
    survey,
    talk,
)
from cxsim.behaviour.parameter import Parameter

MODULES = (
    expectation,
    satisfaction,
    promise,
    experience,
    patience,
    failure,
    complaint,
    recovery,
    followup,
    organisation,
    choice,
    leaving,
    talk,
    survey,
)

REGISTRY: Mapping[str, Parameter] = MappingProxyType({p.name: p for module in MODULES for p in module.PARAMETERS})
ORDER: Mapping[str, int] = MappingProxyType({name: index for index, name in enumerate(REGISTRY)})
