"""Moments of a life in sentences: past tense, dates of the scenario, nothing that the log does not say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cxsim.behaviour.failure import MODE_NAMES, MODE_ORIGINS, ORIGIN_NAMES
from cxsim.measures.formulas import STARS_AT_STANDARD, STARS_PER_SD
from cxsim.model import events as ev
from cxsim.results.stories import moments as mo
from cxsim.results.stories.moments import Contact, Moment, condensed
from cxsim.results.stories.words import clock, counted, day, duration, listed, times
from cxsim.results.wording import fixed
from cxsim.results.wording import signed as plus
from cxsim.scenario import Scenario
from cxsim.scenario.defaults import rest_of_trouble

IN_FULL = 0.95  # what an answer is worth that leaves nothing to wish for
AS_USUAL = 0.5  # latent SD
MUCH = 1.5  # latent SD
ORIGINS = tuple(rest_of_trouble({}))
# A problem that cost little has a severity of .4, an everyday one .5, one that cost much 2 (`defaults.usual_severity`).
GRAVITY = ((0.4, "a slight"), (1.0, "an ordinary"), (2.0, "a grave"), (math.inf, "a very grave"))


@dataclass(frozen=True)
class Teller:
    """Puts the numbers of a log into words.

    Attributes
    ----------
    firms : tuple of str
    touchpoints, contacts : tuple of str
    starts : datetime
        Local time at 0.
    currency : str
    causes : tuple of bool
        By firm: whether the scenario says where its trouble comes from. Where nobody wrote it, the kind of a failure is
        drawn from general shares and says nothing about this firm.
    full : bool
        Whether to tell figures (severity, standard deviations, worth) and every kind of failure, not words alone.
    """

    firms: tuple[str, ...]
    touchpoints: tuple[str, ...]
    contacts: tuple[str, ...]
    starts: datetime
    currency: str
    causes: tuple[bool, ...] = ()
    full: bool = False

    @classmethod
    def of(cls, scenario: Scenario) -> Teller:
        """Return the words of a scenario."""
        layout = scenario.layout()
        noted = scenario.content.tree["assumptions"]
        return cls(
            layout.firms,
            tuple(name for _, name in layout.touchpoints),
            tuple(name for _, name in layout.contacts),
            layout.starts,
            layout.currency,
            tuple(any(f"{firm}.trouble_comes_from.{one}" not in noted for one in ORIGINS) for firm in layout.firms),
        )

    def sentences(self, found: Sequence[Moment], fewest: int = 3) -> list[str]:
        """Tell moments in order, runs of uneventful ones in one sentence.

        Parameters
        ----------
        found : sequence of Moment
        fewest : int
            So many uneventful moments in a row are counted and not told one by one.
        """
        return [
            self._run(one) if isinstance(one, list) else f"{clock(self.starts, one.time)}: {self.moment(one)}"
            for one in condensed(found, fewest)
        ]

    def moment(self, one: Moment) -> str:
        """Tell one moment, without its date."""
        firm = self.firms[one.firm]
        if one.contact is not None:
            return self._contact(one.contact, one.firm, one.time)
        if one.kind == mo.ANSWER:
            return self._answer(one, firm)
        if one.kind in {mo.COMPLAINT, mo.SPARED}:
            return self._trouble(one, firm)
        if one.kind in {mo.NOTICE, mo.LEFT}:
            return self._going(one, firm)
        stars = STARS_AT_STANDARD + STARS_PER_SD * one.value
        return {
            mo.JOINED: f"became a customer of {firm}{_after_talk(one.value)}.",
            mo.TOLD: f"told customer {one.other} a {_good(one.cause)} story about {firm}.",
            mo.HEARD: f"heard a {_good(one.cause)} story about {firm} from customer {one.other}.",
            mo.RATED: f"rated {firm} in public with {stars:.1f} stars, for the matter as a whole.",
            mo.FOLLOWED: f"was asked by {firm} how it had gone, {_effect(one.cause)}.",
        }[one.kind]

    def _trouble(self, one: Moment, firm: str) -> str:
        """Tell a complaint, or a failure that did not happen."""
        if one.kind == mo.SPARED:
            still = f"of such failures {fixed(100 * one.value)} in 100 still happened"
            return f"was spared a failure at {firm}{self.kind(one)}: {still}."
        about = self.kind(one) if one.cause >= 0 else ""
        waited = f", and waited {duration(one.waited)} at its desks" if one.waited else ""
        return f"complained to {firm}{about}{waited}."

    def kind(self, one: Moment) -> str:
        """Name the kind of a failure in brackets; nothing where it is not from this scenario."""
        return f" ({self.mode(one.cause)})" if self.names_causes(one.firm) else ""

    def names_causes(self, firm: int) -> bool:
        """Tell whether kinds of failures at a firm are worth telling."""
        return self.full or not self.causes or self.causes[firm]

    def met(self, firm: int, mode: int, severity: float, where: str = "") -> str:
        """Tell that a failure was met: how grave, and of which kind where that is worth telling."""
        if self.full:
            return f"met a failure{where} ({self.mode(mode)}; severity {severity:.1f})"
        return f"met {gravity(severity)} failure{where}{f' ({self.mode(mode)})' if self.names_causes(firm) else ''}"

    def mode(self, mode: int) -> str:
        """Name a way to fail, and who caused it."""
        origin = ORIGIN_NAMES[MODE_ORIGINS[mode]]
        return MODE_NAMES[mode] if MODE_NAMES[mode] == origin else f"{MODE_NAMES[mode]}, cause: {origin}"

    def _contact(self, one: Contact, firm: int, began: int) -> str:
        said = [f"{self.contacts[one.contact]} at {self.firms[firm]}"]
        said += [self.met(firm, each.mode, each.severity) for each in one.failures]
        waits = [f"{duration(wait)} at {self.touchpoints[place]}" for place, wait in one.waits.items() if wait > 0]
        said += [f"waited {listed(waits)}"] if waits else []
        said += [f"gave up at {self.touchpoints[place]} after {duration(wait)}" for place, wait in one.gave_up]
        for number, words in (
            (one.closed, "found it closed"), (one.turned_away, "was turned away"), (one.call_backs, "took a call-back"),
            (one.retries, "called again"), (one.returns, "came again with the same matter"),
        ):  # fmt: skip
            said += [words if number == 1 else f"{words} {times(number)}"] if number else []
        return f"{'; '.join([*said, self._outcome(one, began)])}."

    def _answer(self, one: Moment, firm: str) -> str:
        if one.value == mo.NEVER_ANSWERED:
            return f"took the complaint to {firm} for unanswered, {duration(one.waited)} after it was made."
        part = " in part" if one.value < IN_FULL else ""
        healed = f"it was made good{part}" if one.cause == 1 else "it was not made good"
        credit = f" with a credit of {one.credit:g} {self.currency}" if one.credit > 0.0 else ""
        after = "at once" if one.waited == 0 else f"after {duration(one.waited)}"
        return f"got an answer to the complaint from {firm} {after}{credit}; {healed}{self.worth(one.value)}."

    def worth(self, value: float) -> str:
        """Write what an answer is worth."""
        return f" (worth {value:.2f} of 1)" if self.full else ""

    def _run(self, run: Sequence[Moment]) -> str:
        """Tell a run of uneventful moments in one sentence."""
        first, last = day(self.starts, run[0].time), day(self.starts, run[-1].time)
        said = []
        visits: Counter[tuple[int, int]] = Counter()
        longest: dict[tuple[int, int], int] = {}
        for one in run:
            if one.contact is not None:
                key = one.firm, one.contact.contact
                visits[key] += 1
                longest[key] = max(longest.get(key, 0), sum(one.contact.waits.values()))
        for (firm, contact), number in visits.items():
            wait = longest[firm, contact]
            waited = f", longest wait {duration(wait)}" if wait > 0 else ""
            said.append(f"{self.contacts[contact]} at {self.firms[firm]} {times(number)} without trouble{waited}")
        for kind, verb in ((mo.HEARD, "heard"), (mo.TOLD, "told")):
            stories = Counter((one.firm, one.cause) for one in run if one.kind == kind)
            told = [
                f"{counted(number, f'{_good(cause)} story', f'{_good(cause)} stories')} about {self.firms[firm]}"
                for (firm, cause), number in sorted(stories.items(), key=lambda item: (item[0][0], -item[0][1]))
            ]
            said += [f"{verb} {listed(told)}"] if told else []
        when = first if first == last else f"{first} to {last}"
        return f"{when}: {'; '.join(said)}."

    def _outcome(self, one: Contact, began: int) -> str:
        if one.outcome < 0:
            return "it was still open at the end"
        took = duration(one.ended - began) if one.ended > began else ""
        felt = "" if math.isnan(one.felt) else f" ({self.felt(one.felt)})"
        ends = {
            ev.SOLVED: "solved" + (f" after {took}" if took else " at once"),
            ev.UNSOLVED: "never solved",
            ev.ABANDONED: "never solved: gave up waiting",
            ev.TURNED_AWAY: "never solved: closed before it was their turn",
            ev.UNREACHED: "never solved: missed the call-back",
        }
        return f"{ends[one.outcome]}{felt}"

    def felt(self, value: float) -> str:
        """Say how the whole matter was felt.

        A matter is felt by all that it was, luck of the day included, so one that was given up may please all the same.
        """
        size = abs(value)
        figure = f", {signed(value)} SD" if self.full else ""
        if size < AS_USUAL:
            return f"felt as usual{figure}"
        much, way = "much " if size >= MUCH else "", "better" if value > 0.0 else "worse"
        return f"all in all felt {much}{way} than usual{figure}"

    def mood(self, satisfaction: float) -> str:
        """Say how satisfied somebody is."""
        if self.full:
            return f"satisfaction {signed(satisfaction)}"
        if abs(satisfaction) < AS_USUAL:
            return "satisfaction as usual"
        return f"{'very ' if abs(satisfaction) >= MUCH else ''}{'' if satisfaction > 0.0 else 'dis'}satisfied"

    def hope(self, expectation: float) -> str:
        """Say what somebody expects."""
        if self.full:
            return f"expectation {signed(expectation)}"
        if abs(expectation) < AS_USUAL:
            return "expects what is usual"
        much, way = "much " if abs(expectation) >= MUCH else "", "more" if expectation > 0.0 else "less"
        return f"expects {much}{way} than usual"

    def _going(self, one: Moment, firm: str) -> str:
        if one.kind == mo.NOTICE:
            return f"gave notice to {firm} because of {ev.REASON_NAMES[one.cause]}."
        felt = f" ({self.mood(one.value)})" if self.full or abs(one.value) >= AS_USUAL else ""
        if one.cause == ev.REASON_INVOLUNTARY:
            return f"moved away or died, and so left {firm}{felt}."
        return f"left {firm} because of {ev.REASON_NAMES[one.cause]}{felt}."


def gravity(severity: float) -> str:
    """Say how grave a failure was, with its article."""
    return next(word for below, word in GRAVITY if severity < below)


def _effect(sign: int) -> str:
    return {1: "which pleased", -1: "which reminded of a grievance"}.get(sign, "which changed nothing")


def _good(cause: int) -> str:
    return "good" if cause == 1 else "bad"


def _after_talk(heard: float) -> str:
    return ", after more good stories than bad" if heard > 0.0 else ""


def signed(value: float) -> str:
    """Write a figure in latent SD with its sign and one decimal."""
    return plus(fixed(value, 1))
