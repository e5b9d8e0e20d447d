"""A run made again and recorded: what our firm's log says, the week's load, and what its customers expected.

The whole log of a large market does not fit the memory. Every day the rows are sifted: those of our firm that tell of
waits, journeys, failures and complaints are kept in half their size, and arrivals, services and shifts are only counted
by the hour of the week.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxsim.behaviour.registry import ORDER
from cxsim.engines.compiled import Simulation
from cxsim.experiments.simulate import costs_of
from cxsim.experiments.steering import Steering, steering_of
from cxsim.experiments.watched import Ended, Luck
from cxsim.measures.fates import FATE, fates_of
from cxsim.model import events as ev
from cxsim.model import plan as pl
from cxsim.model.plan import DAY, HOUR, MONTH
from cxsim.model.state import LOG

WEEK_HOURS: Final = 168
# What is kept row by row; arrivals, ends of services and shifts are counted by the hour.
KEPT: Final = (
    ev.LOG_START, ev.LOG_ABANDON, ev.LOG_TURNED_AWAY, ev.LOG_DONE, ev.LOG_EPISODE, ev.LOG_LEFT, ev.LOG_NOTICE,
    ev.LOG_FAILURE, ev.LOG_SPARED, ev.LOG_COMPLAINS, ev.LOG_ANSWERED, ev.LOG_ATTENTION,
)  # fmt: skip
ROW: Final = np.dtype(
    [
        ("time", "i8"),
        ("customer", "u8"),
        ("journey", "u4"),
        ("value", "f4"),
        ("kind", "i2"),
        ("touchpoint", "i2"),
        ("cause", "i2"),
        ("pad", "i2"),
    ]
)
# A journey that was judged: as it was felt, and what had been expected the evening before; latent SD.
JUDGED: Final = np.dtype(
    [
        ("time", "i8"),
        ("customer", "i8"),
        ("journey", "u4"),
        ("code", "i4"),
        ("experience", "f8"),
        ("expectation", "f8"),
        ("lost_wait", "f8"),
        ("lost_failure", "f8"),
        ("outcome", "i4"),
        ("mode", "i4"),
    ]
)
# What our customers expect at the end of a month, over customers; latent SD.
EXPECTED: Final = np.dtype([("time", "i8"), ("n", "i8"), ("mean", "f8"), ("low", "f8"), ("high", "f8")])
TENTHS: Final = (0.1, 0.9)


class Week(NamedTuple):
    """What an average week is like, by touchpoint of the plan and hour since Monday 00:00.

    The mean is over the times that each hour came: a year has 53 of one weekday.

    Attributes
    ----------
    offered : (n, 168) float
        Contacts that arrive in that hour, a week.
    duty, busy : (n, 168) float
        Agents on duty and agents in service, mean over the hour; what goes on after a shift has ended counts as busy.
    seen : (168,) float
        How often each hour came, from time 0 to the horizon.
    """

    offered: NDArray[np.float64]
    duty: NDArray[np.float64]
    busy: NDArray[np.float64]
    seen: NDArray[np.float64]


class Recording(NamedTuple):
    """A run of a policy, as far as the charts of events want it.

    Attributes
    ----------
    policy : str
    replication : int
    rows : (n,) ROW
        Of our firm, warm-up included; ``cause`` and ``value`` as in the log.
    week : Week
        From time 0 on.
    judged : (m,) JUDGED
        Journeys with our firm; empty without people. Who began another journey on the day of its end is left out.
    missed : int
        How many were left out.
    expected : (k,) EXPECTED
        Month by month from time 0 on; empty without people.
    quality : (n_touchpoints,) float
        What a visit delivers when nothing goes wrong, mean over days from time 0 and over people; latent SD.
    hurt : int
        Occasions from time 0 on after which a customer of ours decided between exit, voice and silence.
    ended : Ended, optional
        What became of the starting customers; None without people.
    """

    policy: str
    replication: int
    rows: NDArray[np.void]
    week: Week
    judged: NDArray[np.void]
    missed: int
    expected: NDArray[np.void]
    quality: NDArray[np.float64]
    hurt: int
    ended: Ended | None


def record(luck: Luck, policy: str) -> Recording:
    """Make a run of a policy again, with its luck, and record it. It takes about as long as the run did.

    Parameters
    ----------
    luck : Luck
        Seed and replication. The compiled engine makes the run; both engines give the same.
    policy : str

    Raises
    ------
    RunError
        When the run does not end.
    """
    plan = luck.plan(policy)
    made = steering_of(luck.scenario, policy, luck.names, costs_of(luck.scenario, policy, luck.names))
    steer = None if made is None else Steering(made, plan)
    simulation = Recorder.begun(plan, luck.seed, luck.replication, log=True)
    assert isinstance(simulation, Recorder)
    simulation.attend(luck.names.policy_firm)
    begin, end = int(plan.clock[0]["start"]), int(plan.clock[0]["horizon"])
    # Warm-up lies before 0; months are counted from 0.
    for until in sorted({*range(-(-begin // DAY) * DAY + DAY, end, DAY), *range(0, end, MONTH), end}):
        simulation.advance(until, steer)
        simulation.note_day(until)
    return simulation.recording(luck, policy)


class Recorder(Simulation):
    """The compiled engine, whose log is sifted day by day."""

    def attend(self, firm: int) -> None:
        """Say whose log is kept, before the first advance."""
        self.firm = firm
        self.people = int(self.plan.market[0]["n_persons"])
        self.of_firm = self.plan.touchpoints["firm"] == firm
        self.rows: list[NDArray[np.void]] = []
        self.judged: list[NDArray[np.void]] = []
        self.expected: list[tuple[int, int, float, float, float]] = []
        self.missed = 0
        self.will = self._will(np.arange(self.people))
        self.quality, self.days = np.zeros(self.plan.touchpoints.size), 0
        self.mix = np.bincount(self.state.cold["segment"], minlength=self.plan.segments.size) / max(self.people, 1)
        shape = self.plan.touchpoints.size, WEEK_HOURS
        self.arrived, self.duty, self.busy = (np.zeros(shape) for _ in range(3))
        self.staff = np.zeros(shape[0])  # on duty now, and since when
        self.since = np.zeros(shape[0], np.int64)

    def note_day(self, now: int) -> None:
        """Sift the rows since the last look, and look at the customers."""
        rows = self._taken()
        # A row of a shift carries the number of its touchpoint in place of a customer's, one of attention the firm's.
        rows = rows[rows["firm"] == self.firm]
        for row in rows[rows["kind"] == ev.LOG_SHIFT]:
            self._on_duty(int(row["touchpoint"]), int(row["time"]), float(row["value"]))
        self._count(rows[rows["time"] >= 0])
        kept = rows[np.isin(rows["kind"], KEPT)]
        self.rows.append(_short(kept))
        if self.people:
            self._judge(kept[kept["kind"] == ev.LOG_EPISODE])
            if now > 0:
                self._deliver()
            if now >= 0 and (now % MONTH == 0 or now == int(self.plan.clock[0]["horizon"])):
                self._ask(now)

    def recording(self, luck: Luck, policy: str) -> Recording:
        """Return what was recorded, at the horizon."""
        end = int(self.plan.clock[0]["horizon"])
        for desk in np.flatnonzero(self.of_firm):
            self._on_duty(int(desk), end, 0.0)
        time = np.zeros((1, WEEK_HOURS))
        spread_over(time, np.zeros(1, np.intp), np.zeros(1, np.int64), np.array([end]), self._week)
        seen = np.maximum(time[0], 1.0)
        week = Week(self.arrived * HOUR / seen, self.duty / seen, self.busy / seen, time[0] / HOUR)
        return Recording(
            policy=policy,
            replication=luck.replication,
            rows=np.concatenate(self.rows) if self.rows else np.zeros(0, ROW),
            week=week,
            judged=np.concatenate(self.judged) if self.judged else np.zeros(0, JUDGED),
            missed=self.missed,
            expected=np.array(self.expected, EXPECTED),
            quality=self.quality / max(self.days, 1),
            hurt=self._hurt(),
            ended=self._ended(policy) if self.people else None,
        )

    def _taken(self) -> NDArray[np.void]:
        """Take the rows that were written since the last time."""
        n = int(self.state.world[0]["n_log"])
        rows = np.concatenate([*self._written, self.state.log[:n]]) if n or self._written else np.zeros(0, LOG)
        self._written = []
        self.state.world["n_log"] = 0
        return rows

    def _count(self, rows: NDArray[np.void]) -> None:
        arrived = rows[rows["kind"] == ev.LOG_ARRIVE]
        np.add.at(self.arrived, (arrived["touchpoint"], self._hours(arrived["time"])), 1.0)
        served = rows[(rows["kind"] == ev.LOG_END) & (rows["agent"] >= 0)]
        begins = np.maximum(served["time"] - served["value"].astype(np.int64), 0)
        spread_over(self.busy, served["touchpoint"], begins, served["time"], self._week)

    def _on_duty(self, desk: int, now: int, staff: float) -> None:
        if self.staff[desk] > 0.0:
            begin = np.array([max(self.since[desk], 0)])
            spread_over(self.duty, np.array([desk]), begin, np.array([now]), self._week, self.staff[desk])
        self.staff[desk], self.since[desk] = staff, now

    def _hours(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        return (times + self._week) // HOUR % WEEK_HOURS

    @property
    def _week(self) -> int:
        return int(self.plan.clock[0]["week_offset"])

    def _will(self, people: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return what people expect to get of the firm now: their belief, mixed with what it promises."""
        minds = self.state.minds[people * self.plan.firms.size + self.firm]
        levers, defaults = self.state.levers, int(self.plan.market[0]["defaults"])
        promise = float(levers[self.plan.firms[self.firm]["levers"] + pl.FIRM_PROMISE, 0])
        own: NDArray[np.float64] = minds["mean"].copy()
        if promise <= pl.NONE or not people.size:
            return own
        segments = self.state.cold["segment"][people]
        on, weight, prior = (
            levers[defaults + ORDER[name], segments] for name in ("promising", "promise_weight", "prior_encounters")
        )
        # The rule `will_expectation`, for many people at once.
        total = prior + minds["encounters"]
        share = np.where(total > 0.0, weight * prior / np.where(total > 0.0, total, 1.0), weight)
        return np.where(on > 0.0, own + share * (promise - own), own)

    def _judge(self, rows: NDArray[np.void]) -> None:
        """Note what the journeys of the day were like: the state of who ended one still holds it in the evening."""
        people = rows["customer"].astype(np.intp)
        same = self.state.hot["need"][people] == rows["journey"]
        self.missed += int((~same).sum())
        rows, people = rows[same], people[same]
        found, episodes = np.zeros(rows.size, JUDGED), self.state.episodes[people]
        for name in ("time", "customer", "journey"):
            found[name] = rows[name]
        found["code"] = rows["cause"]
        found["expectation"] = self.will[people]
        for name in ("experience", "lost_wait", "lost_failure", "outcome", "mode"):
            found[name] = episodes[name]
        self.judged.append(found)
        self.will = self._will(np.arange(self.people))

    def _deliver(self) -> None:
        """Add what a visit to each touchpoint delivers today when nothing goes wrong, the mean over people."""
        levers, market = self.state.levers, self.plan.market[0]
        of_firm = levers[self.plan.firms[self.firm]["levers"] + pl.FIRM_QUALITY]
        cares = [market["segment_levers"] + pl.SEGMENT_CARES_CARE, market["defaults"] + ORDER["skill_on_care"]]
        by_skill = levers[cares].prod(axis=0)
        of_touch = levers[self.plan.touchpoints["levers"] + pl.TOUCH_QUALITY]
        delivered = of_firm + of_touch + np.outer(self.state.desks["skill"], by_skill)
        self.quality += delivered @ self.mix
        self.days += 1

    def _ask(self, now: int) -> None:
        ours = np.flatnonzero((self.state.cold["firm"] == self.firm) & (self.state.cold["gone"] == 0))
        if ours.size:
            will = self.will[ours]
            low, high = np.quantile(will, TENTHS)
            self.expected.append((now, ours.size, float(will.mean()), float(low), float(high)))

    def _hurt(self) -> int:
        if not self.people:
            return 0
        first = int(np.searchsorted(self.plan.period_ends, 0, side="right"))
        firm = self.state.firm.reshape(self.plan.period_ends.size, self.plan.firms.size, -1)
        return int(firm[first:, self.firm]["hurt"].sum())

    def _ended(self, policy: str) -> Ended:
        cold = self.state.cold
        people = np.flatnonzero(cold["base_firm"] == self.firm)
        fates = fates_of(self.plan, self.state, self.firm).astype(FATE)
        return Ended(policy, people, fates, cold["first_left"][people].copy())


def spread_over(
    hours: NDArray[np.float64],
    places: NDArray[np.integer],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    offset: int,
    weight: float = 1.0,
) -> None:
    """Add stretches of time to the hours of the week in which they lie.

    Parameters
    ----------
    hours : (n, 168) float
        Added to, microseconds times `weight`.
    places : (m,) int
        Row of each stretch.
    begins, ends : (m,) int64
        Microseconds.
    offset : int
        Microseconds since Monday 00:00 at time 0.
    weight : float
    """
    at = begins.astype(np.int64).copy()
    while (left := at < ends).any():
        places, at, ends = places[left], at[left], ends[left]
        until = np.minimum(((at + offset) // HOUR + 1) * HOUR - offset, ends)
        np.add.at(hours, (places, (at + offset) // HOUR % WEEK_HOURS), (until - at) * weight)
        at = until


def _short(rows: NDArray[np.void]) -> NDArray[np.void]:
    short = np.zeros(rows.size, ROW)
    for name in ROW.names or ():
        if name != "pad":
            short[name] = rows[name]
    return short
