"""The six parts of the story: in the order in which people ask, nothing lost, nothing said twice."""

from cxsim.report.prose import Prose, Said
from cxsim.results.answer import ORDER
from cxsim.results.in_a_minute import PARTS, story_of

LABELS = [label for label, _ in ORDER]
WHOLE = Prose("Shall we?", tuple(Said(f"{label}.", f"About {label}.") for label in LABELS))


def words(story):
    return [part.label for part in story.parts]


def test_every_part_has_a_sentence_of_the_answer():
    assert {label for _, label in PARTS} <= set(LABELS)


def test_six_parts_and_the_rest(comparison):
    story = story_of(WHOLE, comparison.facts)
    assert words(story) == ["Question", "Answer", "How sure", "Cost", "Why", "What would make it wrong"]
    assert story.parts[0].text == "Shall we?"
    assert story.parts[3].text == "About Money."
    told = [part.text for part in (*story.parts[1:], *story.more)]
    assert sorted(told) == sorted(one.text for one in WHOLE.sentences)
    assert story.warning is None


def test_a_model_that_misses_its_records_says_so_first(comparison):
    doubtful = Prose("", tuple(sorted(WHOLE.sentences, key=lambda one: one.label != "Why believe the model.")))
    story = story_of(doubtful, comparison.facts)
    assert story.warning == Said("Why believe the model.", "About Why believe the model.")
    assert story.warning not in story.more


def test_a_part_without_a_sentence_says_what_is_lacking(comparison):
    story = story_of(Prose("", (Said("The answer.", "Hire."),)), comparison.facts)
    said = {part.label: part.text for part in story.parts}
    assert said["Question"].startswith("Which is best on ")
    assert said["Question"].endswith(" Hire and Train, or as-is?")
    assert said["Cost"].startswith("Not said: ")
    assert said["Why"].startswith("Not said: ")


def test_one_policy_alone_has_only_what_was_said(result):
    story = story_of(Prose("", (Said("The answer.", "Under hire, 60."),)), result.facts)
    assert words(story) == ["Answer"]
