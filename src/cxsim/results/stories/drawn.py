"""The tidy table behind the chart of lives, and its caption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cxsim.experiments.watched import Life
from cxsim.model import events as ev
from cxsim.results.stories import moments as mo
from cxsim.results.stories.moments import Moment
from cxsim.results.stories.words import day
from cxsim.units import SECOND

if TYPE_CHECKING:
    import pandas as pd

    from cxsim.results.stories.story import Story

COLUMNS: Final = ("policy", "kind", "begin", "end", "name", "value")
Row = tuple[str, str, int, int, str, float]
NAN: Final = float("nan")


def chart_table(story: Story) -> pd.DataFrame:
    """Return what `cxsim.charts.lives` draws; `attrs["parting"]` is when the lives part, if they do.

    Parameters
    ----------
    story : Story

    Returns
    -------
    DataFrame
        ``policy``; ``kind`` of mark; ``begin`` and ``end`` (local); ``name`` of the firm; ``value`` (latent SD).
    """
    import pandas as pd

    horizon = int(story.luck.plan(story.policies[0]).clock[0]["horizon"])
    firms = story.luck.names.firms
    rows: list[Row] = []
    for life, found in zip(story.lives, story.moments, strict=True):
        rows += _bonds(life, found, firms, horizon)
        rows += [(life.policy, kind, time, time, firms[firm], NAN) for kind, time, firm in _marks(found)]
        rows += _feelings(life, firms, horizon)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    starts = pd.Timestamp(story.teller.starts)
    for name in ("begin", "end"):
        table[name] = starts + pd.to_timedelta(table[name].astype("int64"), unit="us")
    if story.parting is not None:
        at = story.teller.starts + timedelta(seconds=story.parting.time // SECOND)
        table.attrs["parting"] = at.isoformat()
    return table


def caption(story: Story) -> tuple[str, str]:
    """Return title and footnote of the chart."""
    name = story.luck.scenario.name
    who = f"customer {story.customer}"
    if len(story.lives) == 1:
        title = f"The life of {who} under {story.policies[0]}"
    elif story.parting is None:
        title = f"The two lives of {who} do not part"
    else:
        title = f"The two lives of {who} part on {day(story.teller.starts, story.parting.time)}"
    return title, f"{name}; {story.segment}; replication {story.luck.replication}, seed {story.luck.seed}; cxsim"


def _bonds(life: Life, found: Sequence[Moment], firms: Sequence[str], horizon: int) -> Iterator[Row]:
    """Give the times with each firm."""
    firm, since = life.first_firm, 0
    for one in found:
        if one.kind == mo.LEFT and firm >= 0:
            yield (life.policy, "with", since, one.time, firms[firm], NAN)
            firm = -1
        elif one.kind == mo.JOINED:
            firm, since = one.firm, one.time
    if firm >= 0:
        yield (life.policy, "with", since, horizon, firms[firm], NAN)


def _marks(found: Sequence[Moment]) -> Iterator[tuple[str, int, int]]:
    for one in found:
        if one.contact is not None:
            yield ("solved" if one.contact.outcome == ev.SOLVED else "not solved"), one.time, one.firm
            yield from (("failure", each.time, one.firm) for each in one.contact.failures)
        elif one.kind == mo.ANSWER:
            yield ("made good" if one.cause == 1 else "not made good"), one.time, one.firm
        elif one.kind in MARKS:
            yield MARKS[one.kind], one.time, one.firm
        elif one.kind in {mo.HEARD, mo.TOLD}:
            tone = "good" if one.cause == 1 else "bad"
            yield f"{tone} story {one.kind}", one.time, one.firm


MARKS: Final = {mo.SPARED: "failure spared", mo.COMPLAINT: "complaint", mo.NOTICE: "notice", mo.LEFT: "leaves"}


def _feelings(life: Life, firms: Sequence[str], horizon: int) -> Iterator[Row]:
    """Give what was expected and felt, each until it changed."""
    times = [int(time) for time in life.feelings["time"]]
    for one, begin, end in zip(life.feelings, times, [*times[1:], horizon], strict=True):
        if one["firm"] >= 0:
            for kind in ("expectation", "satisfaction"):
                yield (life.policy, kind, begin, end, firms[one["firm"]], float(one[kind]))
