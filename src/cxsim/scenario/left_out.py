"""What a key that is left out becomes, and where that value is from: for editors and for the reference page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from cxsim.scenario.defaults import Filler

FIRM: Final = "Firm"
_PLACE: Final = "place"
# One of everything, as nested text, with nothing written that may be left out.
_FIRM: Final[Mapping[str, Any]] = {
    "share": "100 %",
    "contacts": {"contact": {"happens": "1 a year", "because": "purchase"}},
    "arrivals": {"source": {"rate": "1 an hour"}},
    "touchpoints": {_PLACE: {"channel": "phone", "background": {"rate": "1 an hour"}}},
}
# Where the sections stand in that text.
_SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Document": (),
    "Runs": ("runs",),
    "Market": ("market",),
    "Switching": ("market", "switching"),
    "Ties": ("market", "talk_to"),
    "Segment": ("market", "segments", "everyone"),
    "Firm": ("firms", FIRM),
    "Contact": ("firms", FIRM, "contacts", "contact"),
    "Source": ("firms", FIRM, "arrivals", "source"),
    "Touchpoint": ("firms", FIRM, "touchpoints", _PLACE),
    "Background": ("firms", FIRM, "touchpoints", _PLACE, "background"),
    "Promises": ("firms", FIRM, "promises"),
    "Recovery": ("firms", FIRM, "recovery"),
    "Process": ("firms", FIRM, "process"),
    "Trouble": ("firms", FIRM, "trouble_comes_from"),
    "Reach": ("firms", FIRM, "reaches"),
    "Policy": ("policies", "policy"),
}
# What is worked out from the rest of the file has no value of its own.
_WORKED_OUT: Final = frozenset(
    {
        ("Document", "our_firm"),
        ("Segment", "share"),
        ("Firm", "price"),
        ("Recovery", "without_approval"),
        ("Background", "patience"),
    }
)
# Where only a value stands for a key that is not written; elsewhere it follows from the rest, or has to be written.
_WHERE: Final[Mapping[tuple[str, str], str]] = {
    ("Document", "warm_up"): ", in a file with a market",
    ("Touchpoint", "staff"): ", on a channel without people",
    ("Touchpoint", "takes"): ", on a channel without people",
    ("Touchpoint", "hours"): ", where no shifts are written",
    ("Touchpoint", "ends"): ", where no `solves` is written",
}


class LeftOut(NamedTuple):
    """The value that stands for a key that is not written.

    Attributes
    ----------
    value : str
        As a person would write it.
    elsewhere : str
        The same in a noncontractual market, where that is another value; else empty.
    source, confidence : str
        As in `cxsim assumptions`.
    where : str
        Where only it may be left out; empty for everywhere.
    """

    value: str
    elsewhere: str
    source: str
    confidence: str
    where: str = ""

    def sentence(self) -> str:
        """Say it in a sentence."""
        other = f", in a noncontractual market `{self.elsewhere}`" if self.elsewhere else ""
        source = self.source.removeprefix("assumption").lstrip(":; ")
        why = "" if self.confidence == "convention" else f" ({self.confidence}: {source})"
        return f"Left out{self.where}: `{self.value}`{other}{why}."


def left_out() -> dict[tuple[str, str], LeftOut]:
    """Return what is put in the place of each key that may be left out, by section (the name of its model) and key.

    Keys without a value of their own are not in it: tables, lists, and what follows from the rest of a file.
    """
    contractual, purchases = _filled("contractual"), _filled("noncontractual")
    found: dict[tuple[str, str], LeftOut] = {}
    for section, place in _SECTIONS.items():
        here = _at(contractual.tree, place)
        for key, value in here.items():
            if not isinstance(value, str) or not value or (section, key) in _WORKED_OUT or key in _written(place):
                continue
            note = contractual.notes.get(_note(place, key), {})
            other = str(_at(purchases.tree, place).get(key, value))
            found[section, key] = LeftOut(
                value,
                "" if other == value else other,
                note.get("source", ""),
                note.get("confidence", "convention"),
                _WHERE.get((section, key), ""),
            )
    return found


def _text(setting: str) -> dict[str, Any]:
    market = {"customers": "1", "setting": setting}
    firms = {FIRM: _copied(_FIRM)}
    return {"format": "1", "lasts": "1 year", "market": market, "firms": firms, "policies": {"policy": {}}}


def _copied(node: Any) -> Any:
    return {key: _copied(inner) for key, inner in node.items()} if isinstance(node, Mapping) else node


def _filled(setting: str) -> Filler:
    filler = Filler(_text(setting))
    filler.fill()
    return filler


def _written(place: tuple[str, ...]) -> Mapping[str, Any]:
    """Return what the text itself holds at a place, so that it is not taken for a default."""
    try:
        return _at(_text("contractual"), place)
    except KeyError:
        return {}


def _at(tree: Mapping[str, Any], place: tuple[str, ...]) -> Mapping[str, Any]:
    for key in place:
        tree = tree[key]
    return tree


def _note(place: tuple[str, ...], key: str) -> str:
    """Return the path under which the filler notes a value: firms and their parts go by their names alone."""
    parts = [part for part in place if part not in {"firms", "contacts", "arrivals", "touchpoints"}]
    return ".".join([*parts, key])
