"""The ledger of assumptions: every behavioural value that a scenario uses, with its source and how sure we are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cxsim.behaviour.registry import MODULES, REGISTRY
from cxsim.errors import ScenarioError
from cxsim.units import format_number

if TYPE_CHECKING:
    from cxsim.behaviour.parameter import Parameter
    from cxsim.scenario import Scenario

CONFIDENCES: Final = ("measured", "published", "survey", "assumption")
INFERRED: Final = "inferred"
WRITTEN: Final = "written"
DEFAULT: Final = "default"
CUSTOMERS: Final = "customers and market"
FIRMS: Final = "firms"
SWITCHES: Final = "mechanisms"
CONVENTION: Final = "convention"
# What a group of parameters is about; a module that is not named here speaks for itself.
TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "choice": "choosing a firm",
        "complaint": "leaving, complaining, keeping silent",
        "experience": "what a visit is felt to be",
        "failure": "failures and blame",
        "followup": "being followed up",
        "leaving": "leaving",
        "organisation": "training and fixing",
        "patience": "patience in a queue",
        "promise": "promises kept and broken",
        "recovery": "making good",
        "talk": "word of mouth",
    }
)
# Keys of the market and its segments that say how people behave, whoever wrote them.
OF_MARKET: Final = ("talk_to.friends", "talk_to.acquaintances", "leaves_anyway", "switching.notice", "switching.cost")
OF_SEGMENT: Final = ("patience", "price_weight")
# The module whose equations read such a key, by the last word of its path.
READ_BY: Final[Mapping[str, str]] = MappingProxyType({"patience": "patience", "price_weight": "choice"})


class Assumption(NamedTuple):
    """One behavioural value.

    Attributes
    ----------
    path : str
        As `--set` and `unsure` name it.
    value, unit : str
        The value as it would be written.
    low, high : str
        What is allowed; empty where there is no range.
    source, confidence : str
        Of a default: measured, published, survey or assumption, or a convention of the format; a written value is
        the scenario's.
    origin : {"written", "default"}
    group : str
        What it is about.
    meaning : str
        One sentence; may be empty.
    module : str
        The behaviour module that declares or reads it; empty for other values of market and firms.
    unsure : str
        The range under `unsure`, empty where none is written.
    """

    path: str
    value: str
    unit: str
    low: str
    high: str
    source: str
    confidence: str
    origin: str
    group: str
    meaning: str = ""
    module: str = ""
    unsure: str = ""


def assumptions(scenario: Scenario) -> tuple[Assumption, ...]:
    """Return every behavioural value that a scenario uses: the ledger, then market and firms, then the switches.

    Parameters
    ----------
    scenario : Scenario
        Resolved, so that each default carries its source.
    """
    tree = scenario.content.tree
    noted: Mapping[str, Mapping[str, str]] = tree.get("assumptions", {})
    unsure = {_full(path, tree): str(text) for path, text in tree.get("unsure", {}).items()}
    found = [*_ledger(tree, noted), *_market(tree, noted), *_firms(tree, noted), *_switches(tree, noted)]
    found = [one._replace(unsure=unsure.pop(one.path, "")) for one in found]
    return (*found, *_unsure(scenario, unsure))


def counts(found: Iterable[Assumption]) -> list[tuple[str, int]]:
    """Count assumptions by confidence, surest first; what was written in the scenario comes last."""
    number = Counter(one.confidence for one in found)
    return [(name, number[name]) for name in (*CONFIDENCES, INFERRED, CONVENTION, WRITTEN) if number[name]]


def resting_on(found: Iterable[Assumption], modules: Collection[str]) -> tuple[list[Assumption], list[Assumption]]:
    """Part the assumptions into those an answer rests on and the others.

    Parameters
    ----------
    found : iterable of Assumption
    modules : collection of str
        Behaviour modules through which the answer came about.

    Returns
    -------
    (list, list)
        What the scenario says it is unsure of first, then those of the modules from the least sure to the surest;
        and the rest in its order.
    """
    first: list[Assumption] = []
    rest: list[Assumption] = []
    for one in found:
        (first if one.unsure or one.module in modules else rest).append(one)
    order = [WRITTEN, CONVENTION, *CONFIDENCES[:-1], INFERRED, CONFIDENCES[-1]]
    first.sort(key=lambda one: (not one.unsure, -order.index(one.confidence) if one.confidence in order else 0))
    return first, rest


def _full(path: str, tree: Mapping[str, Any]) -> str:
    """Return a path that begins with a firm, `market` or `defaults`."""
    known = ("market", "defaults", *tree.get("firms", {}))
    return path if path.split(".", 1)[0] in known else f"{tree.get('our_firm', '')}.{path}"


def _ledger(tree: Mapping[str, Any], noted: Mapping[str, Mapping[str, str]]) -> Iterator[Assumption]:
    homes = _homes()
    for name, value in tree.get("defaults", {}).items():
        parameter = REGISTRY.get(name)
        if parameter is None or parameter.role == "switch":
            continue
        path = f"defaults.{name}"
        module = homes[name]
        low, high = format_number(parameter.low), format_number(parameter.high)
        numbers = (str(value), parameter.unit, low, high)
        origin = _origin(path, noted, parameter)
        yield Assumption(path, *numbers, *origin, TITLES.get(module, module), parameter.meaning, module)


def _homes() -> dict[str, str]:
    return {one.name: module.__name__.rpartition(".")[2] for module in MODULES for one in module.PARAMETERS}


def _origin(
    path: str, noted: Mapping[str, Mapping[str, str]], parameter: Parameter | None = None
) -> tuple[str, str, str]:
    """Return source, confidence and whether a value was written; what is not noted was written."""
    note = noted.get(path)
    if note is not None:
        return str(note["source"]), str(note["confidence"]), DEFAULT
    instead = f" (default {format_number(parameter.default)}: {parameter.source})" if parameter is not None else ""
    return f"the scenario{instead}", WRITTEN, WRITTEN


def _market(tree: Mapping[str, Any], noted: Mapping[str, Mapping[str, str]]) -> Iterator[Assumption]:
    market = tree.get("market")
    if not market:
        return
    places = [(f"market.{key}", _inside(market, key)) for key in OF_MARKET]
    for name, segment in market.get("segments", {}).items():
        places += [(f"market.segments.{name}.{key}", segment.get(key)) for key in OF_SEGMENT]
        here = f"market.segments.{name}.cares_about"
        places += [(f"{here}.{key}", value) for key, value in segment.get("cares_about", {}).items()]
    for path, value in places:
        if value is not None:
            module = READ_BY.get(path.rpartition(".")[2], "")
            yield Assumption(path, _text(value), "", "", "", *_origin(path, noted), CUSTOMERS, module=module)


def _firms(tree: Mapping[str, Any], noted: Mapping[str, Mapping[str, str]]) -> Iterator[Assumption]:
    """Yield what was assumed of the firms because it is not written; how a firm works is not behaviour."""
    for path, note in noted.items():
        if path.split(".", 1)[0] in tree.get("firms", {}) and note["confidence"] != CONVENTION:
            yield Assumption(path, _text(note["value"]), "", "", "", *_origin(path, noted), FIRMS)


def _switches(tree: Mapping[str, Any], noted: Mapping[str, Mapping[str, str]]) -> Iterator[Assumption]:
    """Yield the mechanisms that were switched off: each is an assumption that something does not matter."""
    for name, value in tree.get("switches", {}).items():
        parameter = REGISTRY.get(name)
        if parameter is not None and str(value) not in {"on", "1", "true"}:
            path = f"switches.{name}"
            source, confidence, origin = _origin(path, noted)
            yield Assumption(path, "off", "", "", "", source, confidence, origin, SWITCHES, parameter.meaning)


def _unsure(scenario: Scenario, ranges: Mapping[str, str]) -> Iterator[Assumption]:
    """Yield the other values that the scenario says it is unsure of: how firms are."""
    for path, text in ranges.items():
        try:
            value = scenario.value(path)
        except ScenarioError:
            value = ""
        yield Assumption(path, value, "", "", "", "the scenario", WRITTEN, WRITTEN, FIRMS, unsure=text)


def _inside(block: Mapping[str, Any], path: str) -> Any:
    value: Any = block
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {item}" for key, item in value.items())
    return str(value)
