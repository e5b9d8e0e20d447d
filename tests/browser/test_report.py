"""The report as people meet it: from a scenario to the page, by mouse, keyboard, telephone and printer."""

import json
import re
from itertools import pairwise
from types import MappingProxyType

import pytest

import cxsim
from cxsim.charts.words import Words, labels, worded
from cxsim.results import report

pytestmark = pytest.mark.browser

CLIENT = "Žuti Vodovod Ćuprija <img src=x onerror=alert(1)>"
EVIL = "<img src=x onerror=alert(1)></script>"
SECOND = "İkinci kişi"
SCENARIO = """
format: 1
our_firm: Vodovod
lasts: 6 months
market: {customers: 600, setting: contractual, segments: {üyeler: {share: 40 %}, семьи: {share: 60 %}}}
firms:
  Vodovod:
    share: 60 %
    price: 30 a month
    wages: 18 an hour
    contacts: {questions: {happens: 12 a year, because: question, journey: [phone]}}
    touchpoints: {phone: {channel: phone, staff: 1, hours: Mon-Fri 09:00-12:00, takes: 12 min, solves: 80 %}}
  Rival: {share: 40 %, known: {price: 29 a month, churn: 1.5 % a month}}
policies:
  İkinci kişi: {change: {phone.staff: 1 more}, cost: 0}
  Brže: {change: {phone.takes: 20 % less}, cost: 1000}
"""


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "vodovod.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return cxsim.compare(path, replications=3, seed=20260101, jobs=1)


def written(comparison, path, client=""):
    """Write the report with one picture: drawing all of them is tested elsewhere."""
    pictures = {"retention": comparison.plot.retention()}
    manifest = report.manifest_now(comparison)
    text = report.report_of(comparison, comparison.answer(), manifest, client=client, charts=pictures)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def path(comparison, tmp_path_factory):
    return written(comparison, tmp_path_factory.mktemp("report") / "report.html", CLIENT)


@pytest.fixture
def opened(visit, path):
    """Open the report in a window of its own, and wait for its charts."""

    def open_(other=None, **options):
        address = (other or path).as_uri()
        found = visit(address, **options)
        found.page.wait_for_selector("#explore[data-drawn]")
        found.own = address
        return found

    return open_


@pytest.fixture(scope="module")
def page(browser, path):
    """The report, opened once for the tests that leave it as it is."""
    shared = browser.new_page(viewport={"width": 1440, "height": 900})
    shared.goto(path.as_uri())
    shared.wait_for_selector("#explore[data-drawn]")
    yield shared
    shared.close()


def choose(page, place, label=None):
    """Choose, and wait until the charts are drawn anew."""
    before = page.get_attribute("#explore", "data-drawn")
    if label is None:
        page.click(place)
    else:
        page.select_option(place, label=label)
    page.wait_for_function("before => document.getElementById('explore').dataset.drawn !== before", arg=before)


def test_what_is_chosen_is_drawn_and_told(opened):
    found = opened()
    page = found.page
    marks = page.locator("#means-chart svg .mark-symbol path")
    assert marks.count() == 3
    assert page.locator(f"#means-chart svg [aria-label^='{SECOND}: ']").count() == 1
    whole = page.inner_text("#status")
    assert whole.startswith("Best mean: ")

    choose(page, "#segment", "семьи")
    assert "Vodovod, семьи" in page.inner_text("#chosen")
    assert page.inner_text("#status") != whole

    choose(page, "#as-gaps")
    assert marks.count() == 2
    assert "percentage points" in page.inner_text("#status")
    assert "hold together" in page.inner_text("#means-words")

    choose(page, "input[name=policy][value='1']")
    assert marks.count() == 1

    choose(page, "#measure", "mean wait of the answered")
    assert "min" in page.inner_text("#status")
    assert "Lower is better" in page.inner_text("#about")

    choose(page, "#measure", "starting customers still with the firm")
    choose(page, "#firm", "Rival")
    assert "What is inferred of Rival is not compared." in page.inner_text("#means-chart")
    assert "not compared" in page.inner_text("#means-words")
    assert page.inner_text("#status") == "Inferred of Rival: not compared."

    choose(page, "[data-policies=none]")
    assert "No policy is chosen." in page.inner_text("#means-chart")

    # Through all of it nothing was complained of, and nothing asked for.
    assert found.errors == []
    assert found.outside(found.own) == []
    assert "<img src=x" in page.inner_text("header")
    assert page.locator("header img").count() == 0


