"""The what-if page on this machine: who may ask for it, and how it ends."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import webbrowser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxsim.app.live import LiveModel
from cxsim.app.look import ClientLook
from cxsim.app.saving import Shelf
from cxsim.app.session import Room
from cxsim.errors import InputError, RunError

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

LOOPBACK: Final = "127.0.0.1"
# Reserved for documentation (RFC 5737): the way there is the way out of this machine.
ELSEWHERE: Final = "192.0.2.1"
USUAL_PORT: Final = 80
INSTALL: Final = 'pip install "cxsim[page]"'
# A session without a browser ends after so long; its work with it.
UNUSED_MS: Final = 4_000
LARGEST_MESSAGE: Final = 1_000_000
HEAD: Final = """{% extends base %}
{% block postamble %}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
{% endblock %}
"""


def check_installed() -> None:
    """Refuse to go on without Panel.

    Raises
    ------
    InputError
        When it is not installed.
    """
    try:
        import panel as pn  # noqa: F401
    except ImportError:
        message = f"what-if page: Panel is not installed; it carries the page; {INSTALL}"
        raise InputError(message) from None


def checked_address(address: str, *, allow_others: bool) -> str:
    """Return an address to listen at; others than this machine's own only when that is allowed.

    Parameters
    ----------
    address : str
        ``127.0.0.1``, ``localhost``, or another IPv4 address.
    allow_others : bool
        Whether machines in the same network may ask.

    Raises
    ------
    InputError
        When it is no address, or not one of this machine alone.
    """
    text = "127.0.0.1" if address == "localhost" else address
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        message = f"--address: `{address}`; an IP address is allowed; leave it out, or write 127.0.0.1"
        raise InputError(message) from None
    if not isinstance(found, ipaddress.IPv4Address):
        # The web server takes what stands after a colon for a port.
        message = f"--address: `{address}`; an IPv4 address is allowed; leave it out, or write 127.0.0.1"
        raise InputError(message)
    if not found.is_loopback and not allow_others:
        message = (
            f"--address: `{address}`; 127.0.0.1 is allowed, so that only this machine reaches the page; leave it out, "
            "or add --allow-others: then everybody in the network can see the scenario, use this computer's processors "
            "and save policies into the folder"
        )
        raise InputError(message)
    return text


def allowed_hosts(address: str, port: int) -> tuple[str, ...]:
    """Return the names under which a page may be asked for; another name is a site that tries to reach through."""
    names, found = [address], ipaddress.ip_address(address)
    if found.is_loopback:
        names = [*dict.fromkeys((address, LOOPBACK, "localhost"))]
    if found.is_unspecified:
        own = socket.gethostname().lower()
        names = [*dict.fromkeys((LOOPBACK, "localhost", own, *_own_addresses(own)))]
    return tuple(f"{name}:{port}" for name in names)


def _own_addresses(name: str) -> list[str]:
    """Return addresses of this machine, the one by which it reaches the network first."""
    found = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect((ELSEWHERE, 9))  # asks for the way and sends nothing
        found.append(str(out.getsockname()[0]))
    with suppress(OSError):
        found += sorted({str(info[4][0]) for info in socket.getaddrinfo(name, None, socket.AF_INET)})
    return [one for one in found if not ipaddress.ip_address(one).is_unspecified]


def _asked(address: str) -> str:
    """Return the address under which a page is asked for that listens at another, such as all of this machine."""
    if not ipaddress.ip_address(address).is_unspecified:
        return address
    own = [one for one in _own_addresses(socket.gethostname()) if not ipaddress.ip_address(one).is_loopback]
    return next(iter(own), LOOPBACK)


class Page:
    """A running what-if page.

    Parameters
    ----------
    scenario : Scenario
    shelf : Shelf
        Where policies are saved.
    address : str
        Checked (`checked_address`).
    port : int
        0 for a free one.
    look : ClientLook, optional
    replications, seed, scale, jobs
        As for `LiveModel`.

    Raises
    ------
    InputError
        When the port is taken, Panel is not installed, or a number is not allowed.
    """

    def __init__(
        self,
        scenario: Scenario,
        shelf: Shelf,
        *,
        address: str = LOOPBACK,
        port: int = 0,
        look: ClientLook | None = None,
        **runs: Any,
    ) -> None:
        check_installed()
        self.model = LiveModel(scenario, **runs)
        self.room = Room(scenario, self.model, shelf, look=look or ClientLook())
        self.address = address
        self.server: Any = None
        self._sockets = _bound(address, port)
        self.port: int = self._sockets.getsockname()[1]

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{_asked(self.address)}:{self.port}/"

    def serve(self, *, open_browser: bool = False, ready: Callable[[str], None] | None = None) -> None:
        """Answer until stopped (Ctrl-C, or `stop` from another thread).

        Parameters
        ----------
        open_browser : bool
            Whether to open the page in this machine's browser.
        ready : callable, optional
            Called with the address once the page answers.
        """
        self.server = self._server()
        self.server.start()
        self.model.start()  # as-is, while the page opens
        if ready is not None:
            ready(self.url)
        if open_browser:
            self.server.io_loop.add_callback(webbrowser.open, self.url)
        _quiet(self.server.io_loop.asyncio_loop)
        try:
            self.server.io_loop.start()
        finally:
            self._end()

    def stop(self) -> None:
        """End `serve`, from another thread."""
        if self.server is not None:
            self.server.io_loop.add_callback(self.server.io_loop.stop)

    def _end(self) -> None:
        self.model.close()
        self.server.stop(wait=False)
        self._sockets.close()

    def _server(self) -> Any:
        import panel as pn

        from cxsim.app.page import WhatIf

        hosts = allowed_hosts(self.address, self.port)
        self._sockets.close()  # kept until now so that nobody else takes the port

        def opened() -> Any:
            page = WhatIf(self.room)
            pn.state.on_session_destroyed(lambda _: page.close())
            template = pn.Template(HEAD, nb_template=None)
            template.add_panel("page", page)
            return template

        title = f"What if · {self.room.scenario.name}"
        try:
            server = pn.serve(
                {"/": opened}, port=self.port, address=self.address, websocket_origin=list(hosts), title=title,
                show=False, start=False, verbose=False, check_unused_sessions=1_000,
                unused_session_lifetime=UNUSED_MS, websocket_max_message_size=LARGEST_MESSAGE,
            )  # fmt: skip
        except OSError as error:
            message = f"--port: {self.port}; {error.strerror or 'it cannot be used'}; a free port; choose another"
            raise InputError(message) from None
        _guard(server, hosts)
        return server


def _bound(address: str, port: int) -> socket.socket:
    """Take a port, so that what is wrong with it is said at once.

    Raises
    ------
    InputError
        When it is not free, or the address is not one of this machine.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((address, port))
    except (OSError, OverflowError) as error:
        found.close()
        why = getattr(error, "strerror", None) or str(error)
        message = f"--port: {port} at {address}, {why}; a free port of this machine; leave it out, or choose another"
        raise InputError(message) from None
    return found


