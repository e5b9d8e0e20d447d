"""`cxsim serve`: the what-if page on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from cxsim.cli.screen import Screen
from cxsim.cli.simulations import (
    Engine,
    JobsOption,
    ReplicationsOption,
    ScenarioArgument,
    SeedOption,
    SetOption,
    SteeringOption,
    announce,
    changed,
)

LOOPBACK: Final = "127.0.0.1"
OTHERS: Final = "Ctrl-C ends it; everybody in this network who knows the address can use the page"


def serve(
    context: typer.Context,
    scenario: ScenarioArgument,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="PORT", help="Where the page answers; by default a free port.")
    ] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    address: Annotated[
        str, typer.Option(metavar="IP", help="Where to listen; others than this machine need --allow-others.")
    ] = LOOPBACK,
    allow_others: Annotated[
        bool,
        typer.Option(
            "--allow-others",
            help="Let others in the network use the page: they see the scenario, use this machine's processors, and "
            "can save policies into its folder. There is no password.",
        ),
    ] = False,
    set_: SetOption = None,
    replications: ReplicationsOption = None,
    seed: SeedOption = None,
    scale: Annotated[
        float | None,
        typer.Option(
            "--scale",
            metavar="SHARE",
            help="Follow this share of the customers; by default as many as answer within a second, and the page says "
            "so. 1 gives the numbers of `cxsim compare`.",
        ),
    ] = None,
    jobs: JobsOption = None,
    allow_steering: SteeringOption = False,
    theme: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Colours, font and logo: the theme file of the report.")
    ] = None,
    client: Annotated[str, typer.Option(metavar="NAME", help="For whom the page is; named on it.")] = "",
) -> None:
    """Open a page on which levers are moved, and their effect is seen at once.

    Sliders for what the firm can change; retention, recommendation and profit
    against as-is, with intervals that tighten as replications arrive. Settings
    are pinned, compared, and saved as policies into a scenario file. Only this
    machine reaches the page. Ctrl-C ends it. Needs Panel:
    pip install "cxsim[page]".

    \b
    Examples:
      cxsim serve cable-town
      cxsim serve my-shop.yaml --port 8000 --no-open
      cxsim serve cable-town --scale 1 --replications 60
      cxsim serve my-shop.yaml --theme corner.yaml --client Corner
    """  # noqa: D301 -- typer keeps the lines after a backspace as they are
    from cxsim.app.look import ClientLook
    from cxsim.app.server import Page, check_installed, checked_address, shelf_of
    from cxsim.app.server import serve as answer
    from cxsim.charts.theme import load_theme

    screen: Screen = context.obj
    check_installed()
    where = checked_address(address, allow_others=allow_others)
    look = ClientLook(None if theme is None else load_theme(theme), client)
    for doubt in () if look.theme is None else look.theme.remarks():
        screen.remark(f"theme: {doubt}")
    found = changed(scenario, set_, allow_steering=allow_steering)
    found.check_steering()
    shelf = shelf_of(scenario, found, changed=bool(set_), steering=allow_steering)
    page = Page(
        found, shelf, address=where, port=port, look=look, replications=replications, seed=seed, scale=scale, jobs=jobs,
    )  # fmt: skip
    announce(screen, Engine.COMPILED)

    def ready(url: str) -> None:
        screen.result(url)
        screen.document({"url": url})
        screen.remark("Ctrl-C ends it; nothing on the page leaves this machine" if not allow_others else OTHERS)

    answer(page, open_browser=not no_open, ready=ready)
