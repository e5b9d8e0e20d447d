"""A words file, checked."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, PlainValidator, ValidationError

from cxsim.charts.words import APART, DECIMALS, FORMAT, LONGEST, POINT, THOUSANDS, Words, labels, places_in
from cxsim.errors import ValueRefusedError, quoted
from cxsim.scenario.faults import Faults, line_of
from cxsim.scenario.reader import read_file
from cxsim.scenario.section import Section
from cxsim.units import nearest

NOTHING: Final = "nothing"


def read_words(path: Path) -> Words:
    """Read a words file; see `words.load_words`."""
    _, tree = read_file(path)
    faults = Faults(str(path), tree, _File)
    found = None
    try:
        found = _File.model_validate(tree)
    except ValidationError as error:
        faults.from_validation(error)
    given = found.labels if found is not None else {}
    known = [text for texts in labels().values() for text in texts]
    unknown = []
    for english, text in (given or {}).items():
        if str(english) not in known:
            unknown.append(_unknown(str(english), known, line_of(tree, ("labels", english))))
        elif fault := _wrong(str(english), str(text)):
            faults.add(("labels", english), *fault)
    decimal, thousands = (found.decimal, found.thousands) if found is not None else (None, None)
    if (decimal or POINT) == (APART if thousands is None else thousands):
        faults.add(("thousands",), quoted(str(thousands)), "another mark than the decimal one", "change one of them")
    faults.raise_if_any()
    translated = {str(english): str(text) for english, text in (given or {}).items() if str(english) in known}
    mark = APART if thousands is None else thousands
    return Words(MappingProxyType(translated), decimal or POINT, mark, tuple(unknown))


def _unknown(english: str, known: list[str], line: int | None) -> str:
    """Say that there is no such label, or no more; not a fault, or each new version would refuse older files."""
    hint = nearest(english, known)
    return f"line {line}: no label {quoted(english)}" + (f"; {hint}" if hint else "")


def _wrong(english: str, text: str) -> tuple[str, str, str] | None:
    """Say what is wrong with one label: what was given, what is allowed, what to do."""
    if not text.strip() or len(text) > LONGEST or not text.isprintable():
        return quoted(text[:LONGEST]), f"1 to {LONGEST} letters on one line", "write the label, or leave the line out"
    wanted = places_in(english)
    places: frozenset[str] | None
    try:
        places = places_in(text)
    except ValueError:  # braces that do not match
        places = None
    if places != wanted:
        named = " and ".join(f"{{{name}}}" for name in sorted(wanted)) or "no place in braces"
        return quoted(text), named, "write the same places as in the English label"
    return None


def _format(value: Any) -> str:
    if str(value).strip() != FORMAT:
        raise ValueRefusedError(str(value), FORMAT, f"write format: {FORMAT}")
    return FORMAT


def _mark(value: Any, allowed: tuple[str, ...]) -> str:
    text = str(value)
    if text not in allowed:
        listed = ", ".join(quoted(one) if one else NOTHING for one in allowed)
        raise ValueRefusedError(text, listed, "choose one of these")
    return text


def _labels(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or any(isinstance(one, dict | list) for one in value.values()):
        raise ValueRefusedError(str(value)[:LONGEST], "a label a line", 'write "stayed": "maradt"')
    return value


class _File(Section):
    format: Annotated[str, BeforeValidator(_format)]
    decimal: Annotated[str, BeforeValidator(lambda value: _mark(value, DECIMALS))] | None = None
    thousands: Annotated[str, BeforeValidator(lambda value: _mark(value, THOUSANDS))] | None = None
    labels: Annotated[dict[str, str], PlainValidator(_labels)] | None = None
