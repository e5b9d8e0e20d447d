"""The one path grammar: the same dotted path names a value in policies, `unsure`, study factors and ``--set``.

A path starts with a firm's name, `market`, `defaults` or `switches`, or with a key of the file's top level; without
these it means our firm. After the firm comes a touchpoint, a contact, a source of callers or a key of the firm.
A contact may be called like a single value of the top level (`question`): with more behind it, the contact is meant.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import TypeAdapter, ValidationError

from cxsim.errors import ValueRefusedError
from cxsim.scenario.calendar import RateTable
from cxsim.scenario.faults import annotation_at, dotted, keys_at
from cxsim.scenario.fields import UNLIMITED, Kind
from cxsim.scenario.firm_fields import NOTHING
from cxsim.units import NUMBER_PATTERN, Change, Price, Rate, nearest, parse_change, parse_duration, parse_number

Location = tuple[str, ...]
Tree = dict[str, Any]

NAMED: Final = ("touchpoints", "contacts", "arrivals")
ROOTS: Final = ("market", "defaults", "switches", "runs")
# Kinds of values that can only be set.
SET_ONLY: Final = frozenset({"text", "switch", "time"})
ALLOWED: Final = "the path of a value of this scenario"


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that a path names.

    Attributes
    ----------
    path
        As a person writes it; our firm's name is left out.
    location
        Keys from the top of the file.
    kind
        ``share``, ``duration``, ...; ``text``, ``switch`` and ``time`` for what can only be set.
    value
        Text of the value.
    """

    path: str
    location: Location
    kind: str
    value: str


def find(tree: Tree, path: str) -> Location:
    """Return the location of the value that `path` names.

    Parameters
    ----------
    tree
        A resolved scenario as nested text.
    path
        Such as ``phone.staff`` or ``market.switching.cost``.

    Raises
    ------
    ValueRefusedError
        If there is no such value.
    """
    parts = tuple(part.strip() for part in path.split("."))
    if not all(parts) or len(parts) > 10 or any(not part.isprintable() for part in parts):  # noqa: PLR2004
        raise ValueRefusedError(path, ALLOWED, "write names with dots between, such as phone.staff")
    location, rest = _begin(tree, parts)
    node: Any = tree
    for part in location:
        node = node[part]
    for part in rest:
        if not isinstance(node, dict) or part not in node:
            _refuse(tree, path, location, part, node)
        node = node[part]
        location = (*location, part)
    return location


def _begin(tree: Tree, parts: tuple[str, ...]) -> tuple[Location, tuple[str, ...]]:
    """Resolve the first one or two names of a path."""
    first = parts[0]
    if first in tree["firms"]:
        firm, rest = first, parts[1:]
    elif _is_of_the_file(tree, parts):
        return (), parts
    else:
        firm, rest = tree["our_firm"], parts
    here: Location = ("firms", firm)
    content = tree["firms"].get(firm, {})
    for section in NAMED:
        if rest and rest[0] in content.get(section, {}):
            return (*here, section, rest[0]), rest[1:]
    return here, rest


def _is_of_the_file(tree: Tree, parts: tuple[str, ...]) -> bool:
    """Tell whether a path begins with a key of the top level, and not with what our firm calls by the same name."""
    first = parts[0]
    if first in ROOTS or isinstance(tree.get(first), dict):
        return first not in {"firms", "policies"}
    ours = tree["firms"].get(tree["our_firm"], {})
    return first in tree and not (len(parts) > 1 and any(first in ours.get(section, {}) for section in NAMED))


def _refuse(tree: Tree, path: str, location: Location, part: str, node: Any) -> None:
    if isinstance(node, dict):
        names = [name for name in node if name not in NAMED]
        if location[:1] == ("firms",) and len(location) == 2:  # noqa: PLR2004 -- at a firm
            names += [name for section in NAMED for name in node.get(section, {})]
            names += list(tree["firms"]) if part == path.split(".", maxsplit=1)[0] else []
        known = keys_at(location)
        if part in known:
            remedy = f"write `{part}` in the file first, so that there is something to change"
            raise ValueRefusedError(path, ALLOWED, remedy)
        hint = nearest(part, names) or f"after `{dotted(location) or 'the beginning'}` comes {', '.join(names[:10])}"
        raise ValueRefusedError(path, ALLOWED, hint)
    inner = keys_at(location)
    if node == "no" and part in inner:
        remedy = f"it is `no` here; set `{path.rsplit('.', 1)[0]}` to a table with {', '.join(inner)}"
        raise ValueRefusedError(path, ALLOWED, remedy)
    raise ValueRefusedError(path, ALLOWED, f"`{dotted(location[-1:])}` is a single value; end the path there")


