"""One person in front of the page: where the levers stand, what was pinned, and what the page shows.

What comes from a browser is checked here, whatever it is; what goes to it are plain numbers and texts. Texts are shown
as texts, never as markup. Nothing here knows of the library that carries them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from cxsim.app import words
from cxsim.app.estimates import COST, Estimate, curve, estimate, shown_measures
from cxsim.app.levers import Lever, levers_of
from cxsim.app.live import AS_IS_CASE, LiveModel, Pairs
from cxsim.app.look import ClientLook
from cxsim.app.saving import NameTakenError, Shelf
from cxsim.app.setting import Setting, Settings
from cxsim.errors import CxsimError, ValueRefusedError
from cxsim.experiments.studies.case import AS_IS

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

Message = Mapping[str, object]

MOST_PINS: Final = 6
MOST_UNDONE: Final = 200
LONGEST_TEXT: Final = 200
LARGE: Final = 3


@dataclass
class Pin:
    """A setting that is kept in sight."""

    number: int
    setting: Setting


@dataclass
class Room:
    """What the people who look at one scenario share: the model, its levers, and where policies are saved."""

    scenario: Scenario
    model: LiveModel
    shelf: Shelf
    levers: dict[str, Lever] = field(default_factory=dict)
    look: ClientLook = field(default_factory=ClientLook)

    def __post_init__(self) -> None:
        self.levers = self.levers or levers_of(self.scenario)
        self.settings = Settings(self.scenario, self.levers)
        self.measures = shown_measures(self.model.columns, self.scenario.document.measures or ())


class Session:
    """A person's settings, and the answers to what the page sends.

    Parameters
    ----------
    room : Room
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self.setting = room.settings.first
        self.pins: list[Pin] = []
        self.fault = ""
        self.fault_at = ""
        self.saved = ""
        self.asks = ""
        self.shown: list[str] = []
        self._past: list[Setting] = []
        self._dragged = ""
        self._pinned = 0
        self._extents: dict[str, float] = {}
        self._watch = room.model.watch()
        self._follow()

    def close(self) -> None:
        """Give up what is simulated for this person alone."""
        self._watch.close()

    # --------------------------------------------------------------------------------------------------- what comes

    def handle(self, message: object) -> None:
        """Do what the page asks for; what cannot be done is said in `fault`.

        Parameters
        ----------
        message : object
            A table with the key `do`; anything else is refused.
        """
        self.fault, self.fault_at, self.saved, self.asks = "", "", "", ""
        try:
            if not isinstance(message, Mapping):
                raise ValueRefusedError(repr(message), "a message of the page", "reload the page")
            self._act(str(message.get("do", ""))[:LONGEST_TEXT])(message)
        except NameTakenError as error:
            self.asks = str(error)
        except CxsimError as error:
            self.fault = str(error)
            lever = message.get("lever") if isinstance(message, Mapping) else None
            self.fault_at = lever if isinstance(lever, str) and lever in self.room.levers else ""
        self._follow()

    def _act(self, name: str) -> Callable[[Message], None]:
        acts: dict[str, Callable[[Message], None]] = {
            "set": self._set,
            "reset": self._reset,
            "clear": lambda _: self._move(replace(self.room.settings.first, begins=self.setting.begins)),
            "start": self._start,
            "begins": self._begins,
            "cost": self._cost,
            "show": self._show,
            "undo": lambda _: self._undo(),
            "pin": lambda _: self._pin(),
            "unpin": self._unpin,
            "recall": self._recall,
            "save": self._save,
            "restore": self._restore,
        }
        if name not in acts:
            raise ValueRefusedError(name, "something that the page can do", "reload the page")
        return acts[name]

    def _move(self, setting: Setting, dragged: str = "") -> None:
        """Change the setting; all steps of one drag are undone together."""
        if setting != self.setting:
            if not dragged or dragged != self._dragged:
                self._past = [*self._past, self.setting][-MOST_UNDONE:]
            self.setting = setting
            self._extents.clear()
        self._dragged = ""

    def _set(self, message: Message) -> None:
        path = _text(message, "lever")
        self._move(self.room.settings.with_value(self.setting, path, message.get("value")), dragged=path)
        self._dragged = path if message.get("going") is True else ""

    def _reset(self, message: Message) -> None:
        path = _text(message, "lever")
        kept = tuple(one for one in self.setting.moved if one[0] != path)
        self._move(replace(self.setting, moved=kept))

    def _start(self, message: Message) -> None:
        name = _text(message, "policy")
        self.room.scenario.policy(name)
        self._move(Setting(start=name, begins=self.setting.begins))

    def _begins(self, message: Message) -> None:
        self._move(replace(self.setting, begins=self._allowed_begin(_text(message, "when"))))

    def _allowed_begin(self, text: str) -> str:
        allowed = self.room.settings.begins()
        if text not in allowed:
            raise ValueRefusedError(text, f"one of {', '.join(allowed)}", "choose one of these")
        return text

    def _cost(self, message: Message) -> None:
        read = self.room.settings.checked_cost
        self._move(replace(self.setting, once=read(message.get("once", 0)), yearly=read(message.get("yearly", 0))))

    def _show(self, message: Message) -> None:
        wanted = _text(message, "lever").casefold().strip()
        titles = {lever.title.casefold(): path for path, lever in self.room.levers.items()}
        path = wanted if wanted in self.room.levers else titles.get(wanted, "")
        if not path:
            raise ValueRefusedError(_text(message, "lever"), "a lever of this scenario", "choose one of the list")
        if path not in self.shown and not self.room.levers[path].main:
            self.shown.append(path)

    def _undo(self) -> None:
        if self._past:
            self.setting = self._past.pop()
            self._extents.clear()

    def _pin(self) -> None:
        if any(pin.setting == self.setting for pin in self.pins):
            return
        if len(self.pins) >= MOST_PINS:
            given = f"{MOST_PINS + 1} pinned settings"
            raise ValueRefusedError(given, f"at most {MOST_PINS} beside each other", "take one away first")
        self._pinned += 1
        self.pins.append(Pin(self._pinned, self.setting))

    def _unpin(self, message: Message) -> None:
        self.pins = [pin for pin in self.pins if pin.number != message.get("number")]

    def _recall(self, message: Message) -> None:
        for pin in self.pins:
            if pin.number == message.get("number"):
                self._move(pin.setting)

    def _save(self, message: Message) -> None:
        name = _text(message, "name").strip()
        if not name:
            raise ValueRefusedError("", "a name for the policy", "write, for example, second-person")
        idea = " ".join(_text(message, "idea").split())
        blocks = self.room.settings.blocks(self.setting, name, idea)
        file = _text(message, "file") or self.room.shelf.file
        path = self.room.shelf.save(blocks, file, replace=message.get("replace") is True)
        self.saved = f"Saved as {name} in {path.name}. To compare it: cxsim compare {path.name}"

    def _restore(self, message: Message) -> None:
        """Take up what a page knew before it was loaded again; what is no longer allowed is left out."""
        setting = self._read(message.get("setting"))
        pins = message.get("pins")
        known = [self._read(one) for one in pins[:MOST_PINS]] if isinstance(pins, list) else []
        if setting is not None:
            self._move(setting)
        for one in known:
            if one is not None and len(self.pins) < MOST_PINS and all(pin.setting != one for pin in self.pins):
                self._pinned += 1
                self.pins.append(Pin(self._pinned, one))

    def _read(self, given: object) -> Setting | None:
        if not isinstance(given, Mapping):
            return None
        settings = self.room.settings
        try:
            start = _text(given, "start")
            self.room.scenario.policy(start)
            found = Setting(
                start=start,
                begins=self._allowed_begin(_text(given, "begins")),
                once=settings.checked_cost(given.get("once", 0)),
                yearly=settings.checked_cost(given.get("yearly", 0)),
            )
            moved = given.get("moved")
            for path, value in moved.items() if isinstance(moved, Mapping) else ():
                found = settings.with_value(found, str(path), value)
        except CxsimError:
            return None
        return found

    def _follow(self) -> None:
        case = self.room.settings.case
        self._watch.follow(case(self.setting), *(case(pin.setting) for pin in self.pins))

    # --------------------------------------------------------------------------------------------------- what goes

    def about(self) -> dict[str, Any]:
        """Return what does not change while the page is open."""
        room, document = self.room, self.room.scenario.document
        return {
            "name": room.scenario.name,
            "look": room.look.written(),
            "question": " ".join((document.question or "").split()),
            "firm": document.our_firm or "",
            "lasts": words.horizon(room.scenario),
            "years": document.lasts / (365 * 86_400_000_000),
            "currency": document.currency or "",
            "goal": room.model.replications,
            "seed": room.model.lab.seed,
            "scale": room.model.scale,
            "approximate": words.approximation(room.scenario, room.model.scale),
            "file": room.shelf.file,
            "begins": list(room.settings.begins()),
            "policies": [
                {"name": name, "title": words.policy_title(name), "idea": room.scenario.policy(name).idea}
                for name in room.scenario.policies
            ],
            "levers": [
                {
                    "path": lever.path, "title": lever.title, "group": lever.group, "unit": lever.unit,
                    "now": lever.now, "low": lever.low, "high": lever.high, "step": lever.step,
                    "options": list(lever.options), "main": lever.main, "note": lever.note,
                    "nowText": words.amount_text(lever, lever.now),
                }
                for lever in room.levers.values()
            ],
            "measures": [{"name": name, "title": words.title(name)} for name in room.measures],
        }  # fmt: skip

    def state(self) -> dict[str, Any]:
        """Return what the page shows now."""
        room = self.room
        case = room.settings.case(self.setting)
        pairs = room.model.pairs(case)
        found = [estimate(room.model.columns, pairs, name) for name in room.measures]
        base = room.model.pairs(AS_IS_CASE)
        line = curve(room.model.columns, pairs, base)
        large = found[:LARGE]
        idle = self.setting.start == AS_IS and self.setting.is_start
        finding = words.finding(large, room.model.replications, as_is=idle) if large else ""
        if pairs.same and not idle:
            finding = words.nothing_changes(room.settings, self.setting, pairs.n)
        return {
            "count": pairs.n,
            "asIsCount": base.n,
            "broken": pairs.broken,
            "finding": "" if pairs.broken else finding,
            "cards": [self._card(one, base) for one in found],
            "curve": None if line is None else {key: _plain(values) for key, values in line._asdict().items()},
            "levers": {path: self._lever(path) for path in self._in_sight()},
            "setting": _written(self.setting),
            "title": words.named(room.settings, self.setting, room.levers),
            "asIs": idle,
            "pins": [self._pinned_row(pin) for pin in self.pins],
            "undo": bool(self._past),
            "fault": self.fault,
            "faultAt": self.fault_at,
            "saved": self.saved,
            "asks": self.asks,
        }

    def _in_sight(self) -> list[str]:
        """Return the levers that are shown: the main ones, those that were looked for, and those that are moved."""
        room = self.room
        main = [path for path, lever in room.levers.items() if lever.main]
        moved = [*room.settings.values(self.setting.start), *(path for path, _ in self.setting.moved)]
        return list(dict.fromkeys((*main, *moved, *self.shown)))

    def _lever(self, path: str) -> dict[str, Any]:
        settings = self.room.settings
        value, start = settings.value(self.setting, path), settings.at_start(self.setting, path)
        lever = self.room.levers[path]
        return {
            "value": value,
            "text": words.amount_text(lever, value),
            "start": start,
            "moved": value != start,
            "changed": value != lever.now,
        }

    def _card(self, one: Estimate, base: Pairs) -> dict[str, Any]:
        # Before the first pair the mean of as-is is that of its own runs, so that there is something to begin from.
        as_is = one.as_is if one.n else estimate(self.room.model.columns, base, one.measure).mean
        wide = max((abs(end) for end in (*one.ends, one.difference) if math.isfinite(end)), default=0.0)
        if not one.early:
            self._extents[one.measure] = max(self._extents.get(one.measure, 0.0), wide)
        return {
            **_cell(one),
            "title": words.title(one.measure),
            "unit": one.unit,
            "count": one.n,
            "asIs": words.value(one, as_is),
            "early": one.early,
            "extent": self._extents.get(one.measure, wide),
            "cost": one.measure == COST,
        }

    def _pinned_row(self, pin: Pin) -> dict[str, Any]:
        room = self.room
        pairs = room.model.pairs(room.settings.case(pin.setting))
        cells = [estimate(room.model.columns, pairs, name) for name in room.measures]
        return {
            "number": pin.number,
            "title": words.named(room.settings, pin.setting, room.levers),
            "now": pin.setting == self.setting,
            "count": pairs.n,
            "broken": pairs.broken,
            "setting": _written(pin.setting),
            "cells": [_cell(one) for one in cells],
        }


def _text(message: Message, key: str) -> str:
    """Return a text of a message.

    Raises
    ------
    ValueRefusedError
        When it is no text, a very long one, or one with signs that nobody sees.
    """
    found = message.get(key, "")
    if not isinstance(found, str) or len(found) > LONGEST_TEXT:
        allowed = f"a text of at most {LONGEST_TEXT} letters"
        raise ValueRefusedError(repr(found), allowed, "write a shorter one")
    if not found.isprintable():
        raise ValueRefusedError(ascii(found), "a text of signs that can be seen", "type it instead of pasting it")
    return found


def _written(setting: Setting) -> dict[str, Any]:
    return {
        "start": setting.start, "moved": dict(setting.moved), "begins": setting.begins,
        "once": setting.once, "yearly": setting.yearly,
    }  # fmt: skip


def _cell(one: Estimate) -> dict[str, Any]:
    return {
        "measure": one.measure, "value": words.value(one), "change": words.change(one), "told": one.told,
        "good": one.good, "difference": _number(one.difference), "low": _number(one.ends[0]),
        "high": _number(one.ends[1]),
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _plain(values: Any) -> list[float | None]:
    return [_number(float(value)) for value in values]
