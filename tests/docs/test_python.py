"""docs/python.md: its blocks run from the top, and what they show is there."""

import cxsim

PAGE = "docs/python.md"


def test_the_blocks_run_from_the_top(blocks, folder, capsys):
    names = {}
    for block in blocks:
        if block.kind == "python":
            code = compile(block.body, block.name, "exec")
            if block.verb != "not run":
                exec(code, names)
    assert capsys.readouterr().out.endswith("did you mean `staff`?\n")
    assert names["scenario"].policies == ("as-is", "second-person", "kinder")
    assert names["cheaper"].value("price") == "10.8 a visit"
    assert names["longer"].document.market.customers == 150
    assert names["result"].policy == "second-person"
    assert len(names["waits"]) > 100
    assert (names["waits"] >= 0.0).all()
    assert sorted(names["sweep"]["price"].unique()) == [11, 12, 13]
    assert len(names["axes"].get_lines()) >= 3
    assert (folder / "leavers.svg").exists()
    assert (folder / "out" / "shop" / "answer.md").exists()


def test_every_public_name_is_on_the_page(request):
    text = (request.config.rootpath / PAGE).read_text(encoding="utf-8")
    assert [name for name in cxsim.__all__ if f"`{name}`" not in text] == []
    assert f"gives {['eight', 'nine', 'ten', 'eleven'][len(cxsim.__all__) - 8]} names" in text
