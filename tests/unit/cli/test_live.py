"""`cxsim serve` refuses what it must before anything answers; the page itself is tested in a browser."""

import builtins
import contextlib
import http.client
import logging
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest
from typer.testing import CliRunner

from cxsim.app import server
from cxsim.app.explore import explore
from cxsim.app.server import Page, allowed_hosts, checked_address, shelf_of
from cxsim.cli.app import app, hoisted
from cxsim.errors import InputError
from cxsim.scenario import load


@pytest.fixture
def cxsim(monkeypatch, tmp_path, corner_text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corner.yaml").write_text(corner_text)
    return lambda *arguments: CliRunner().invoke(app, hoisted(["serve", *arguments, "--no-open"]))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["corner.yaml", "--address", "0.0.0.0"], "--allow-others: then everybody in the network"),
        (["corner.yaml", "--address", "192.168.1.7"], "127.0.0.1 is allowed"),
        (["corner.yaml", "--address", "evil.example"], "an IP address is allowed"),
        (["corner.yaml", "--address", "::1"], "an IPv4 address is allowed"),
        (["nowhere.yaml"], "no such file"),
        (["corner.yaml", "--scale", "7"], "scale: 7"),
        (["corner.yaml", "--set", "till.staff=many"], "till.staff: `many`"),
    ],
)
def test_refusals_are_one_block(cxsim, arguments, said):
    done = cxsim(*arguments)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_a_port_that_is_taken(cxsim):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = cxsim("corner.yaml", "--port", str(taken.getsockname()[1]))
    assert (done.exit_code, done.stdout) == (2, "")
    assert "a free port of this machine" in done.stderr


def test_without_panel_the_extra_is_named(cxsim, monkeypatch):
    real = builtins.__import__

    def without(name, *more, **named):
        if name.partition(".")[0] == "panel":
            raise ImportError(name)
        return real(name, *more, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    done = cxsim("corner.yaml")
    assert done.exit_code == 2
    assert done.stderr == 'what-if page: Panel is not installed; it carries the page; pip install "cxsim[page]"\n'
    with pytest.raises(InputError, match=r"cxsim\[page\]"):
        explore("corner.yaml")


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_this_machine_is_allowed(address):
    found = checked_address(address, allow_others=False)
    assert f"localhost:{80}" in allowed_hosts(found, 80)


def test_others_only_when_told():
    assert checked_address("0.0.0.0", allow_others=True) == "0.0.0.0"
    assert "evil.example:80" not in allowed_hosts("0.0.0.0", 80)
    assert allowed_hosts("192.168.1.7", 80) == ("192.168.1.7:80",)


def test_where_policies_are_saved(tmp_path, monkeypatch, corner_text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    path = tmp_path / "here" / "corner.yaml"
    path.write_text(corner_text)
    own = shelf_of(path, load(path))
    assert (own.folder, own.file) == (path.parent, "corner.yaml")
    assert shelf_of(path, load(path), changed=True).file == "corner-what-if.yaml"
    bundled = shelf_of("cable-town", load("cable-town"))
    assert (bundled.folder, bundled.file) == (tmp_path, "cable-town-what-if.yaml")


def serve(page, ask):
    """Serve the page until `ask`, in a thread of its own, stops it; the levels of logs stay as they were."""
    before = {name: logging.getLogger(name).level for name in ("tornado.access", "bokeh.server.views.ws")}
    page.serve(ready=lambda url: threading.Thread(target=ask, args=[url]).start())
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


def test_it_answers_under_its_own_name_only_and_stops(tmp_path, corner_text):
    pytest.importorskip("panel")
    path = tmp_path / "corner.yaml"
    path.write_text(corner_text)
    scenario, asked = load(path), threading.Event()
    page = Page(scenario, shelf_of(path, scenario), replications=1, jobs=1)
    found = {}

    def ask(url):
        for host in ("", "evil.example"):
            request = urllib.request.Request(url, headers={"Host": host} if host else {})
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    found[host] = answer.status, b"panel.min.js" in answer.read()
            except urllib.error.HTTPError as error:
                found[host] = error.code, False
                error.close()
        asked.set()
        page.stop()

    serve(page, ask)
    assert asked.is_set()
    assert found == {"": (200, True), "evil.example": (403, False)}
    for thread in page.model._threads:  # a run under way ends at its next look; a busy machine takes its time
        thread.join(120)
    assert not any(thread.is_alive() for thread in page.model._threads)
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind((page.address, page.port))


@pytest.mark.parametrize("usual", [False, True], ids=["its port", "port 80, which browsers leave out"])
def test_everybody_in_the_network_gets_the_address_that_is_printed(tmp_path, corner_text, monkeypatch, usual):
    pytest.importorskip("panel")
    path = tmp_path / "corner.yaml"
    path.write_text(corner_text)
    page = Page(load(path), shelf_of(path, load(path)), address="0.0.0.0", replications=1, jobs=1)
    monkeypatch.setattr(server, "USUAL_PORT", page.port if usual else server.USUAL_PORT)
    # No name is known beforehand but that of this machine alone: what counts is where a connection arrives.
    monkeypatch.setattr(server, "allowed_hosts", lambda _, port: (f"127.0.0.1:{port}",))
    found = {}

    def ask(url):
        at = urllib.parse.urlsplit(url)
        for host in (at.hostname if usual else at.netloc, "evil.example"):
            with contextlib.closing(http.client.HTTPConnection(at.hostname, at.port, timeout=20)) as line:
                line.request("GET", "/", headers={"Host": host})
                found[host] = line.getresponse().status
        found["socket"] = at.netloc in page.server._tornado.websocket_origins
        page.stop()

    serve(page, ask)
    own = urllib.parse.urlsplit(page.url)
    assert own.hostname != "0.0.0.0"
    assert found == {own.hostname if usual else own.netloc: 200, "evil.example": 403, "socket": True}