def written_path(tree: Tree, location: Location) -> str:
    """Return the path of a location as a person writes it."""
    if location[:1] != ("firms",):
        return ".".join(location)
    rest = [part for n, part in enumerate(location[2:]) if n or part not in NAMED]
    firm = [] if location[1] == tree["our_firm"] else [location[1]]
    return ".".join([*firm, *rest])


def note_path(location: Location) -> str:
    """Return the path under which the source of a default is noted: with the firm, without its sections."""
    if location[:1] != ("firms",):
        return ".".join(location)
    return ".".join(part for n, part in enumerate(location[1:]) if n != 1 or part not in NAMED)


def kind_at(location: Location) -> str:
    """Return the kind of the value at a location."""
    annotation = annotation_at(location)
    for candidate in (annotation, *(get_args(annotation) if get_origin(annotation) is not Annotated else ())):
        if get_origin(candidate) is Annotated:
            for mark in get_args(candidate)[1:]:
                if isinstance(mark, Kind):
                    return mark.name
    return "text"


def entries(tree: Tree) -> Iterator[Entry]:
    """List every value that a path can name, in the order of the file."""
    skipped = {"policies", "assumptions", "unsure", "goals", "measures", "question", "format", "currency", "our_firm"}
    for location, value in _leaves(tree, ()):
        if location[0] not in skipped and location[-1] != "source":
            text = value if isinstance(value, str) else str(value)
            yield Entry(written_path(tree, location), location, kind_at(location), text)


def _leaves(node: Any, location: Location) -> Iterator[tuple[Location, Any]]:
    if isinstance(node, dict) and kind_at(location) not in {"law", "rate"} and location[-1:] != ("when",):
        for key, value in node.items():
            yield from _leaves(value, (*location, key))
    else:
        yield location, node


def value_at(location: Location, text: Any) -> Any:
    """Read the text of the value at a location.

    Raises
    ------
    ValueRefusedError
        If the text is not allowed there.
    """
    try:
        return _adapter(location).validate_python(text)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            cause = detail.get("ctx", {}).get("error")
            if isinstance(cause, ValueRefusedError):
                raise cause from None
        raise ValueRefusedError(str(text), "a value of this place", "write it as in the scenario file") from None


def ends_of(location: Location, text: str) -> tuple[str, str]:
    """Return both ends of a range; a unit that stands at its end only is that of both: ``0.8 to 1.4 a year``."""
    low, _, high = (part.strip() for part in text.partition(" to "))
    number = NUMBER_PATTERN.match(high)
    if number is None or not NUMBER_PATTERN.fullmatch(low):
        return low, high
    unit = high[number.end() :].strip()
    try:
        value_at(location, low)
    except ValueRefusedError:
        return f"{low} {unit}".strip(), high
    # A bare number is a value of its own here: a share may be written as 0.05, but 1 to 5 % does not begin at 100 %.
    return (f"{low} {unit}" if unit == "%" and float(low) >= 1.0 else low), high


def write_at(location: Location, value: Any) -> Any:
    """Return the text of a value, as it stands in the file."""
    return _adapter(location).dump_python(value, by_alias=True, exclude_none=True)


@lru_cache(maxsize=4096)
def _adapter(location: Location) -> TypeAdapter[Any]:
    return TypeAdapter(annotation_at(location))


def at(tree: Tree, location: Location) -> Any:
    """Return what stands at a location."""
    node: Any = tree
    for part in location:
        node = node[part]
    return node


def read_change(raw: Any) -> Change | None:
    """Read a change written as text; None for a table or a list, which can only be set."""
    return parse_change(str(raw)) if isinstance(raw, str) else None


def applied(tree: Tree, location: Location, changes: Sequence[Any]) -> Any:
    """Return the new text at a location: a set comes first, then all additions, then all multiplications.

    Parameters
    ----------
    tree
        A resolved scenario as nested text.
    location
        Where the value stands.
    changes
        What is written after the path, in any order; at most one sets.
    """
    read = [(raw, read_change(raw)) for raw in changes]
    current = at(tree, location)
    for raw, change in read:
        if change is None or change.how == "set":
            current = write_at(location, value_at(location, raw))
    arithmetic = [change for _, change in read if change is not None and change.how != "set"]
    if not arithmetic:
        return current
    if current == NOTHING:
        raise ValueRefusedError(_words(arithmetic[0]), "a new value, where there is `none`", "write the value itself")
    value = value_at(location, current)
    for change in sorted(arithmetic, key=lambda change: change.how):  # "add" sorts before "multiply"
        value = _computed(value, change, kind_at(location), location)
    # Reading the text again checks the range.
    return write_at(location, value_at(location, write_at(location, value)))


