"""Where the parts of a search come from: the policies of a scenario, their single values, or the levers of a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cxsim.errors import InputError, ValueRefusedError
from cxsim.experiments.parts import TIMES, Candidate, Chosen, Dial, Part, Reach, Space
from cxsim.experiments.studies.factors import WHOLE, Factor
from cxsim.experiments.unsure import Range
from cxsim.scenario import paths
from cxsim.scenario.fields import UNLIMITED
from cxsim.scenario.forks import written as time_text
from cxsim.scenario.policies import AS_IS, FOREVER, Piece
from cxsim.scenario.study_fields import THE_START
from cxsim.units import MONTH, Price, Rate, format_number, parse_change

if TYPE_CHECKING:
    from cxsim.experiments.studies.study import Study
    from cxsim.scenario import Scenario

# How far a value goes: 0 leaves it as it is, 1 is what the policy makes of it, and a little beyond.
STRENGTHS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
DELAYS: Final = (3, 6, 12)  # months
FIGURES: Final = 3
GRID: Final = 9  # values of a lever that a search tries


def parts_of_policies(scenario: Scenario, names: Sequence[str] | None = None, delays: Sequence[int] = DELAYS) -> Space:
    """Return the policies of a scenario as parts; those that combine others are where a search begins.

    Parameters
    ----------
    scenario : Scenario
    names : sequence of str, optional
        Which may be chosen; all that combine no others by default.
    delays : sequence of int
        Months after its written begin at which a policy may begin; 0 first.

    Raises
    ------
    ScenarioError
        When there is no policy of a name.
    """
    written = scenario.document.policies or {}
    for name in names or ():
        scenario.policy(name)
    wanted = [name for name in written if names is None or name in names]
    simple = [name for name in wanted if written[name].combine is None]
    parts = tuple(_part(scenario, name, _delays(scenario, name, delays)) for name in simple)
    place = {part.name: number for number, part in enumerate(parts)}
    also: list[Candidate] = []
    for name in wanted:
        combined = written[name].combine
        if combined is None or not set(combined) <= set(place):
            continue
        chosen = []
        for key, times in combined.items():
            part = parts[place[key]]
            begin = _begin_like(scenario, part, str(times.from_) if times.from_ else "")
            chosen.append(Chosen(place[key], begin, part.written_strengths()))
        also.append(tuple(sorted(chosen)))
    return Space(scenario, parts, f"policies of {scenario.name}", tuple(also))


def _begin_like(scenario: Scenario, part: Part, text: str) -> int:
    """Return which begin of a part is nearest to a time that a combination writes."""
    if not text:
        return 0
    wanted = scenario.time(text)
    base = part.reaches[0].piece.begin if part.reaches else 0
    return min(range(len(part.begins)), key=lambda number: abs(base + part.delays[number] - wanted))


def _delays(scenario: Scenario, name: str, months: Sequence[int]) -> list[int]:
    """Return by how much a policy may begin later; also as much later as it does in a combination of the file."""
    begin = scenario.policy(name).costs[0].begin
    found = {count * MONTH for count in months}
    for policy in (scenario.document.policies or {}).values():
        times = (policy.combine or {}).get(name)
        if times is not None and times.from_ is not None:
            found.add(scenario.time(str(times.from_)) - begin)
    return sorted(delay for delay in found if delay > 0)


def _part(scenario: Scenario, name: str, delays: Sequence[int] = ()) -> Part:
    overlay, block = scenario.policy(name), _block(scenario, name)
    begin, end = overlay.costs[0].begin, min(overlay.costs[0].end, scenario.document.lasts)
    later = [delay for delay in delays if begin + delay < end]
    begins = (str(block.get("from", "")), *(time_text(begin + delay) for delay in later))
    dials = tuple(dial for piece in overlay.pieces if (dial := dial_of(scenario, piece, alone=False)) is not None)
    if overlay.steering:
        dials = ()  # a rule belongs to the policy that names it: what it steers stays as written
    if len(dials) == 1 and len(overlay.pieces) == 1:
        dials = (replace(dials[0], strengths=dials[0].strengths[1:]),)  # at 0 it would do nothing
    reaches = [Reach(piece, steers=False) for piece in overlay.pieces]
    for one in overlay.steering:
        for path in one.rule.levers if one.rule is not None else ():
            location = paths.find(scenario.content.tree, path)
            reaches.append(Reach(Piece(name, location, path, "", one.begin, one.end, ()), steers=True))
    return Part(name, block, begins, dials, tuple(reaches), (0, *later), listed=True)


def _block(scenario: Scenario, name: str) -> dict[str, Any]:
    block: Mapping[str, Any] = scenario.content.tree["policies"][name]
    return {key: value for key, value in block.items() if value not in ([], "")}


def parts_of_values(scenario: Scenario) -> Space:
    """Return every value that a policy changes as a part of its own, without written cost, then each policy whole.

    A policy that changes one value and has no written cost is that value.
    """
    parts: list[Part] = []
    for name, policy in (scenario.document.policies or {}).items():
        if policy.combine is not None:
            continue
        block, overlay = _block(scenario, name), scenario.policy(name)
        if len(overlay.pieces) == 1 and not any(overlay.costs[0][:2]):
            continue
        for piece in overlay.pieces:
            own: dict[str, Any] = {key: block[key] for key in TIMES if key in block}
            own |= {"change": {piece.written: piece.raw}, "cost": "0"}
            dial = dial_of(scenario, piece, alone=True)
            dials = (dial,) if dial is not None else ()
            title = f"{piece.written} ({name})" if piece.written in {part.name for part in parts} else piece.written
            parts.append(Part(title, own, (own.get("from", ""),), dials, (Reach(piece, steers=False),)))
    whole = [_part(scenario, name) for name, one in (scenario.document.policies or {}).items() if not one.combine]
    return Space(scenario, (*parts, *whole), f"policies of {scenario.name}, and each value that one changes")


def parts_of_study(study: Study) -> Space:
    """Return the levers of a study as parts, and the policies that it names.

    Parameters
    ----------
    study : Study

    Raises
    ------
    InputError
        When its levers hold from the very beginning: what they cost could not be told from what the world costs.
    """
    scenario = study.scenario
    if study.levers and study.levers_from == THE_START:
        message = (
            f"{study.name}: levers from {THE_START}; levers that are pulled at a time are allowed, so that their cost "
            "can be told from what the firm spends anyway; write, for example, from: month 0"
        )
        raise InputError(message)
    own = parts_of_policies(scenario, [name for name in study.policies if name != AS_IS])
    begin = scenario.time(study.levers_from) if study.levers else 0
    levers = tuple(_lever(factor, study.levers_from, begin) for factor in study.levers)
    what = " and policies" if own.parts else ""
    return Space(scenario, (*own.parts, *levers), f"levers{what} of {study.name}", own.also)


def _lever(factor: Factor, at: str, begin: int) -> Part:
    """Return a lever as a part; where it stays as it is, it is not pulled."""
    steps = factor.span is None or factor.span.kind == "count"
    if steps:
        texts = [text for text in factor.spread(GRID if _wide(factor) else 0) if factor.differs(text)]
        dial = Dial(
            factor.path,
            lambda strength: texts[round(strength)],
            tuple(float(number) for number in range(len(texts))),
            stepped=True,
            costs=factor.cost_of,
        )
    else:
        positions = [step / (GRID - 1) for step in range(GRID)]
        known = {factor.at(position): position for position in positions if factor.differs(factor.at(position))}
        dial = Dial(factor.path, factor.at, tuple(known.values()), costs=factor.cost_of)
    far = max(dial.strengths, key=lambda strength: abs(factor.number(dial.at(strength)) - factor.as_is_number))
    dial = replace(dial, far=far)
    text = dial.at(far)
    block = {"from": at, "change": {factor.path: text}, "cost": "0"}
    piece = Piece(factor.path, factor.location, factor.path, text, begin, FOREVER, ())
    return Part(factor.path, block, (at,), (dial,), (Reach(piece, steers=False),))


def _wide(factor: Factor) -> bool:
    """Whether a range of whole numbers has too many of them to try each."""
    return factor.span is not None and factor.span.high - factor.span.low >= WHOLE


def dial_of(scenario: Scenario, piece: Piece, *, alone: bool) -> Dial | None:
    """Return the dial of a value that a policy changes; None where it is no number.

    Parameters
    ----------
    scenario : Scenario
    piece : Piece
    alone : bool
        Whether it is the only value of its part, which then does nothing at strength 0.
    """
    tree, raw = scenario.content.tree, piece.raw
    text_at = _text_at(tree, piece)
    if text_at is None:
        return None
    allowed: dict[str, float] = {}
    for strength in STRENGTHS:
        text = raw if strength == 1.0 else text_at(strength)
        try:
            made = paths.applied(tree, piece.location, [text])
        except ValueRefusedError:
            continue  # a little beyond is not allowed here
        # Strengths that give the same value, such as half a person more, are one; the written one stays.
        if str(made) not in allowed or strength == 1.0:
            allowed[str(made)] = strength
    strengths = sorted(allowed.values())
    if alone or 0.0 not in strengths:
        strengths = [strength for strength in strengths if strength > 0.0]
    if len(strengths) < 2 and not alone:  # noqa: PLR2004 -- with one there is nothing to choose
        return None
    whole = paths.kind_at(piece.location) == "count"
    return Dial(
        piece.written,
        lambda strength: raw if strength == 1.0 else text_at(strength),
        tuple(strengths),
        1.0,
        stepped=whole,
    )


def _text_at(tree: paths.Tree, piece: Piece) -> Callable[[float], str] | None:
    """Return how a change is written that goes more or less far."""
    if not isinstance(piece.raw, str):
        return None
    change = parse_change(piece.raw)
    if change.how == "multiply":
        return lambda strength: f"{format_number(round(1.0 + strength * (change.factor - 1.0), 6))} times"
    base = paths.at(tree, piece.location)
    try:
        before = _number(paths.value_at(piece.location, base))
        made = paths.applied(tree, piece.location, [piece.raw])
        after = _number(paths.value_at(piece.location, made))
    except ValueRefusedError:
        return None
    if before is None or after is None or before == after or change.how != "set":
        return None
    like = paths.value_at(piece.location, made)
    if isinstance(like, Price | Rate) and like.per != paths.value_at(piece.location, base).per:
        return None
    far = before + STRENGTHS[-1] * (after - before)
    kind = paths.kind_at(piece.location)
    span = Range(piece.written, "", piece.location, kind, min(before, far), max(before, far), like)
    return lambda strength: span.written(span.rounded(before + strength * (after - before), FIGURES))


def _number(value: Any) -> float | None:
    if isinstance(value, Price | Rate):
        return value.amount
    if isinstance(value, bool) or not isinstance(value, int | float) or value == UNLIMITED:
        return None
    return float(value)