def test_figures_are_those_of_the_tables(page, comparison):
    """What the table under the charts holds are the rows of comparison.csv."""
    cells = page.eval_on_selector_all(
        "#shown-figures tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.dataset.raw ?? cell.textContent))",
    )
    facts = comparison.facts
    for policy, mean, _, gap, *_ in cells:
        row = facts.row("retention", policy)
        assert float(mean) == pytest.approx(100 * row.mean, rel=1e-4)
        if policy != "as-is":
            assert float(gap) == pytest.approx(100 * row.difference, rel=1e-3)
    ranked = [cell[0] for cell in cells]
    assert ranked == sorted(ranked, key=lambda policy: -facts.row("retention", policy).mean)


def test_few_runs_are_counted_in_the_table_as_everywhere_else(page, comparison):
    facts = comparison.facts
    shown = page.locator("#shown-figures tbody tr").evaluate_all(
        "rows => rows.map((row) => [row.cells[0].textContent, row.cells[5].textContent])"
    )
    counts = {policy: facts.best_runs(facts.headline, policy) for policy in facts.policies}
    said = {policy: f"{'all' if runs == 3 else f'{runs} of'} 3 runs" for policy, runs in counts.items()}
    assert dict(shown) == said
    assert "in how many runs a policy is the best" in page.locator("#shown-figures caption").text_content()


def test_hovering_tells_mean_interval_and_runs(page):
    page.hover("#means-chart svg .mark-symbol path >> nth=0")
    told = page.locator("#vg-tooltip-element")
    told.wait_for(state="visible")
    text = told.inner_text()
    assert "mean" in text
    assert " to " in text
    assert re.search(r"runs\s*3", text)


def test_evil_names_stay_text(opened, comparison, monkeypatch, tmp_path):
    made = report.explorer_of

    def renamed(facts):
        found = made(facts)
        looks = {EVIL if name == SECOND else name: look for name, look in found.looks.items()}
        return found._replace(policies=[EVIL if name == SECOND else name for name in found.policies], looks=looks)

    monkeypatch.setattr(report, "explorer_of", renamed)
    found = opened(written(comparison, tmp_path / "evil.html"))
    found.page.hover(f"#means-chart svg [aria-label^='{EVIL}']")
    found.page.locator("#vg-tooltip-element").wait_for(state="visible")
    assert EVIL in found.page.inner_text("#vg-tooltip-element")
    assert found.errors == []
    assert found.outside(found.own) == []


def test_tables_sort_by_value_and_by_keyboard(page):
    table = page.locator("#figures table").first
    head = table.locator("thead th").nth(1)
    original = table.locator("tbody th").all_text_contents()

    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    up = table.locator("tbody td:nth-child(2)").evaluate_all("cells => cells.map(cell => Number(cell.dataset.raw))")
    assert up == sorted(up)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    down = table.locator("tbody td:nth-child(2)").evaluate_all("cells => cells.map(cell => Number(cell.dataset.raw))")
    assert down == up[::-1]
    page.keyboard.press("Enter")
    assert table.locator("tbody th").all_text_contents() == original


def test_the_parser_of_figures_reads_what_tables_write(page):
    """Minus signs, thousands apart, texts before figures, and what is empty comes last."""
    order = page.evaluate(
        """texts => {
          const table = document.createElement("table");
          table.createTHead().innerHTML = "<tr><th>one</th></tr>";
          const body = table.createTBody();
          for (const text of texts) body.insertRow().insertCell().textContent = text;
          cxsim.makeSortable(table);
          table.querySelector("button").click();
          return [...body.rows].map(row => row.textContent);
        }""",
        ["12", "–", "1 200", "−3.5", "+0.2 to 0.4"],
    )
    assert order == ["−3.5", "+0.2 to 0.4", "12", "1 200", "–"]


