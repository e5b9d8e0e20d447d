"""From results to slides: which there are, what each says, and the numbers in its charts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from cxsim.measures.catalog import CATALOG
from cxsim.report import assumptions as ledger
from cxsim.report.deck import Deck, Grid, Grids, Slide, Words
from cxsim.report.prose import Prose, parsed
from cxsim.results.answer import finding, misses_records
from cxsim.results.book.contents import USUAL, captions_of
from cxsim.results.resting import resting_on
from cxsim.results.sentences import IF_RIGHT
from cxsim.results.slide_charts import charts_of
from cxsim.results.slide_worlds import lives_tables, worlds_chart
from cxsim.results.wording import listed, number_word, shown

if TYPE_CHECKING:
    from cxsim.charts.theme import Theme
    from cxsim.results.facts import Facts
    from cxsim.results.tabled import Tabled

SLIDES: Final = "slides.pptx"
ENDING: Final = ".pptx"
BELIEVE: Final = "Why believe the model."
WRONG: Final = "What would make it wrong."
# What the first slide says, most important first: where the model misses our own figures, and where it does not.
FIRST: Final = ("The answer.", "How surely, in the model.", "Money.", "Recommendation.")
FIRST_IN_DOUBT: Final = (BELIEVE, "The answer.", "How surely, in the model.", "Money.", WRONG)
# Which sentence of the answer is said to which chart.
SPOKEN: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "league": ("How surely, in the model.",),
        "differences": ("What else, and what does not work.",),
        "leavers": ("Why it wins.", "For whom, and for whom not."),
        "rivals": ("Against the rivals.", "Why believe the model."),
    }
)
MOST_NAMES: Final = 2
MOST_ASSUMPTIONS: Final = 9
INTERVALS: Final = (
    "Intervals are 95 % and cover luck between runs only. Means have intervals of their own; differences are taken "
    "between runs with the same luck, and their intervals hold together for all policies."
)
INTERVALS_OF_ONE: Final = "Intervals of means are 95 % and cover luck between runs only."


def slides_of(
    results: Tabled,
    answer: str,
    manifest: Mapping[str, Any],
    *,
    title: str = "",
    client: str = "",
    theme: Theme | None = None,
) -> bytes:
    """Return the slides as the bytes of a .pptx file; the same results always give the same bytes.

    Parameters
    ----------
    results : Result or Comparison
    answer : str
        The sentences, as `answer.md` holds them.
    manifest : mapping
        As `manifest.json` holds it.
    title : str
        Of the first slide, the finding by default.
    client : str
        For whom they are; named on every slide.
    theme : Theme, optional
        Colours, font, logo.

    Raises
    ------
    InputError
        When python-pptx or XlsxWriter is not installed.
    """
    from cxsim.charts.theme import Theme
    from cxsim.report.slides import slides_bytes

    look = Theme() if theme is None else theme
    return slides_bytes(deck_of(results.facts, answer, manifest, look, title=title, client=client), look)


def deck_of(
    facts: Facts, answer: str, manifest: Mapping[str, Any], theme: Theme, *, title: str = "", client: str = ""
) -> Deck:
    """Return what the slides show: the answer, a chart each, and what it all rests on."""
    found = parsed(answer)
    charts = charts_of(facts, theme)
    more = {"worlds": worlds_chart(facts, theme), "lives": lives_tables(facts)}
    charts |= {name: chart for name, chart in more.items() if chart is not None}
    captions = captions_of(facts, {*USUAL, *charts})
    slides = [_first(facts, found, title)]
    for name, chart in charts.items():
        message = _league_title(facts, captions[name].title) if name == "league" else captions[name].title
        spoken = [said.text for said in found.sentences if said.label in SPOKEN.get(name, ())]
        source = captions[name].footnote if name in more else ""
        notes = "\n".join([_source(facts, name, manifest, source), *(_bare(text) for text in spoken)])
        slides.append(Slide(message, chart.said, chart.body, notes, f"{message}. {chart.said}"))
    slides.append(_last(facts, found, manifest))
    source = captions["league"].footnote
    return Deck(title or finding(facts), client, source, datetime.fromisoformat(manifest["started"]), slides)


def _first(facts: Facts, found: Prose, title: str) -> Slide:
    """Return question, answer, how sure, cost; how near it comes to our own figures first where it does not."""
    is_doubtful = bool(found.sentences) and found.sentences[0].label == BELIEVE
    wanted = FIRST_IN_DOUBT if is_doubtful else FIRST
    chosen = [said for said in found.sentences if said.label in wanted] or list(found.sentences[: len(wanted)])
    paragraphs = [(said.label.rstrip("."), _bare(said.text)) for said in chosen]
    rest = [f"{said.label} {_bare(said.text)}" for said in found.sentences if said not in chosen]
    notes = "\n".join([*rest, _bare(found.last)])
    question = found.question or facts.experiment.scenario.name
    return Slide(title or finding(facts), "", Words(question, paragraphs), notes)


def _league_title(facts: Facts, title: str) -> str:
    """Say who leads, and whether anybody is level; the difference from the reference stands on the first slide."""
    best = facts.winner
    if best is None:
        return title
    doubt = misses_records(facts)
    leads = f"{shown(best)} {'would lead' if doubt else 'leads'} on {CATALOG[facts.headline].title}"
    leads = f"{IF_RIGHT}{leads}" if doubt else leads
    level = facts.level_with(facts.headline, best)
    if level:
        names = listed(level) if len(level) <= MOST_NAMES else f"{number_word(len(level))} others"
        return f"{leads}, but cannot be told apart from {names}"
    return f"{leads}, ahead of {'all others' if len(facts.others) > 1 else facts.reference}"


def _last(facts: Facts, found: Prose, manifest: Mapping[str, Any]) -> Slide:
    """Return what the answer rests on, and what made it."""
    from cxsim.results.report import provenance_of

    first, rest, _ = resting_on(facts)
    counts = [f"{number} {name}" for name, number in ledger.counts(first)]
    number = len(first)
    title = f"The mechanisms that the answer turns on have {number} value{'' if number == 1 else 's'}: {listed(counts)}"
    if not number:
        title = "The answer turns on no value of how people behave"
    rows = [(one.path, f"{one.value} {one.unit}".strip(), one.confidence) for one in first[:MOST_ASSUMPTIONS]]
    head = ("value of a mechanism, least sure first", "value", "confidence")
    wrong = [_bare(said.text) for said in found.sentences if said.label == WRONG]
    intervals = INTERVALS if facts.others else INTERVALS_OF_ONE
    more = len(first) - len(rows) + len(rest)
    said = f"{len(rows)} of {len(first) + len(rest)} values shown; " if more else ""
    source = (
        f"Data: scenario.resolved.yaml and manifest.json. `cxsim assumptions` lists all values. {_bare(found.last)}"
    )
    return Slide(
        title,
        f"{said}written means written in the scenario; what the scenario is unsure of comes first.",
        Grids(
            Grid(head, rows, (0.52, 0.3, 0.18)),
            Grid(("what made it", ""), provenance_of(manifest), (0.24, 0.76)),
            " ".join([intervals, *wrong]),
        ),
        source,
        "Tables of assumptions and provenance.",
    )


def _source(facts: Facts, name: str, manifest: Mapping[str, Any], other: str) -> str:
    """Say where a slide's data is from; `other` where it is from other runs than those of the comparison."""
    if other:
        return f"Data: {other} cxsim {manifest['cxsim']}."
    tables = {
        "league": "comparison.csv",
        "differences": "comparison.csv",
        "retention": "timeseries.parquet",
        "waits": "touchpoints.parquet",
        "rivals": "comparison.csv and the figures known of each firm in scenario.resolved.yaml",
    }
    made = facts.experiment
    return (
        f"Data: {tables.get(name, 'measures.parquet')} of the result folder; {made.scenario.name}, "
        f"{made.replications} replication{'' if made.replications == 1 else 's'}, seed {made.seed}, "
        f"cxsim {manifest['cxsim']}. The chart is native: its numbers stand in the sheet behind it."
    )


def _bare(markdown: str) -> str:
    """Return text without the marks of Markdown that an answer has."""
    return markdown.replace("**", "").replace("`", "")


def save_slides(data: bytes, path: Path) -> Path:
    """Write slides, whole or not at all.

    Parameters
    ----------
    data : bytes
    path : Path
        A file that ends in .pptx, or a folder, which gets a `slides.pptx`.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    from cxsim.results.report import write_whole

    target = path if path.suffix.lower() == ENDING else path / SLIDES
    write_whole(target, data)
    return target
