"""What a search may choose from: parts, each with a time to begin and values that go more or less far.

A part is a policy of the scenario, one value that a policy changes, or a lever of a study. Some of its values are
dials: numbers between what is there today and what the policy makes of them, or a little beyond.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cxsim.experiments.studies.case import AS_IS, Case, written
from cxsim.scenario.policies import Piece
from cxsim.units import format_number

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

LONGEST_NAME: Final = 40
TIMES: Final = ("from", "until", "for")


@dataclass(frozen=True)
class Dial:
    """A value that goes more or less far.

    Attributes
    ----------
    path : str
        As a person writes it.
    at : callable
        Strength to text, as `change` takes it.
    strengths : tuple of float
        Those that a search tries, weakest first; between the first and the last any is allowed, unless it is stepped.
    written : float
        The strength as the file has it; NaN where it has none.
    stepped : bool
        Whether only the listed strengths are allowed.
    far : float
        The strength at which the value is farthest from what it is now; NaN: the last one.
    costs : callable, optional
        Text to what it costs once and a year, where the value has a written cost of its own.
    """

    path: str
    at: Callable[[float], str]
    strengths: tuple[float, ...]
    written: float = math.nan
    stepped: bool = False
    far: float = math.nan
    costs: Callable[[str], tuple[float, float]] | None = None

    @property
    def usual(self) -> float:
        """Return the strength as written, or else that which goes farthest."""
        known = [strength for strength in (self.written, self.far) if not math.isnan(strength)]
        return known[0] if known else self.strengths[-1]


class Reach(NamedTuple):
    """Which value a part moves, and when: two parts that both set it at one time cannot be combined."""

    piece: Piece
    steers: bool

    def clashes(self, other: Reach) -> bool:
        """Whether the two cannot be in one policy."""
        mine, its = self.piece, other.piece
        shorter = min(len(mine.location), len(its.location))
        if mine.location[:shorter] != its.location[:shorter]:
            return False
        return self.steers or other.steers or (mine.sets and its.sets and mine.meets(its))


@dataclass(frozen=True)
class Part:
    """One thing that can be done.

    Attributes
    ----------
    name : str
    block : mapping
        As under `policies` in a scenario file, dials at what is written.
    begins : tuple of str
        When it may begin, as `from` takes it; the first is as written.
    dials : tuple of Dial
    reaches : tuple of Reach
        What it moves, beginning as written.
    delays : tuple of int
        Microseconds after what is written, one for each of `begins`.
    listed : bool
        Whether the scenario has it under this name.
    """

    name: str
    block: Mapping[str, Any]
    begins: tuple[str, ...]
    dials: tuple[Dial, ...]
    reaches: tuple[Reach, ...]
    delays: tuple[int, ...] = (0,)
    listed: bool = False

    def written_strengths(self) -> tuple[float, ...]:
        """Return the strength of every dial as the file has it."""
        return tuple(dial.written for dial in self.dials)

    def filled(self, chosen: Chosen) -> dict[str, Any]:
        """Return the block with its dials and its begin as chosen."""
        block = dict(self.block)
        change = dict(block.get("change", {}))
        for dial, strength in zip(self.dials, chosen.strengths, strict=True):
            change[dial.path] = dial.at(strength)
            if dial.costs is not None:
                block["cost"] = _costs([_read(block["cost"]), dial.costs(change[dial.path])])
        if change:
            block["change"] = change
        if self.begins[chosen.begin]:
            block["from"] = self.begins[chosen.begin]
        return block


class Chosen(NamedTuple):
    """A part that is in: its number, which of its begins, and the strength of each dial."""

    part: int
    begin: int
    strengths: tuple[float, ...]


Candidate = tuple[Chosen, ...]


@dataclass(frozen=True)
class Space:
    """All that can be chosen.

    Attributes
    ----------
    scenario : Scenario
    parts : tuple of Part
    source : str
        What the parts are, for people: "policies of cable-town".
    also : tuple of Candidate
        Candidates that a search begins with beside each part alone: the combinations that the file has.
    """

    scenario: Scenario
    parts: tuple[Part, ...]
    source: str
    also: tuple[Candidate, ...] = ()

    def alone(self, number: int, strengths: Sequence[float] | None = None) -> Candidate:
        """Return one part alone, as written, or with its dials at `strengths`."""
        part = self.parts[number]
        usual = tuple(dial.usual for dial in part.dials)
        return (Chosen(number, 0, usual if strengths is None else tuple(strengths)),)

    def without_clashes(self, candidate: Candidate) -> Candidate:
        """Return a candidate in which of two parts that cannot be combined the one listed later is left out."""
        kept: list[Chosen] = []
        for one in sorted(candidate):
            if not any(self._clash(one, other) for other in kept):
                kept.append(one)
        return tuple(kept)

    def _clash(self, one: Chosen, other: Chosen) -> bool:
        return any(mine.clashes(its) for mine in self._reaches(one) for its in self._reaches(other))

    def _reaches(self, one: Chosen) -> list[Reach]:
        part = self.parts[one.part]
        delay = part.delays[one.begin]
        return [
            Reach(Piece(p.policy, p.location, p.written, p.raw, p.begin + delay, p.end, p.segments), steers)
            for p, steers in part.reaches
        ]

    def case(self, candidate: Candidate) -> Case:
        """Return what is simulated for a candidate; what the scenario has itself keeps its name."""
        if not candidate:
            return Case(AS_IS)
        if len(candidate) == 1 and self._as_written(candidate[0]):
            return Case(self.parts[candidate[0].part].name)
        blocks = self.blocks(candidate, self._free("candidate"))
        name = next(reversed(blocks))
        return Case(name, (), written(blocks))

    def blocks(self, candidate: Candidate, name: str, idea: str = "") -> dict[str, dict[str, Any]]:
        """Return policies to be written into the scenario file; the last is the candidate as a whole.

        Parameters
        ----------
        candidate : tuple of Chosen
            At least one part.
        name : str
            A new one.
        idea : str
            One sentence; empty for that of the file.
        """
        found: dict[str, dict[str, Any]] = {}
        more = {"idea": idea} if idea else {}
        own = [one for one in candidate if not self._as_listed(one)]
        filled = [self.parts[one.part].filled(one) for one in candidate]
        if len(own) == len(candidate) and _alike(filled):
            return {name: {**_merged(filled), **more}}
        combine: list[Any] = []
        for one, block in zip(candidate, filled, strict=True):
            part = self.parts[one.part]
            if one in own:
                new = self._free(f"{part.name}-chosen", taken=found)
                found[new] = block
                combine.append(new)
            else:
                combine.append({part.name: {"from": part.begins[one.begin]}} if one.begin else part.name)
        found[name] = {**more, "combine": combine}
        return found

    def words(self, candidate: Candidate) -> str:
        """Say what a candidate does, for people."""
        if not candidate:
            return AS_IS
        texts = []
        for one in candidate:
            part = self.parts[one.part]
            values = [
                f"{dial.path} {dial.at(strength)}"
                for dial, strength in zip(part.dials, one.strengths, strict=True)
                if strength != dial.written and dial.path != part.name
            ]
            if len(part.dials) == 1 and part.dials[0].path == part.name:
                texts.append(f"{part.name} {part.dials[0].at(one.strengths[0])}")
                continue
            values += [f"from {part.begins[one.begin]}"] if one.begin else []
            texts.append(f"{part.name} ({', '.join(values)})" if values else part.name)
        return " + ".join(texts)

    def _as_listed(self, one: Chosen) -> bool:
        part = self.parts[one.part]
        return part.listed and one.strengths == part.written_strengths()

    def _as_written(self, one: Chosen) -> bool:
        return self._as_listed(one) and one.begin == 0

    def _free(self, wanted: str, taken: Mapping[str, Any] | None = None) -> str:
        """Return a policy name that is not used yet, and is one: letters, digits, - and spaces."""
        plain = "".join(letter if letter.isalnum() or letter in "_- " else "-" for letter in wanted)
        used = {*self.scenario.policies, *(taken or ())}
        name, number = plain[:LONGEST_NAME].strip(), 1
        while name in used:
            number += 1
            name = f"{plain[: LONGEST_NAME - len(str(number)) - 1].strip()} {number}"
        return name


def _alike(blocks: Sequence[Mapping[str, Any]]) -> bool:
    """Whether blocks hold at the same times for the same people, and change different things."""
    first = blocks[0]
    places = [path for block in blocks for path in block.get("change", {})]
    plain = all("change" in block and "steering" not in block for block in blocks)
    same = all(block.get(key) == first.get(key) for block in blocks for key in TIMES)
    return len(blocks) == 1 or (plain and same and len(places) == len(set(places)))


def _merged(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return one block that does what several do; what they cost adds up."""
    if len(blocks) == 1:
        return dict(blocks[0])
    found = {key: blocks[0][key] for key in TIMES if key in blocks[0]}
    found["change"] = {path: text for block in blocks for path, text in block["change"].items()}
    found["cost"] = _costs([_read(block.get("cost", "0")) for block in blocks])
    return found


def _read(cost: Any) -> tuple[float, float]:
    if isinstance(cost, Mapping):
        return float(cost.get("once", 0.0)), float(cost.get("yearly", 0.0))
    return float(cost), 0.0


def _costs(amounts: Sequence[tuple[float, float]]) -> dict[str, str]:
    once, yearly = (sum(amount[place] for amount in amounts) for place in (0, 1))
    return {"once": format_number(once), "yearly": format_number(yearly)}
