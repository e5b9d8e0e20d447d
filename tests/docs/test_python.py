"""docs/python.md: its blocks run from the top, and what they show is there."""

import cxsim
from cxsim.model.plan import MONTH

PAGE = "docs/python.md"


def test_the_blocks_run_from_the_top(blocks, folder, capsys):
    names = {}
    for block in blocks:
        if block.kind == "python":
            code = compile(block.body, block.name, "exec")
            if block.verb != "not":
                exec(code, names)
    assert capsys.readouterr().out.endswith("did you mean `staff`?\n")
    assert names["scenario"].policies == ("as-is", "second-person", "kinder")
    assert names["cheaper"].value("price") == "10.8 a visit"
    assert names["longer"].document.market.customers == 150
    assert names["result"].policy == "second-person"
    assert names["later"].scenario.policy("kinder").costs[0].begin == 8 * MONTH
    assert names["both"].name == "kinder from month 4, second-person from month 8"
    assert names["tree"].policies == ("as-is", "kinder from month 4", names["both"].name)
    told, again = (names[key].measures for key in ("tree", "again"))
    one, other = (
        table[(table["policy"] == "kinder from month 4") & (table["measure"] == "profit")]["value"].tolist()
        for table in (told, again)
    )
    assert one == other
    assert len(names["waits"]) > 100
    assert (names["waits"] >= 0.0).all()
    both = names["swept"].summary
    assert both[both["policy"] == "second-person"].groupby(["point", "world"])["measure"].nunique().tolist() == [2] * 4
    assert len(names["axes"].get_lines()) >= 3
    assert (folder / "leavers.svg").exists()
    assert (folder / "league.png").read_bytes()[16:24] == (1920).to_bytes(4) + (1080).to_bytes(4)
    assert "What a second person brings" in (folder / "report.html").read_text(encoding="utf-8")
    assert (folder / "out" / "shop" / "answer.md").exists()


def test_every_chart_is_on_the_page(request):
    from cxsim.results.book.contents import CHART_NAMES

    text = (request.config.rootpath / PAGE).read_text(encoding="utf-8")
    table = text[text.index("## Charts") : text.index("## A report")]
    assert [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")][1:] == list(CHART_NAMES)


def test_every_public_name_is_on_the_page(request):
    text = (request.config.rootpath / PAGE).read_text(encoding="utf-8")
    assert [name for name in cxsim.__all__ if f"`{name}`" not in text] == []