def _guard(server: Any, hosts: tuple[str, ...]) -> None:
    """Refuse what asks for this page by another name: a site whose name was turned to this machine (DNS rebinding).

    The origin of a websocket is checked by Bokeh against the same names. The address at which a connection arrived is
    one of this machine, and is allowed too: not all that it has are known beforehand.
    """
    from tornado.routing import Matcher, Rule
    from tornado.web import ErrorHandler

    known = server._tornado.websocket_origins  # noqa: SLF001 -- a set; what is added to it is allowed

    class Stranger(Matcher):
        def match(self, request: Any) -> dict[str, Any] | None:
            host = request.host.lower()
            host = host if ":" in host else f"{host}:{USUAL_PORT}"  # a browser leaves it out
            if host in hosts:
                return None
            stream = getattr(request.connection, "stream", None)
            if stream is None or host != "{}:{}".format(*stream.socket.getsockname()[:2]):
                return {}
            known.add(host)
            return None

    rules = server._tornado.default_router.rules  # noqa: SLF001 -- the way that Bokeh offers to its application
    rules.insert(0, Rule(Stranger(), ErrorHandler, {"status_code": 403}))


def _quiet(loop: asyncio.AbstractEventLoop) -> None:
    """Say nothing about browsers that went away in the middle of a message, and about those that were refused."""
    from tornado.websocket import WebSocketClosedError

    def heard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), WebSocketClosedError):
            loop.default_exception_handler(context)

    loop.set_exception_handler(heard)
    for name in ("tornado.access", "bokeh.server.views.ws"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def shelf_of(source: str | Path, scenario: Scenario, *, changed: bool = False, steering: bool = False) -> Shelf:
    """Return where policies of a scenario are saved: in its own file, or in the current folder.

    Parameters
    ----------
    source : str or Path
        A file, or the name of a bundled scenario.
    scenario : Scenario
        As it is looked at.
    changed : bool
        Whether it is otherwise than the file says, such as by ``--set``; then what is saved is written whole.
    steering : bool
        Whether Python functions that policies name may be imported.
    """
    from cxsim.scenario import library

    path = library.locate(source)
    shelf = Shelf(scenario, None if changed else path, Path.cwd(), steering)
    return shelf if changed or shelf.is_bundled(path) else Shelf(scenario, path, path.resolve().parent, steering)


def serve(page: Page, *, open_browser: bool = True, ready: Callable[[str], None] | None = None) -> None:
    """Answer until Ctrl-C.

    Parameters
    ----------
    page : Page
    open_browser : bool
    ready : callable, optional
        Called with the address once the page answers.

    Raises
    ------
    RunError
        When the server cannot go on.
    """
    try:
        page.serve(open_browser=open_browser, ready=ready)
    except KeyboardInterrupt:
        return
    except OSError as error:
        message = f"what-if page: {error.strerror or error}; start it again"
        raise RunError(message) from None
