"""The what-if page inside a notebook."""

from __future__ import annotations

import contextlib
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxsim.app.live import LiveModel
from cxsim.app.look import ClientLook
from cxsim.app.server import check_installed, shelf_of
from cxsim.app.session import Room
from cxsim.errors import ScenarioError

if TYPE_CHECKING:
    from cxsim.app.saving import Shelf
    from cxsim.scenario import Scenario


class Explorer:
    """The what-if page of a notebook: the last line of a cell shows it.

    Parameters
    ----------
    room : Room

    Attributes
    ----------
    view : WhatIf
        A component of Panel, for whoever puts it into a layout of their own.
    """

    def __init__(self, room: Room) -> None:
        import panel as pn

        # Everything comes from this machine; Panel would otherwise ask its own address for it.
        pn.extension(inline=True)
        from cxsim.app.page import WhatIf

        self._room = room
        self.view = WhatIf(room, remembers=False)
        self._end = weakref.finalize(self, _closed, self.view, room.model)

    def close(self) -> None:
        """Give up what is simulated, and end the threads."""
        self._end()

    @property
    def setting(self) -> dict[str, Any]:
        """Where the levers stand: the policy that it starts from, what was moved, from when, written cost."""
        found: dict[str, Any] = self.view.state["setting"]
        return found

    @property
    def policies(self) -> dict[str, dict[str, Any]]:
        """The setting as policies of a scenario file, by name; `Scenario.with_blocks` takes them."""
        return self._room.settings.blocks(self.view.setting, "what-if")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return self.view._repr_mimebundle_(include, exclude)  # type: ignore[no-untyped-call]


def _closed(view: Any, model: LiveModel) -> None:
    with contextlib.suppress(Exception):
        view.close()
    model.close()


def explore(  # noqa: PLR0913 -- every setting is a keyword
    scenario: Scenario | str | Path,
    *,
    replications: int | None = None,
    seed: int | None = None,
    scale: float | None = None,
    jobs: int | None = None,
    allow_steering: bool = False,
    theme: str | Path | None = None,
    client: str = "",
) -> Explorer:
    """Move levers in a notebook, and see at once what they do: the page of ``cxsim serve``.

    Parameters
    ----------
    scenario : Scenario, str or Path
        A scenario, a file, or the name of a bundled one.
    replications : int, optional
        At which a setting is done; the scenario's own by default, or 30.
    seed : int, optional
        Of all luck; the scenario's own by default.
    scale : float, optional
        Share of the customers who are followed, such as 0.1; by default as many as answer within a second.
    jobs : int, optional
        Threads; by default one for each processor, at most four.
    allow_steering : bool
        Whether Python functions that policies of a file name may be imported; only for code you trust.
    theme : str or Path, optional
        A theme file: colours, font and logo; by default the theme in force (`cxsim.theme`).
    client : str
        For whom the page is; named on it.

    Returns
    -------
    Explorer
        Shown by a notebook. `policies` is the setting as a policy; `close` ends the threads.

    Raises
    ------
    InputError
        When Panel is not installed (``pip install "cxsim[page]"``), or a number is not allowed.
    ScenarioError
        When the scenario or the theme file cannot be used.

    Examples
    --------
    >>> import cxsim
    >>> page = cxsim.explore("cable-town")  # doctest: +SKIP
    """
    check_installed()
    from cxsim.charts.style import theme_in_force
    from cxsim.charts.theme import load_theme
    from cxsim.scenario import Scenario, load

    look = ClientLook(theme_in_force() if theme is None else load_theme(theme), client)
    found = scenario if isinstance(scenario, Scenario) else load(scenario, allow_steering=allow_steering)
    found.check_steering()
    model = LiveModel(found, seed=seed, replications=replications, scale=scale, jobs=jobs)
    return Explorer(Room(found, model, _shelf(scenario, found, steering=allow_steering), look=look))


def _shelf(given: Scenario | str | Path, scenario: Scenario, *, steering: bool) -> Shelf:
    """Return where policies are saved; a scenario made in Python may be as its file says, or not."""
    from cxsim.app.saving import Shelf
    from cxsim.scenario import load

    if given is not scenario:
        return shelf_of(str(given), scenario, steering=steering)
    for name in (str(scenario.content.folder / f"{scenario.name}.yaml"), scenario.name):
        with contextlib.suppress(ScenarioError):
            if load(name, allow_steering=steering).content.tree == scenario.content.tree:
                return shelf_of(name, scenario, steering=steering)
    return Shelf(scenario, None, Path.cwd(), steering)
