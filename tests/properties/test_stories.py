"""Stories of a small town: both engines tell the same, watching changes nothing, lives are equal until they part."""

import numpy as np
import pytest

from cxsim.engines import compiled
from cxsim.experiments.watched import lives, luck_of, rows_of
from cxsim.measures.fates import NEWLY_LOST, STAYED_CREDITED
from cxsim.measures.fates import SAVED as SAVED_COLUMN
from cxsim.model import events as ev
from cxsim.model.plan import DAY
from cxsim.results.stories import twins
from cxsim.results.stories.fated import KINDS, LOST, PAID, SAVED, fates_on
from cxsim.results.stories.story import Story, _told_once, story_of
from tests.properties.worlds import scenario

SEED = 20260101
EVERYBODY = range(60)


@pytest.fixture(scope="module")
def town():
    made = scenario(lasts="60 d", talk="on").with_policy(
        "kinder", {"quality": "0.5 more", "recovery.without_approval": "20"}, cost=0
    )
    return luck_of(made, seed=SEED, replication=0)


@pytest.fixture(scope="module")
def both(town):
    return [lives(town, policy, EVERYBODY) for policy in ("as-is", "kinder")]


def test_watching_keeps_every_row_of_the_watched_and_changes_none(town, both):
    outcome = compiled.run(town.plan("as-is"), SEED, 0, log=True)
    log = outcome.log[outcome.log["time"] >= 0]
    assert sum(life.rows.size for life in both[0]) > 1000
    for life in both[0]:
        np.testing.assert_array_equal(life.rows, rows_of(log, [life.customer]))
        assert life.last_firm == outcome.state.cold["firm"][life.customer]
        assert life.credits["amount"].sum() == pytest.approx(outcome.state.cold["paid"][life.customer])
        assert (np.diff(life.feelings["time"]) > 0).all()
    assert sum(life.credits.size for life in both[0]) > 3


def test_rows_are_sifted_as_they_come(town, both, monkeypatch):
    """A buffer of a few rows holds a run, and gives the same lives."""
    from cxsim.experiments import watched

    kept = []
    sift = watched._Compiled._make_room

    def counted(self, status):
        sift(self, status)
        kept.append(sum(rows.size for rows in self._written) if status == ev.LOG_FULL else 0)

    monkeypatch.setattr("cxsim.engines.world.FIRST_LOG_ROWS", 64)
    monkeypatch.setattr("cxsim.engines.compiled.FIRST_LOG_ROWS", 64)
    monkeypatch.setattr(watched._Compiled, "_make_room", counted)
    (life,) = lives(town, "as-is", [3])
    np.testing.assert_array_equal(life.rows, both[0][3].rows)
    assert len(kept) > 10
    warm_up = 200
    assert max(kept) <= life.rows.size + warm_up


def test_lives_are_equal_until_the_first_difference_and_tell_the_same_until_they_part(town, both):
    parted = 0
    for one, other in zip(*both, strict=True):
        trace, pair = twins.first_difference(one, other), twins.parting(one, other)
        begin = one.rows["time"].max(initial=0) + 1 if trace is None else trace.time
        before = [life.rows[life.rows["time"] < begin] for life in (one, other)]
        for name in twins.SAME:
            np.testing.assert_array_equal(before[0][name], before[1][name])
        if pair is None:
            continue
        parted += 1
        assert trace.time <= pair.time
        one_, other_ = Story(town, (one, other)).moments
        shared, rests = _told_once(one_, other_, pair.time)
        for found, rest in zip((one_, other_), rests, strict=True):
            assert len(shared) + len(rest) == len(found)
            # Before they part only stories can be told on their own, which reached them at another time.
            early = [moment.kind for moment in rest if moment.over < pair.time]
            assert set(early) <= {"heard", "told"}
    assert parted > 20


def test_nothing_parts_under_the_same_policy(town, both):
    again = lives(town, "as-is", [0, 1, 2])
    for one, other in zip(both[0], again, strict=False):
        assert twins.first_difference(one, other) is None
        told = Story(town, (one, other._replace(policy="again"))).sentences()
        assert (
            told[1] == "The two lives are the same to the end: nothing that the policies change reached this customer."
        )


def test_both_engines_tell_the_same_story():
    made = scenario(talk="on", customers=30).with_policy("kinder", {"quality": "0.5 more"}, cost=0)
    lucks = [luck_of(made, seed=SEED, replication=1, engine=engine) for engine in ("compiled", "reference")]
    one, other = (story_of(luck, 5, ["as-is", "kinder"]) for luck in lucks)
    assert one.sentences() == other.sentences()
    assert one.document() == other.document()
    assert len(one.sentences()) > 8


def test_the_chosen_are_those_that_a_comparison_counts(town, both):
    found = fates_on(town, ("as-is", "kinder"))
    assert found.chosen(SAVED).size == found.parting.reasons[0, :, SAVED_COLUMN].sum()
    assert found.chosen(LOST).size == found.parting.reasons[0, :, NEWLY_LOST].sum() > 0
    assert found.chosen(PAID).size == found.parting.credits[0, STAYED_CREDITED] > 0
    assert set(found.chosen(SAVED)).isdisjoint(found.chosen(LOST))
    sentences = found.sentences()
    assert sentences[0].startswith("town, replication 0, seed 20260101: ")
    for kind in KINDS:
        examples = found.examples(kind)
        assert set(examples["customer"]) <= set(found.chosen(kind).tolist())
        assert len(examples) == min(5, found.chosen(kind).size)
    for number in found.chosen(SAVED):
        lost, kept = both[0][number], both[1][number]
        assert (kept.last_firm, lost.first_firm) == (0, 0)


def test_the_chart_holds_what_the_story_tells(town, both):
    told = Story(town, (both[0][7], both[1][7]))
    table = told.plot().table
    for policy, found in zip(told.policies, told.moments, strict=True):
        own = table[table["policy"] == policy]
        contacts = [one.contact for one in found if one.contact is not None]
        assert own["kind"].isin(["solved", "not solved"]).sum() == len(contacts)
        assert (own["kind"] == "failure").sum() == sum(len(one.failures) for one in contacts)
        assert (own["kind"] == "leaves").sum() == sum(one.kind == "left" for one in found)
    assert table["end"].max() <= told.teller.starts + np.timedelta64(60 * int(DAY), "us")
