"""The answer is taken apart for the page, and nothing in it becomes markup that was not meant."""

from cxsim.report.prose import Said, marked_up, parsed

ANSWER = """**Question.** Train, or make good
faster?

1. **The answer.** Make good keeps the most: 71 of 100.

2. Plain text with `code`.

**Not said here:** why it wins.

<small>`cable-town`, 6 000 customers; made again by `cxsim compare cable-town --set "a=b c"`</small>
"""


def test_an_answer_is_taken_apart():
    found = parsed(ANSWER)
    assert found.question == "Train, or make good faster?"
    assert found.sentences == (
        Said("The answer.", "Make good keeps the most: 71 of 100."),
        Said("", "Plain text with `code`."),
    )
    assert found.remarks == (Said("Not said here:", "why it wins."),)
    assert found.again == 'cxsim compare cable-town --set "a=b c"'


def test_what_is_missing_is_empty():
    found = parsed("1. Only this.\n")
    assert (found.question, found.remarks, found.last, found.again) == ("", (), "", "")
    assert parsed("").sentences == ()


def test_only_code_and_bold_letters_are_markup():
    said = marked_up("**B&B** of `<x>` and <script>alert('1')</script> keeps 2 * 3 ** 4")
    assert said.startswith("<strong>B&amp;B</strong> of <code>&lt;x&gt;</code> and &lt;script&gt;")
    assert "<script>" not in said
    assert marked_up("`**not bold**`") == "<code>**not bold**</code>"
