"""docs/stories.md: its commands say what is shown, and its Python runs."""

PAGE = "docs/stories.md"


def test_the_commands_say_what_is_shown(blocks, folder, command):
    shells = [block for block in blocks if block.kind == "sh" and not block.note]
    said = [block.body for block in blocks if block.verb == "said"]
    assert len(shells) == len(said) == 2
    for block, shown in zip(shells, said, strict=True):
        (line,) = block.commands
        done = command(f"{line} --quiet")
        assert done.exit_code == 0, done.output
        assert done.stdout == shown


def test_the_python_runs(blocks, folder, capsys):
    names = {}
    (block,) = [block for block in blocks if block.kind == "python"]
    exec(compile(block.body, block.name, "exec"), names)
    shown = next(block.body for block in blocks if block.verb == "said" and block.body.startswith("Customer 36"))
    date = capsys.readouterr().out.strip()
    assert f"They part, {date}: " in shown
    story, fates, comparison = (names[name] for name in ("story", "fates", "comparison"))
    assert (folder / "life.png").read_bytes()[16:24] == (1920).to_bytes(4) + (1080).to_bytes(4)
    assert set(story.table["policy"]) == {"as-is", "make-good"}
    assert int(fates.examples("saved", most=3)["customer"].iloc[0]) == 36
    assert str(comparison.story(36, "make-good")) == str(story) == str(fates.story("saved"))
