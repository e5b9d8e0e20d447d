"""A headless browser that writes down what a page complains about and what it asks for."""

import shutil
from dataclasses import dataclass, field

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Inside a container there is no sandbox to be had; what is opened here is our own.
OPTIONS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


@dataclass
class Visit:
    """An open page: `errors` on its console, and the addresses that it has asked for (data: and blob: apart)."""

    page: object
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def watch(self):
        """Write down from now on."""
        self.page.on("console", lambda said: said.type in {"error", "warning"} and self.errors.append(said.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda asked: self.requests.append(asked.url))
        self.page.on("websocket", lambda socket: self.requests.append(socket.url))
        return self

    def outside(self, *own):
        """Name the addresses that do not begin with one of ours."""
        return [url for url in self.requests if not url.startswith((*own, "data:", "blob:"))]


@pytest.fixture(scope="module")
def browser():
    """One browser for a module; skipped where there is none."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install cxsim[browser]")
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"none of {', '.join(BROWSERS)} is installed")
    with sync.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield launched
        launched.close()


@pytest.fixture
def visit(browser):
    """Open an address in a browser of its own (no cookies, no storage shared): `visit(url, width=390)`."""
    contexts = []

    def open_(url, *, width=1440, height=900, wait="load", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        context.set_default_timeout(20_000)
        opened = Visit(context.new_page()).watch()
        opened.page.goto(url, wait_until=wait)
        return opened

    yield open_
    for context in contexts:
        context.close()
