"""What a valid scenario may still suffer from, found without a simulation: a line for each, with what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cxsim.scenario.made_good import CREDIT, Worth, worth_of
from cxsim.scenario.offered import Load, offered
from cxsim.scenario.policies import AS_IS
from cxsim.scenario.resolve import Resolved, given
from cxsim.units import format_number

if TYPE_CHECKING:
    from cxsim.scenario.loaded import Scenario


def hints(scenario: Scenario, file: str) -> list[str]:
    """Return what to know before a scenario is run.

    Parameters
    ----------
    scenario
        Its steering rules, where it names any, need not have been allowed.
    file
        As it was named, for the command to type next.

    Returns
    -------
    list of str
        Touchpoints of our firm to which more work comes than their people can do; policies whose `recovery.steps` can
        make nobody whole; how to see whether the model meets what is `known` of our firm.
    """
    return [*_overloads(scenario), *_recoveries(scenario.content), *_records(scenario, file)]


def _overloads(scenario: Scenario) -> Iterator[str]:
    for load in offered(scenario.document):
        if load.is_too_much:
            name = load.touchpoint
            yield f"{name}: {in_people(load)}; raise `{name}.staff` or its hours, or let fewer come"


def in_people(load: Load) -> str:
    """Write how many people a touchpoint needs and has; to one decimal, more where they would look the same."""
    places = next((n for n in (1, 2) if round(load.needed, n) > round(load.there, n)), 3)
    needed, there = f"{load.needed:.{places}f}", f"{load.there:.{places}f}".rstrip("0").rstrip(".")
    return f"needs about {needed} people while it is open, has {there} (approximate: nobody gives up or leaves)"


def _recoveries(content: Resolved) -> Iterator[str]:
    told: dict[Worth, list[str]] = {}
    for policy in content.overlays:
        worth = worth_of(content, policy)
        if worth is not None and not worth.can_make_good:
            told.setdefault(worth, []).append(policy)
    for worth, policies in told.items():
        named = ", ".join(policies[:1] if policies[0] == AS_IS else policies)
        yield f"{named}: complaining makes nobody whole: {too_little(worth)}"


def too_little(worth: Worth) -> str:
    """Say what the steps are worth, what is needed, and what would lift them."""
    steps = f"`recovery.steps: [{', '.join(worth.steps)}]`"
    text = f"{steps} is worth {worth.usual:.2f}, {worth.needed:.2g} is needed"
    if not worth.add:
        return f"{text}; no other steps would do"
    named = [f"`{name}`" for name in worth.add if name != CREDIT]
    if CREDIT in worth.add:
        how = "a larger " if CREDIT in worth.steps else ""
        amount = f" ({format_number(round(worth.credit + 0.049, 1))})" if worth.credit > 0.0 else ""
        named.append(f"{how}`credit`{amount}")
    return f"{text}; {' and '.join(named)} would make it {worth.lifted:.2f}"


def _records(scenario: Scenario, file: str) -> Iterator[str]:
    own = scenario.document.firms[given(scenario.document.our_firm)].known
    figures = [name for name in own.figures() if name != "price"] if own is not None else []
    if figures:
        these = "this figure" if len(figures) == 1 else f"these {len(figures)} figures"
        command = f"cxsim run {file} --replications 4"
        yield f"known: whether the model meets {these} of ours, and what to change first, says `{command}`"
