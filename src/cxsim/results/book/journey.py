"""The journey map: what each touchpoint costs and gives, and the experience against what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.behaviour.experience import perceived_wait, wait_loss
from cxsim.charts.words import label
from cxsim.model import events as ev
from cxsim.model.plan import MINUTE
from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import fixed, listed

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cxsim.charts.figure import Draw
    from cxsim.experiments.recorded import Recording
    from cxsim.model.plan import Plan

WHOLE: Final = label("whole journey")
ITSELF: Final = label("the trouble itself")
COLUMNS: Final = ("touchpoint", "policy", "attribute", "value")
VISITS: Final = (ev.LOG_START, ev.LOG_ABANDON, ev.LOG_TURNED_AWAY)
SEEN: Final = 0.02  # latent SD: less is not worth a word
NAN: Final = float("nan")
BITS: Final = np.uint64(32)


def journey_table(facts: Facts) -> pd.DataFrame:
    """Return attributes of each touchpoint, means over the journeys that went through it, in one run of each policy.

    What a journey lost by waiting and by failures is the model's own sum; it is shared among its touchpoints in
    proportion to what each wait would cost alone, and to the severity of the failures there.
    """
    return recorded.kept(facts, "table journey", _table)


def _table(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    rows: list[tuple[str, str, str, float]] = []
    if recorded.has_people(facts):
        for policy, recording in recorded.recordings(facts).items():
            plan = recorded.plan_of(facts, policy)
            names = recorded.luck_of(facts).names
            rows += _rows(recording, plan, names.touchpoints, names.policy_firm)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {name: place for place, name in enumerate(dict.fromkeys(table["touchpoint"]))} | {WHOLE: len(rows)}
    return table.sort_values("touchpoint", key=lambda names: names.map(order), kind="stable").reset_index(drop=True)


def _rows(recording: Recording, plan: Plan, names: tuple[str, ...], firm: int) -> list[tuple[str, str, str, float]]:
    judged = recording.judged[recording.judged["time"] >= 0]
    if not judged.size:
        return []
    order = np.argsort(_key(judged), kind="stable")
    judged = judged[order]
    keys = _key(judged)
    aside = _desks_of_complaints(plan, firm)
    visits = recording.rows[np.isin(recording.rows["kind"], VISITS) & ~np.isin(recording.rows["touchpoint"], aside)]
    failures = recording.rows[recording.rows["kind"] == ev.LOG_FAILURE]
    at_visit, visits = _placed(keys, visits)
    at_failure, failures = _placed(keys, failures)
    waiting = _shared(judged["lost_wait"], at_visit, _weights(visits, plan, judged["lost_wait"], at_visit))
    failing = _shared(judged["lost_failure"], at_failure, np.maximum(failures["value"].astype(float), 1e-9))
    found: list[tuple[str, str, str, float]] = []
    own = recorded.desks_of(plan, firm, staffed=False)
    for desk in [*[int(one) for one in own if one not in aside], -1]:
        here = failures["touchpoint"] == desk
        through = np.unique(np.concatenate([at_visit[visits["touchpoint"] == desk], at_failure[here]]))
        if not through.size:
            continue
        quality = recording.quality[desk] if desk >= 0 else NAN
        wait = -waiting[visits["touchpoint"] == desk].sum() / through.size if desk >= 0 else NAN
        values = wait, -failing[here].sum() / through.size, quality
        found += _attributes(names[desk] if desk >= 0 else ITSELF, recording.policy, values, judged[through])
    whole = -float(judged["lost_wait"].mean()), -float(judged["lost_failure"].mean()), NAN
    return [*found, *_attributes(WHOLE, recording.policy, whole, judged)]


def _attributes(
    name: str, policy: str, values: tuple[float, float, float], judged: NDArray[np.void]
) -> list[tuple[str, str, str, float]]:
    from cxsim.charts.journey import ATTRIBUTES, EXPECTATION

    solved = 100.0 * float((judged["outcome"] == ev.SOLVED).mean())
    means = float(judged["experience"].mean()), float(judged["expectation"].mean())
    attributes = [*ATTRIBUTES, EXPECTATION]
    return [(name, policy, each, value) for each, value in zip(attributes, (*values, solved, *means), strict=True)]


def _key(rows: NDArray[np.void]) -> NDArray[np.uint64]:
    return (rows["customer"].astype(np.uint64) << BITS) | rows["journey"].astype(np.uint64)


def _placed(keys: NDArray[np.uint64], rows: NDArray[np.void]) -> tuple[NDArray[np.intp], NDArray[np.void]]:
    """Return the journey to which each row belongs, and the rows that belong to one."""
    rows = rows[rows["customer"] < np.uint64(1) << BITS]
    at = np.minimum(np.searchsorted(keys, _key(rows)), keys.size - 1)
    there = keys[at] == _key(rows)
    return at[there], rows[there]


def _weights(
    visits: NDArray[np.void], plan: Plan, lost: NDArray[np.float64], at: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return what each wait would cost alone; the wait itself in journeys that lost by a broken date only."""
    inflation, acceptable, size = (
        recorded.default_of(plan, name) for name in ("wait_inflation", "acceptable_wait", "wait_loss")
    )
    felt = plan.touchpoints["in_person"][visits["touchpoint"]] == 1
    minutes = visits["value"].astype(float) / MINUTE
    costs = np.array(
        [
            wait_loss(perceived_wait(wait, inflation), acceptable, size) if counts else 0.0
            for wait, counts in zip(minutes.tolist(), felt.tolist(), strict=True)
        ]
    )
    none = (np.bincount(at, costs, lost.size) == 0.0)[at]
    return np.where(none, minutes, costs)


