"""A Pareto chart of what goes wrong: the share of the hurt that each cause makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.behaviour.failure import MODE_NAMES, ORIGIN_NAMES, blame, origin_of, weight_of_failure
from cxsim.charts.words import label
from cxsim.model import events as ev
from cxsim.results.book import recorded
from cxsim.results.book.entry import Entry
from cxsim.results.facts import Facts
from cxsim.results.wording import fixed, number_word

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from cxsim.charts.figure import Draw
    from cxsim.model.plan import Plan

COLUMNS: Final = ("policy", "cause", "failures", "hurt", "share")
# The failure modes of `cxsim.behaviour.failure`, as labels.
CAUSES: Final = (
    label("discourtesy"),
    label("error or ignorance"),
    label("own error"),
    label("wrong expectation"),
    label("late by design"),
    label("incomplete"),
    label("fault of the product"),
    label("not as promised"),
    label("a rule or a bill"),
    label("outside"),
)
ALL: Final = 100.0
MOST: Final = 60.0  # per cent of the hurt that the title wants explained


def causes_table(facts: Facts) -> pd.DataFrame:
    """Return failures and hurt by cause, largest first under the reference, from time 0 on in one run of each policy.

    The hurt of a failure is its severity, weighed by who is blamed for it and whether it will happen again (Weiner
    1985, Folkes 1984), before bonds and earlier failures change it; it is by journey, since who keeps more customers
    meets more failures. ``share`` is per cent of the whole under the reference.
    """
    return recorded.kept(facts, "table causes", _table)


def _table(facts: Facts) -> pd.DataFrame:
    import pandas as pd

    found = recorded.recordings(facts) if recorded.has_people(facts) else {}
    rows = []
    for policy, recording in found.items():
        counts, hurt = hurt_by_mode(recording.rows, recorded.plan_of(facts, policy))
        judged = (recording.rows["kind"] == ev.LOG_EPISODE) & (recording.rows["time"] >= 0)
        hurt = hurt / max(int(judged.sum()), 1)
        rows += [(policy, name, int(counts[mode]), float(hurt[mode])) for mode, name in enumerate(CAUSES)]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    base = table[table["policy"] == facts.reference].set_index("cause")["hurt"]
    if not base.sum() > 0.0:
        return pd.DataFrame([], columns=list(COLUMNS))
    table["share"] = ALL * table["hurt"] / base.sum()
    table = table[table["cause"].map(base) > 0.0]
    ranks = table["policy"].map({policy: place for place, policy in enumerate(found)}), -table["cause"].map(base)
    return table.iloc[np.lexsort((ranks[1], ranks[0]))].reset_index(drop=True)


def hurt_by_mode(rows: NDArray[np.void], plan: Plan) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return how often each failure mode was met from time 0 on, and how much it hurt in all."""
    met = rows[(rows["kind"] == ev.LOG_FAILURE) & (rows["time"] >= 0)]
    weights = np.array([_weight(mode, plan) for mode in range(len(MODE_NAMES))])
    severity = np.bincount(met["cause"], met["value"].astype(float), len(MODE_NAMES))
    return np.bincount(met["cause"], minlength=len(MODE_NAMES)), severity * weights


def _weight(mode: int, plan: Plan) -> float:
    """Return what one unit of severity weighs for a cause."""
    if not recorded.default_of(plan, "blaming") > 0.0:
        return 1.0
    origin = ORIGIN_NAMES[origin_of(mode)]
    locus, control, stability, by_blame, by_stability = (
        recorded.default_of(plan, name)
        for name in (f"locus_{origin}", f"control_{origin}", f"stability_{origin}", "blame_weight", "stability_weight")
    )
    return float(weight_of_failure(1.0, blame(locus, control), stability, by_blame, by_stability))


def _title(facts: Facts) -> str:
    table = causes_table(facts)
    if table.empty:
        return "What goes wrong"
    base = table[table["policy"] == facts.reference]["share"].to_numpy()
    few = int(np.searchsorted(np.cumsum(base), MOST) + 1)
    count = f"{number_word(few).capitalize()} of {number_word(base.size)} causes"
    said = f"{count} make {fixed(base[:few].sum())} % of the hurt"
    others = [name for name in dict.fromkeys(table["policy"]) if name != facts.reference]
    if not others:
        return said
    left = float(table.loc[table["policy"] == others[0], "share"].sum())
    return f"{said}; under {others[0]} a journey meets {fixed(left)} % of it"


def _options(facts: Facts) -> dict[str, Any]:
    return recorded.among(facts)


def _draw() -> Draw:
    from cxsim.charts.causes import causes

    return causes


ENTRY: Final = Entry(
    "causes",
    "appendix",
    "What goes wrong",
    _draw,
    causes_table,
    _title,
    _options,
    is_rerun=True,
    footnote=recorded.one_run,
)
