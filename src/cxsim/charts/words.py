"""Labels in the words of a client: marked where they are written, and changed by one file.

As gettext does it: `said` looks a label up where it is drawn, `label` marks one that is declared elsewhere, and the
list of all labels is read from the code, so that none can be forgotten.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

FORMAT: Final = "1"
POINT: Final = "."
APART: Final = " "
DECIMALS: Final = (".", ",")
THOUSANDS: Final = (" ", ".", ",", "'", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "")
# Rooms whose labels can be changed; the sentences of the answer are composed and stay English.
ROOMS: Final = ("charts", "results", "report")
MARKS: Final[Mapping[str, int]] = MappingProxyType(
    {"said": 0, "in_words": 0, "label": 0, "Entry": 2}
)  # which argument is a label
LONGEST: Final = 400
# How templates and scripts of pages mark a label.
IN_PAGES: Final = re.compile(r'\bsaid\("((?:[^"\\]|\\.)*)"')
PAGES: Final = (".j2", ".js")
BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)\.(?=\d)")


@dataclass(frozen=True, slots=True)
class Words:
    """What labels are called, and how numbers are written.

    Attributes
    ----------
    labels
        English label to the client's; what is missing stays English.
    decimal
        Between whole numbers and decimals.
    thousands
        Between thousands, from ten thousand on.
    unknown
        A line for each label of the file that there is not, or no more, with the nearest that there is; they change
        nothing.
    """

    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    decimal: str = POINT
    thousands: str = APART
    unknown: tuple[str, ...] = ()


ENGLISH: Final = Words()
_WORDS: ContextVar[Words] = ContextVar("words", default=ENGLISH)


def words_in_force() -> Words:
    """Return the words that labels are drawn in now."""
    return _WORDS.get()


@contextmanager
def worded(words: Words | None) -> Iterator[None]:
    """Draw labels in these words while the block runs; None leaves those that are in force."""
    if words is None:
        yield
        return
    token = _WORDS.set(words)
    try:
        yield
    finally:
        _WORDS.reset(token)


def label(text: str) -> str:
    """Return a label as it is, and mark it as one that `said` will be asked for."""
    return text


def said(text: str, /, **values: Any) -> str:
    """Return a label in the words in force.

    Parameters
    ----------
    text
        English, with places for values in braces.
    values
        Put into the places; without any, braces stay as they are.

    Examples
    --------
    >>> said("{chosen} of {all} figures", chosen=3, all=5)
    '3 of 5 figures'
    """
    found = words_in_force().labels.get(text, text)
    return found.format(**values) if values else found


def in_digits(text: str, words: Words | None = None) -> str:
    """Return a number that was written with a decimal point as the words, by default those in force, write it."""
    mark = (words_in_force() if words is None else words).decimal
    return text if mark == POINT else BETWEEN_DIGITS.sub(mark, text)


@lru_cache(maxsize=1)
def labels() -> Mapping[str, tuple[str, ...]]:
    """Return all labels by the module that declares them, in the order of the rooms.

    They are read from the source of the package, the template and the scripts of the page among it: the arguments of
    `said` and `label`, what the charts of the book are called, and the titles and units of measures, with the reasons
    for which customers leave.
    """
    from cxsim.charts.tables import scale_of
    from cxsim.measures.catalog import CATALOG, LOST_TITLES, MONEY

    found: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    base = files("cxsim")
    for room in ROOMS:
        for name, source in _sources(base.joinpath(room), room):
            marks = _marked(source) if not name.endswith(PAGES) else marked_in_page(source)
            own = [text for text in dict.fromkeys(marks) if text not in seen]
            seen.update(own)
            if own:
                found[name] = tuple(own)
    measures = [*(one.title for one in CATALOG.values()), *LOST_TITLES]
    measures += [scale_of(one.unit)[1] for one in CATALOG.values() if one.unit != MONEY]
    for part in ("whom", "per", "until"):
        measures += [getattr(one, part) for one in CATALOG.values() if getattr(one, part)]
    found["measures"] = tuple(text for text in dict.fromkeys(measures) if text not in seen)
    return MappingProxyType(found)


def places_in(text: str) -> frozenset[str]:
    """Return the names of the places in braces.

    Raises
    ------
    ValueError
        When braces do not match.
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def template(words: Words = ENGLISH) -> str:
    """Return a words file with every label: those of `words`, and English where it has none.

    Parameters
    ----------
    words
        What is translated already.
    """
    head = (
        "# Labels in other words: change what stands after each colon; {places} in braces stay as they are.",
        "# A line may be left out: its label stays English.",
        f"format: {FORMAT}",
        f"decimal: {_quoted(words.decimal)}",
        f"thousands: {_quoted(words.thousands)}",
        "labels:",
    )
    lines = list(head)
    for name, texts in labels().items():
        lines.append(f"  # {name}")
        lines += [f"  {_quoted(text)}: {_quoted(words.labels.get(text, text))}" for text in texts]
    return "\n".join([*lines, ""])


def load_words(path: str | Path) -> Words:
    """Read a words file.

    Parameters
    ----------
    path
        A YAML file: ``format: 1``, and any of ``decimal`` (``.`` or ``,``), ``thousands`` (a space, ``.``, ``,``,
        ``'`` or nothing) and ``labels``, English to the client's. `template` holds all labels.

    Raises
    ------
    ScenarioError
        All faults at once, each with its line: places that are missing or too many, marks that are none. A label
        that there is not is none: a new version may have dropped it; it is named in `Words.unknown`.
    """
    from cxsim.charts.words_file import read_words

    return read_words(Path(path))


def _sources(room: Traversable, name: str) -> Iterator[tuple[str, str]]:
    for one in sorted(room.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            yield from _sources(one, f"{name}.{one.name}")
        elif one.name.endswith((".py", *PAGES)):
            yield f"{name}.{one.name.removesuffix('.py')}", one.read_text(encoding="utf-8")


def _marked(source: str) -> Iterator[str]:
    """Return the labels of a module that are written in it, in the order in which they stand."""
    if not any(f"{mark}(" in source for mark in MARKS):
        return
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        place = MARKS.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if place is None or len(call.args) <= place:
            continue
        text = call.args[place]
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            yield text.value


def marked_in_page(source: str) -> list[str]:
    """Return the labels that a template or a script of the page marks."""
    return IN_PAGES.findall(source)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
