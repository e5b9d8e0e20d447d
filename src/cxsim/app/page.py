"""The page as a component of Panel: it carries messages and states between a browser and a `Session`.

What is seen is in `page.js` and `page.css`; what is said and computed is in Python. Panel brings the web server, the
session of each browser, and the way into a notebook.
"""

from __future__ import annotations

import contextlib
import importlib.resources
from typing import TYPE_CHECKING, Any, ClassVar, Final

import param
from panel.custom import JSComponent
from panel.io import state as panel_state

from cxsim.app.session import Session

if TYPE_CHECKING:
    from cxsim.app.session import Room
    from cxsim.app.setting import Setting

POLL_MS: Final = 80


def _read(name: str) -> str:
    return (importlib.resources.files("cxsim.app") / name).read_text(encoding="utf-8")


class WhatIf(JSComponent):
    """The what-if page of one person.

    Parameters
    ----------
    room : Room
        Shared by everybody who looks at the scenario.
    remembers : bool
        Whether a page that is loaded again stands where it stood; not so in a notebook, which makes a new one.
    """

    about = param.Dict(default={}, doc="What does not change while the page is open.")
    state = param.Dict(default={}, doc="What the page shows now.")

    _esm: ClassVar[str] = _read("page.js")
    _stylesheets: ClassVar[list[str]] = [_read("page.css")]

    def __init__(self, room: Room, *, remembers: bool = True, **more: Any) -> None:
        self._session = Session(room)
        self._answered = 0
        self._seen = -1
        about = {**self._session.about(), "remembers": remembers}
        super().__init__(about=about, state=self._now(), sizing_mode="stretch_width", **more)  # type: ignore[no-untyped-call]
        self._poll: Any = panel_state.add_periodic_callback(self._look, period=POLL_MS)

    @property
    def setting(self) -> Setting:
        """Where the levers stand."""
        return self._session.setting

    def close(self) -> None:
        """Give up what is simulated for this page."""
        self._session.close()
        with contextlib.suppress(Exception):
            self._poll.stop()

    def _now(self) -> dict[str, Any]:
        self._seen = self._session.room.model.version
        return {**self._session.state(), "answered": self._answered}

    def _look(self) -> None:
        if self._seen != self._session.room.model.version:
            self.state = self._now()

    def _handle_msg(self, data: object) -> None:
        """Take a message of the page; whatever it is, it is answered."""
        self._session.handle(data)
        number = data.get("number") if isinstance(data, dict) else None
        self._answered = number if isinstance(number, int) else self._answered
        self.state = self._now()
