"""What a study says, in sentences: how much was run, what matters, what is best, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cxsim.experiments.studies.case import AS_IS
from cxsim.measures.catalog import CATALOG
from cxsim.results.wording import difference, fixed, limits, listed, quantity, shown, span

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.experiments.studies.sweep import Swept

MOST_FACTORS: Final = 3
MANY: Final = 1
# Points at each level of a factor from which on what else varies there is taken to average out.
ENOUGH: Final = 8


def study_answer(made: Swept, summary: pd.DataFrame, effects: pd.DataFrame, failed: int = 0) -> str:
    """Return the answer of a study, as Markdown; `failed` runs are named."""
    study = made.study
    lines = [f"# {study.question or study.name}", "", _how_much(made, failed)]
    lines += [f"- {line}" for line in _matters(made, effects)]
    lines += [f"- {line}" for line in _policies(made, summary)]
    lines += [f"- {line}" for line in _best(made, summary)]
    if made.note:
        lines.append(f"- {made.note}")
    return "\n".join(lines) + "\n"


def headline_of(made: Swept, effects: pd.DataFrame) -> str:
    """Say in a few words which factor moves the first measure most; the title of its chart."""
    found = _strongest(effects, made.study.measures[0], _policy(made))
    if not found or not _is_told_apart(found[0][1]):
        return made.study.question or made.study.name
    path, own = found[0]
    first, last = own.iloc[0], own.iloc[-1]
    title = CATALOG[made.study.measures[0]].title
    values = f"{quantity(first['mean'], first['unit'])} at {first['level']}"
    return f"{path} moves {title} most: {values}, {quantity(last['mean'], last['unit'])} at {last['level']}"


def _policy(made: Swept) -> str:
    return made.study.policies[0]


def places_of(made: Swept) -> str:
    """Say how many points and worlds of a study differ: ``6 points in 4 worlds``."""
    if made.worlds == MANY:
        return f"{fixed(made.points)} points" if made.points > MANY else "one point"
    worlds = f"{fixed(made.worlds)} worlds"
    return f"{fixed(made.points)} points in {worlds}" if made.points > MANY else worlds


def _how_much(made: Swept, failed: int) -> str:
    study = made.study
    each = sorted({cell.replications for cell in made.cells})
    many = fixed(each[0]) if len(each) == 1 else f"{fixed(each[0])} to {fixed(each[-1])}"
    policies = f"{len(study.policies)} policies" if len(study.policies) > MANY else f"the policy {study.policies[0]}"
    said = (
        f"{fixed(made.counts.total)} runs of {study.scenario.name}: {places_of(made)}, {policies}, {many} replications "
        f"each on the same luck (seed {study.seed}). Intervals are 95 % t intervals over replications."
    )
    if failed:
        said += f" {failed} runs failed and are left out; runs.parquet says why."
    return said


def _strongest(effects: pd.DataFrame, measure: str, policy: str) -> list[tuple[str, pd.DataFrame]]:
    """Return factors by how far apart the means at their values are, the strongest first.

    Factors of which too few points tell are left out: what else varies there has not been averaged away.
    """
    own = effects[(effects["measure"] == measure) & (effects["policy"] == policy)]
    parts = [(str(path), part) for path, part in own.groupby("factor", sort=False) if part["mean"].notna().any()]
    told = [(path, part) for path, part in parts if len(part) > 1 and not _too_few(part)]
    return sorted(told, key=lambda item: -float(item[1]["mean"].max() - item[1]["mean"].min()))


def _too_few(part: pd.DataFrame) -> bool:
    return 0 < int(part["fewest"].iloc[0]) < ENOUGH


def _is_told_apart(part: pd.DataFrame) -> bool:
    return bool(part["told_apart"].iloc[0])


def _known(row: Any) -> str:
    """Write a mean with its interval."""
    return f"{quantity(row['mean'], row['unit'])} ({limits(row['ci_low'], row['ci_high'], row['unit'])})"


def _paired(low: Any, high: Any) -> str:
    """Write how far apart the lowest and the highest level are, replication by replication."""
    if not math.isfinite(low["spread"]):
        return ""
    width = low["spread_ci_high"] - low["spread_ci_low"]
    more = difference(low["spread"], low["unit"], width).removeprefix("+")
    ends = limits(low["spread_ci_low"], low["spread_ci_high"], low["unit"])
    return f"; {more} more ({ends}) with {high['level']} than with {low['level']}, paired"


def _titled(measure: str) -> str:
    title = CATALOG[measure].title
    return title[:1].upper() + title[1:]


def _matters(made: Swept, effects: pd.DataFrame) -> Iterator[str]:
    """Say which factors move the first measure, and how far; what may be luck is said to be so."""
    measure, policy = made.study.measures[0], _policy(made)
    found = _strongest(effects, measure, policy)
    under = f" under {policy}" if len(made.study.policies) > 1 else ""
    sure = [(path, part) for path, part in found if _is_told_apart(part)]
    for number, (path, part) in enumerate(sure[:MOST_FACTORS]):
        means = part["mean"].to_numpy()
        low, high = part.iloc[int(np.nanargmin(means))], part.iloc[int(np.nanargmax(means))]
        ends = [f"{_known(row)} at {row['level']}" for row in (low, high)]
        lead = f"{_titled(measure)}{under}: {path} moves it most" if number == 0 else f"{path} comes next"
        yield f"{lead}: from {ends[0]} to {ends[1]}{_paired(low, high)}."
    if len(sure) > MOST_FACTORS:
        yield f"Less: {listed([path for path, _ in sure[MOST_FACTORS:]])}."
    level = [path for path, part in found if not _is_told_apart(part)]
    if level:
        begin = "" if sure else f"{_titled(measure)}{under}: "
        yield f"{begin}{listed(level)} cannot be told from no effect."
    few = sorted({str(path) for path, part in effects.groupby("factor") if _too_few(part)})
    if few:
        yield (
            f"Of {listed(few)} this design has too few draws to say what each does; `cxsim sensitivity` tells factors "
            "apart."
        )


def _policies(made: Swept, summary: pd.DataFrame) -> Iterator[str]:
    """Say at how many points each policy does better than as-is on the first measure."""
    measure = made.study.measures[0]
    better = CATALOG[measure].better
    if better not in {"higher", "lower"}:
        return
    sign = 1.0 if better == "higher" else -1.0
    inside, places = ("at", "points") if made.worlds == MANY else ("in", "worlds")
    if made.worlds > MANY and made.points > MANY:
        inside, places = "at", "pairs of a point and a world"
    for policy in made.study.policies:
        own = summary[(summary["measure"] == measure) & (summary["policy"] == policy) & summary["difference"].notna()]
        if policy == AS_IS or own.empty:
            continue
        ahead = int((sign * own["difference"] > 0).sum())
        sure = int(((sign * own["diff_ci_low"] > 0) & (sign * own["diff_ci_high"] > 0)).sum())
        yield (
            f"{shown(policy)} does better than as-is {inside} {ahead} of {len(own)} {places} on "
            f"{CATALOG[measure].title}; {inside} {sure} of them the interval of the difference leaves out 0."
        )
        if len(own) == 1:
            row = own.iloc[0]
            ends = span(row["diff_ci_low"], row["diff_ci_high"], row["unit"])
            yield f"The difference is {difference(row['difference'], row['unit'])} ({ends})."


def _best(made: Swept, summary: pd.DataFrame) -> Iterator[str]:
    """Name the best point on the first measure, and say that it flatters itself."""
    import pandas as pd

    measure = made.study.measures[0]
    better = CATALOG[measure].better
    own = summary[(summary["measure"] == measure) & summary["mean"].notna()]
    of_worlds = made.study.joint and bool(made.study.uncertainties)
    if better not in {"higher", "lower"} or len(own) < 2 or of_worlds or len(set(own["world"])) > 1:  # noqa: PLR2004
        return  # the best world is nobody's choice
    # A point that pulls no lever is point 0: it was tried once.
    cases = {(one.point, one.world, one.policy): one.case for cell in made.cells for one in cell.placed}
    keys = zip(own["point"], own["world"], own["policy"], strict=True)
    own = own[~pd.Series([cases[key] for key in keys], index=own.index).duplicated()]
    means = own["mean"].to_numpy()
    row = own.iloc[int(means.argmax() if better == "higher" else means.argmin())]
    texts = {one.number: dict(one.texts) for one in made.study.points}[row["point"]]
    texts |= {one.number: dict(one.texts) for one in made.study.worlds}[row["world"]]
    values = [f"{path} {text}" for path, text in texts.items()]
    at = f"point {row['point']} ({', '.join(values) or 'as written'})"
    half = (row["ci_high"] - row["ci_low"]) / 2
    near = int(np.sum(np.abs(own["mean"] - row["mean"]) <= half)) - 1 if math.isfinite(half) else 0
    others = f"; {near} of the others lie within its interval" if near > 0 else ""
    above = ""
    if math.isfinite(row["from_written"]):
        width = row["from_written_ci_high"] - row["from_written_ci_low"]
        ends = span(row["from_written_ci_low"], row["from_written_ci_high"], row["unit"])
        above = f", {difference(row['from_written'], row['unit'], width)} ({ends}) from as-is at point 0, paired"
    yield (
        f"Best on {CATALOG[measure].title}: {row['policy']} at {at}, {_known(row)}{above}. It was picked "
        f"among {len(own)}, which flatters it{others}. `cxsim select` and `cxsim optimise` choose with a stated "
        "guarantee."
    )