def _shared(total: NDArray[np.float64], at: NDArray[np.intp], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share the total of each journey among its rows in proportion to their weights."""
    sums = np.bincount(at, weights, total.size)[at]
    return np.where(sums > 0.0, total[at] * weights / np.where(sums > 0.0, sums, 1.0), 0.0)


def _desks_of_complaints(plan: Plan, firm: int) -> list[int]:
    steps = [int(plan.firms[firm][name]) for name in ("complaint_step", "approval_step")]
    return [int(plan.steps[step]["touchpoint"]) for step in steps if step >= 0]


def _title(facts: Facts) -> str:
    from cxsim.charts.journey import EXPECTATION, EXPERIENCE

    table = journey_table(facts)
    whole = table[table["touchpoint"] == WHOLE].set_index(["policy", "attribute"])["value"]
    said = []
    for policy in dict.fromkeys(table["policy"]):
        gap = float(whole[policy, EXPERIENCE] - whole[policy, EXPECTATION])
        size = fixed(abs(gap), 2)
        found = "the same" if size == "0.00" else f"{size} SD {'better' if gap > 0.0 else 'worse'}"
        said.append(f"{found} under {policy}")
    if not said:
        return "The journey, touchpoint by touchpoint"
    return f"Against what is expected, journeys turn out {listed(said)}{_most_changed(table, facts)}"


def _most_changed(table: pd.DataFrame, facts: Facts) -> str:
    """Say where the other policy changes most of what is lost."""
    from cxsim.charts.journey import ATTRIBUTES

    losses = table[table["attribute"].isin(ATTRIBUTES[:2]) & (table["touchpoint"] != WHOLE)]
    wide = losses.pivot_table(index=["touchpoint", "attribute"], columns="policy", values="value", sort=False)
    others = [name for name in wide.columns if name != facts.reference]
    if not others or facts.reference not in wide.columns:
        return ""
    change = (wide[others[0]] - wide[facts.reference]).dropna()
    if change.empty or change.max() < SEEN:
        return ""
    place, attribute = (str(name) for name in change.index[int(change.to_numpy().argmax())])
    return f"; most is gained on {attribute.removeprefix('lost by ')}, at {place}"


def _options(facts: Facts) -> dict[str, Any]:
    return recorded.among(facts)


def _draw() -> Draw:
    from cxsim.charts.journey import journey

    return journey


ENTRY: Final = Entry(
    "journey", "appendix", "The journey, touchpoint by touchpoint", _draw, journey_table, _title, _options,
    is_rerun=True, footnote=recorded.one_run,
)  # fmt: skip
