"""The fixture itself: what a page says and asks for is seen, so that a clean page means something."""

import pytest

pytestmark = pytest.mark.browser

BAD = """<!DOCTYPE html><title>Bad</title><img src="http://127.0.0.1:9/outside.png" alt="">
<script>console.error("said"); setTimeout(() => { throw new Error("thrown") }, 0)</script>"""


def test_complaints_and_requests_of_a_page_are_seen(visit, tmp_path):
    path = tmp_path / "bad.html"
    path.write_text(BAD, encoding="utf-8")

    opened = visit(path.as_uri(), width=390)

    assert opened.page.title() == "Bad"
    assert opened.page.evaluate("window.innerWidth") == 390
    assert opened.outside(path.as_uri()) == ["http://127.0.0.1:9/outside.png"]
    assert any("said" in text for text in opened.errors)
    assert any("thrown" in text for text in opened.errors)


def test_a_clean_page_is_clean(visit, tmp_path):
    path = tmp_path / "clean.html"
    path.write_text('<!DOCTYPE html><title>Clean</title><link rel="icon" href="data:,">', encoding="utf-8")

    opened = visit(path.as_uri())

    assert (opened.errors, opened.outside(path.as_uri())) == ([], [])