def _computed(value: Any, change: Change, kind: str, location: Location) -> Any:
    what = f"a change of `{location[-1]}`"
    if kind in SET_ONLY or (kind == "count" and value == UNLIMITED):
        raise ValueRefusedError(_words(change), f"{what} that sets a value", "write the new value")
    if change.how == "multiply":
        return _multiplied(value, change.factor, kind)
    if kind == "law" or isinstance(value, RateTable):
        raise ValueRefusedError(_words(change), f"{what} that sets or multiplies", "write, for example, 20 % less")
    return _added(value, change, kind)


def _words(change: Change) -> str:
    if change.how == "multiply":
        return f"{change.factor:g} times"
    return f"{change.operand} {'more' if change.factor > 0 else 'less'}"


def _multiplied(value: Any, factor: float, kind: str) -> Any:
    if kind == "law" or isinstance(value, RateTable):
        return value.scaled(factor)
    if isinstance(value, Price | Rate):
        return replace(value, amount=value.amount * factor)
    return round(value * factor) if kind in {"count", "duration"} else value * factor


def _added(value: Any, change: Change, kind: str) -> Any:
    if kind == "duration":
        return value + round(change.factor) * parse_duration(change.operand)
    if kind == "count":
        amount = parse_number(change.operand)
        if not amount.is_integer():
            raise ValueRefusedError(_words(change), "a whole number more or fewer", "write, for example, 1 more")
        return value + round(change.factor * amount)
    amount = change.factor * parse_number(change.operand)
    if isinstance(value, Price | Rate):
        return replace(value, amount=value.amount + amount)
    return value + amount


def changed(tree: Tree, changes: Mapping[Location, Sequence[Any]], held: Collection[Location] = ()) -> Tree:
    """Return a copy of the tree with values changed; a share that is set makes the others give way in proportion.

    Parameters
    ----------
    tree
        A resolved scenario as nested text.
    changes
        What becomes of the values, by location.
    held
        Shares that were set before and do not give way.
    """
    new: Tree = copy.deepcopy(tree)
    fixed = {*held, *changes}
    for location, raws in sorted(changes.items(), key=lambda item: len(item[0])):
        text = applied(new, location, raws)
        before = at(new, location)
        at(new, location[:-1])[location[-1]] = text
        _rescale(new, location, before, fixed)
        _keep_price(new, location, text)
    return new


def _rescale(new: Tree, location: Location, before: Any, fixed: Collection[Location]) -> None:
    """Let the shares of the same whole that nobody set shrink or grow in proportion."""
    whole = same_whole(new, location)
    if not whole:
        return
    shares = {place: value_at(place, at(new, place)) for place in whole}
    # Firms may leave some people without one; everything else adds up to 100 %.
    total = 1.0
    if location[0] == "firms" and location[-1] == "share":
        total = min(1.0, sum(shares.values()) - shares[location] + value_at(location, before))
    giving = [place for place in whole if place not in fixed and place != location]
    others = sum(shares[place] for place in giving)
    room = max(0.0, total - sum(share for place, share in shares.items() if place not in giving))
    if others > 0.0:
        for place in giving:
            share = round(min(1.0, shares[place] * room / others), 12)
            at(new, place[:-1])[place[-1]] = write_at(place, share)


def same_whole(tree: Tree, location: Location) -> list[Location]:
    """Return the locations of all shares that add up with this one; none where it is no part of a whole."""
    if location[-1] == "share" and location[:-2] in {("firms",), ("market", "segments")}:
        return [(*location[:-2], key, "share") for key in at(tree, location[:-2])]
    if location[:-1][2:] == ("trouble_comes_from",) or location[:-1][3:] == ("cares_about",):
        return [(*location[:-1], key) for key in at(tree, location[:-1])]
    return []


def _keep_price(new: Tree, location: Location, text: Any) -> None:
    """Keep a price that is known and the price that customers pay the same."""
    if location[:1] != ("firms",) or location[2:] not in {("price",), ("known", "price")}:
        return
    firm = at(new, location[:2])
    if "price" in firm.get("known", {}):
        firm["price"] = firm["known"]["price"] = text
