"""docs/method.md: its commands and its Python run, and say what the page says."""

PAGE = "docs/method.md"


def test_the_commands_run(sh_block, folder, command):
    for line in sh_block.commands:
        done = command(line)
        assert done.exit_code == 0, done.output
        assert "chance of at least 95 %" in " ".join(done.stdout.split()) or "95 % interval" in done.stdout


def test_the_blocks_of_python_run(blocks, folder):
    names = {}
    for block in blocks:
        if block.kind == "python":
            exec(compile(block.body, block.name, "exec"), names)
    assert names["result"].chosen == "three"
    assert names["result"].selection.confirmation.verdict == "agrees"
    assert len(names["result"].table()) == 3