def test_a_table_is_copied_as_numbers(page):
    button = page.locator("#figures button.copy").first
    button.click()
    assert button.inner_text() == "Copied"


def test_a_keyboard_reaches_everything_in_order(opened):
    page = opened().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.name"))
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", reached
    assert [name for name in reached if name in {"measure", "firm", "segment", "as-means"}] == [
        "measure", "firm", "segment", "as-means",
    ]  # fmt: skip
    assert "policy" in reached


def test_everything_has_a_name_and_headings_go_down_by_one(page):
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, a, img, svg[role], summary")].filter(one =>
          !(one.labels?.length || one.textContent.trim() || one.alt !== undefined || one.getAttribute("aria-label"))
        ).map(one => one.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    levels = page.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(one => Number(one.tagName[1]))")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    described = page.get_attribute("#means-chart", "aria-label") or page.get_attribute(
        "#means-chart [role=graphics-document]", "aria-label"
    )
    assert "95\N{NO-BREAK SPACE}% interval" in described


def test_no_width_scrolls_sideways(opened):
    page = opened(width=390).page
    for width in (390, 320, 768, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_has_pictures_instead_of_controls(page):
    page.emulate_media(media="print")
    assert not page.is_visible("#explore")
    assert not page.is_visible("nav")
    assert page.is_visible("#charts img >> nth=0")
    # With a box of its own in a head, such as a button, Chromium would not repeat it on the next page.
    heads = "[...document.querySelectorAll('thead button')].map(one => getComputedStyle(one).display)"
    assert set(page.evaluate(heads)) == {"contents"}
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.on-paper:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")


def bracketed(text):
    """Put every letter of a label that is not in a place into brackets: what is shown without them was not said."""
    return "".join(part if part.startswith("{") else part and f"⟦{part}⟧" for part in re.split(r"(\{\w+\})", text))


TOLD = """() => [...document.querySelectorAll(
  "h2, h3, nav a, .over, thead th, tbody th, td, caption, summary, button, legend, label, option, dt, figcaption, "
  + ".skip, #chosen, #status, #about, .nothing, #records p, #assumptions > p, .chart text")].flatMap(one => {
    const copy = one.cloneNode(true);
    for (const inner of copy.querySelectorAll("code, .small, .source, svg, table, select")) inner.remove();
    const words = [one.getAttribute("title") ?? "", one.getAttribute("aria-label") ?? ""];
    return [one.closest("td, .source") && one.closest(".words") ? "" : copy.textContent, ...words];
  })"""


def test_no_label_of_the_page_is_left_in_english(comparison, opened, tmp_path):
    words = Words(MappingProxyType({text: bracketed(text) for texts in labels().values() for text in texts}), ",")
    with worded(words):
        found = opened(written(comparison, tmp_path / "words.html", CLIENT))
    ours = [*comparison.policies, "Vodovod", "Rival", "üyeler", "семьи", "SHA-256", "EUR", "known:", CLIENT]
    page = found.page
    for place in ("", "#as-gaps", "[data-policies=none]"):
        if place:
            choose(page, place)
        for text in page.evaluate(TOLD):
            rest = re.sub(r"⟦[^⟧]*⟧", "", " ".join(text.split()))
            for name in sorted(ours, key=len, reverse=True):
                rest = rest.replace(name, "")
            assert not re.search(r"[A-Za-z]{2}", re.sub(r"\b(min|of|s|h)\b", "", rest)), (place, text)
            assert not re.search(r"\d\.\d", rest), (place, text)
    assert found.errors == []


def test_without_scripts_the_answer_is_there(visit, path):
    page = visit(path.as_uri(), java_script_enabled=False).page
    assert not page.is_visible("#explore")
    assert "need JavaScript" in page.inner_text("main")
    assert page.is_visible("#charts img >> nth=0")


def test_the_page_is_small_and_holds_every_name(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000_000
    data = json.loads(text.partition('id="explorer-data">')[2].partition("</script>")[0])
    assert data["segments"] == ["all", "üyeler", "семьи"]
