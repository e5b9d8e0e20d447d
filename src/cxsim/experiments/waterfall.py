"""What each part of a bundle adds: Shapley values over common luck.

Every combination of the parts is simulated on the same luck, or, where there are too many parts, those that come up in
random orders of joining. In each replication the parts add up to what the whole bundle changes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from cxsim.errors import Fault, InputError, RunError, ScenarioError, quoted
from cxsim.experiments.executor import Progress, Report
from cxsim.experiments.studies.case import Case, written
from cxsim.experiments.tables import Array, Tables, in_portions
from cxsim.stats.shapley import coalitions_of, joining_orders, sampled_values, shapley_values

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

EXACT: Final = 8  # parts; 256 combinations
ORDERS: Final = 24
BUNDLE: Final = "some of the bundle"
POLICY: Final = "policy"
CHANGE: Final = "change"


class Piece(NamedTuple):
    """A part of a bundle.

    Attributes
    ----------
    name : str
    policy : str
        The policy of the file that it belongs to.
    path : str
        The one value that it changes; empty for the whole policy.
    """

    name: str
    policy: str
    path: str = ""


@dataclass(frozen=True)
class Bundle:
    """A policy taken apart.

    Attributes
    ----------
    scenario : Scenario
    policy : str
    pieces : tuple of Piece
    times : mapping
        `from` and `until` of each policy of the file, as the bundle has them.
    cost : Any
        What the bundle costs beyond its parts, as written; it is there with the first part.
    """

    scenario: Scenario
    policy: str
    pieces: tuple[Piece, ...]
    times: Mapping[str, Mapping[str, Any]]
    cost: Any

    def case(self, mask: int) -> Case:
        """Return the parts that are the bits of a number, together."""
        inside = [piece for place, piece in enumerate(self.pieces) if mask >> place & 1]
        if not inside:
            return Case()
        if len(inside) == len(self.pieces):
            return Case(self.policy)
        found: dict[str, Any] = {}
        combine: list[Any] = []
        for policy in dict.fromkeys(piece.policy for piece in inside):
            own = [piece for piece in inside if piece.policy == policy]
            if own[0].path:
                name = f"part {len(found) + 1} of the bundle"
                found[name] = self._block(policy, [piece.path for piece in own])
                combine.append(name)
            else:
                times = dict(self.times[policy])
                combine.append({policy: times} if times else policy)
        found[BUNDLE] = {"combine": combine, **({"cost": self.cost} if self.cost is not None else {})}
        return Case(BUNDLE, (), written(found))

    def _block(self, policy: str, paths: Sequence[str]) -> dict[str, Any]:
        """Return a policy with some of its changes; what it costs is there with the first of them."""
        block = self.scenario.content.tree["policies"][policy]
        kept = {key: value for key, value in block.items() if key in {"from", "until", "for", "cost"} and value != []}
        return {**kept, **self.times[policy], "change": {path: block["change"][path] for path in paths}}


def bundle_of(scenario: Scenario, policy: str, by: str = POLICY) -> Bundle:
    """Take a policy apart.

    Parameters
    ----------
    scenario : Scenario
    policy : str
    by : {"policy", "change"}
        Into the policies that it combines, or into single changes; one that combines none is always taken apart into
        changes.

    Raises
    ------
    ScenarioError
        When there is no such policy, or there is nothing to take apart.
    """
    if by not in {POLICY, CHANGE}:
        message = f"by: {by!r}; {POLICY} or {CHANGE} is allowed; choose one"
        raise InputError(message)
    scenario.policy(policy)
    tree = scenario.content.tree["policies"]
    block = tree.get(policy, {})
    combined = block.get("combine")
    times: dict[str, dict[str, Any]] = {}
    for one in combined or ([policy] if block else []):
        times |= {name: dict(own) for name, own in one.items()} if isinstance(one, Mapping) else {one: {}}
    pieces: list[Piece] = []
    for name in times:
        changes = list(tree[name].get("change", {}))
        if (combined and by == POLICY) or "steering" in tree[name] or len(changes) < 2:  # noqa: PLR2004 -- one change is it
            pieces.append(Piece(name, name))
        else:
            pieces += [Piece(path, name, path) for path in changes]
    if len(pieces) < 2:  # noqa: PLR2004 -- a whole has parts
        allowed = "a policy that combines others, or changes more than one value"
        raise ScenarioError([Fault("--policy", None, "", quoted(policy), allowed, "name another policy")])
    twice = {piece.name for piece in pieces if [other.name for other in pieces].count(piece.name) > 1}
    named = [piece._replace(name=f"{piece.policy}: {piece.name}") if piece.name in twice else piece for piece in pieces]
    return Bundle(scenario, policy, tuple(named), times, block.get("cost") if combined else None)


@dataclass(frozen=True)
class Waterfall:
    """What each part of a bundle adds to one measure.

    Attributes
    ----------
    bundle : Bundle
    measure : str
    as_is, whole : (replications,) float64
        The measure under as-is and under the bundle.
    shares : (parts, replications) float64
        Shapley values; each column adds up to that of `whole` less `as_is`.
    alone, last : (parts, replications) float64
        What a part adds to nothing, and to all others.
    error : (parts,) float64
        Standard error of the mean share that is due to orders that were not looked at; 0 where all were.
    combinations : int
        How many were simulated.
    left_out : int
        Replications in which some combination has no value.
    """

    bundle: Bundle
    measure: str
    as_is: Array
    whole: Array
    shares: Array
    alone: Array
    last: Array
    error: Array
    combinations: int
    left_out: int


def waterfall(  # noqa: PLR0913 -- what is taken apart, how often, and how
    bundle: Bundle,
    tables: Tables,
    measure: str,
    replications: int,
    *,
    seed: int = 1,
    orders: int = ORDERS,
    report: Report | None = None,
) -> Waterfall:
    """Find what each part of a bundle adds.

    Parameters
    ----------
    bundle : Bundle
    tables : Tables
    measure : str
    replications : int
        2 or more.
    seed : int
        Of the orders of joining, where there are more than 8 parts.
    orders : int
        How many of them, an even number.
    report : callable, optional

    Raises
    ------
    InputError
        When a number is not allowed.
    RunError
        When fewer than two replications have a value in every combination.
    """
    if replications < 2:  # noqa: PLR2004 -- an interval needs two
        message = f"replications: {replications}; 2 or more are allowed; raise the number"
        raise InputError(message)
    count = len(bundle.pieces)
    every = (1 << count) - 1
    exact = count <= EXACT
    joining = None if exact else joining_orders(count, orders, seed)
    alone = [1 << place for place in range(count)]
    last = [every ^ mask for mask in alone]
    masks = list(range(every + 1)) if joining is None else sorted({*coalitions_of(joining), *alone, *last})
    worths = _simulated(bundle, tables, measure, masks, replications, report)
    table = np.array([worths[mask] for mask in masks])
    kept = np.isfinite(table).all(axis=0)
    if kept.sum() < 2:  # noqa: PLR2004
        message = (
            f"waterfall: {measure} has a value in every combination in {int(kept.sum())} of {replications} "
            "replications; 2 or more are needed; raise --replications, or choose another measure"
        )
        raise RunError(message)
    worths = {mask: worth[kept] for mask, worth in worths.items()}
    if joining is None:
        shares, error = shapley_values(table[:, kept]), np.zeros(count)
    else:
        shares, error = sampled_values(joining, worths)
    return Waterfall(
        bundle=bundle,
        measure=measure,
        as_is=worths[0],
        whole=worths[every],
        shares=shares,
        alone=np.array([worths[mask] - worths[0] for mask in alone]),
        last=np.array([worths[every] - worths[mask] for mask in last]),
        error=error,
        combinations=len(masks),
        left_out=int((~kept).sum()),
    )


def _simulated(
    bundle: Bundle, tables: Tables, measure: str, masks: Sequence[int], replications: int, report: Report | None
) -> dict[int, Array]:
    """Return what each combination is worth in each replication."""
    begun = time.monotonic()

    def say(done: int) -> None:
        if report is not None:
            report(Progress(done, len(masks), time.monotonic() - begun, "combinations"))

    cases = [bundle.case(mask) for mask in masks]
    values = in_portions(tables, cases, range(replications), (measure,), say)
    return dict(zip(masks, values[:, :, 0], strict=True))
