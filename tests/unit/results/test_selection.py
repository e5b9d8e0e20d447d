"""What a selection says and writes: sentences, table, document, folder; on made-up values."""

import json

import numpy as np
import pandas as pd
import pytest

from cxsim.errors import InputError, ValueRefusedError
from cxsim.experiments.selection import Wish, select
from cxsim.experiments.studies.case import Case
from cxsim.results.selection import SelectionResult, wished
from cxsim.results.selection_words import at_least, console, promise, zone
from cxsim.scenario import load

NAMES = ("as-is", "call-back", "announce-the-wait")
SEED = 20260101


class Made:
    """Values with the given means and common luck; a mean that is none is a policy that fails."""

    def __init__(self, means, seed=SEED, own=0.02):
        self.means, self.seed, self.own = means, seed, own

    def table(self, cases, replications, measures):
        luck = [np.random.default_rng((self.seed, number)).standard_normal(4) for number in replications]
        rows = [NAMES.index(case.policy) for case in cases]
        return np.array([[[self.means[row] + 0.1 * one[3] + self.own * one[row]] for one in luck] for row in rows])


def found(means=(0.5, 0.52, 0.55), fresh=None, own=0.02, **wish):
    asked = Wish(**{"measure": "abandonment_rate", "delta": 0.01, **wish})
    cases = [Case(name) for name in NAMES]
    selection = select(Made(means, own=own), cases, asked, fresh=Made(fresh or means, seed=2, own=own))
    return SelectionResult(load("bank-phone"), selection, 7, 99)


def test_a_choice_is_said_in_words():
    result = found()
    said = "\n".join(console(result))
    assert all(len(line) <= 80 for line in console(result))
    assert result.chosen == "as-is"  # of these the lowest
    flat = " ".join(said.split())
    assert "If the best is better than every other by 1 percentage point or more, it is the one chosen" in flat
    assert "at least 95 %" in flat
    assert "Announce the wait eliminated after 20, behind as-is" in flat
    assert "confirmed: no other is better by 1 percentage point or more" in flat
    assert "seed 99, none of them used for the choice" in flat
    assert "nobody else: as-is alone can be the best" in flat
    assert result.answer().startswith("# Which policy is best by ")
    assert "<li>Chosen: as-is" in result._repr_html_()
    assert repr(result) == said


def test_ocba_and_a_stop_promise_what_the_confirmation_promises():
    assert promise(found(method="ocba")).startswith("OCBA alone promises nothing. A choice that is worse than the best")
    early = found(means=(0.5, 0.505, 0.51), own=0.3, most=25)
    assert promise(early).startswith("The choice was stopped early and has none. A choice that is worse")
    flat = " ".join(" ".join(console(early)).split())
    assert "neither confirmed nor contradicted: another could be better by 1 percentage point or more" in flat
    assert "raise --most" in flat
    assert "cannot be told apart from the best" in flat
    assert "stayed to the end" in flat or "eliminated" not in flat


def test_fresh_luck_that_contradicts_is_said_first():
    result = found(means=(0.4, 0.5, 0.5), fresh=(0.5, 0.4, 0.5))
    flat = " ".join(" ".join(console(result)).split())
    assert "not confirmed: Call back is better, by" in flat
    assert result.document()["confirmation"]["better"] == "call-back"
    assert "not confirmed on fresh luck" in result.plot().caption.title


def test_who_was_thrown_out_is_said_and_what_is_promised_is_said_of_the_others():
    result = found(means=(0.5, np.nan, 0.55))
    flat = " ".join(" ".join(console(result)).split())
    assert all(len(line) <= 80 for line in console(result))
    assert "Call back, for 20 of its 20 runs have no value (abandonment_rate has no value there)" in flat
    assert promise(result).endswith("All this is said of those that could be run.")
    assert "could be run" not in promise(found())
    assert result.table()["policy"].tolist() == ["as-is", "announce-the-wait"]
    thrown = result.document()["thrown_out"]
    assert [(one["name"], one["missing"], one["made"]) for one in thrown] == [("call-back", 20, 20)]
    assert found().document()["thrown_out"] == []
    assert "Thrown out: Call back" in result.answer()


def test_the_table_has_a_row_for_each_policy():
    table = found().table()
    assert table["policy"].tolist() == list(NAMES)
    assert table["chosen"].tolist() == [True, False, False]
    assert table["eliminated_after"].tolist()[1:] == [20, 20]
    assert table["eliminated_after"].isna()[0]
    # Lower is better: the others are behind by what they are higher.
    assert table["behind"].to_numpy() == pytest.approx([0, 0.02, 0.05], abs=0.01)
    assert table["behind"].to_numpy() == pytest.approx(table["mean"] - table["mean"][0], abs=1e-12)
    assert table["lead"][0] == pytest.approx(table["behind"][1])
    assert (table["behind_low"][1:] > 0).all()
    assert table["not_told_apart"].tolist() == [True, False, False]


def test_the_document_is_plain_json():
    content = json.loads(json.dumps(found().document(), allow_nan=False))
    assert content["schema"] == 1
    assert content["chosen"] == "as-is"
    assert content["confirmation"]["verdict"] == "agrees"
    assert [row["eliminated_after"] for row in content["policies"]] == [None, 20, 20]
    assert set(content["regret"]) == {"mean", "low", "high", "level"}


def test_the_folder_holds_all_that_was_found(tmp_path):
    result = found()
    folder = result.save(tmp_path / "out", command="cxsim select bank-phone")
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert names == {
        "answer.md", "charts/selection.png", "charts/selection.svg", "manifest.json", "replications.csv",
        "scenario.resolved.yaml", "selection.csv",
    }  # fmt: skip
    values = pd.read_csv(folder / "replications.csv")
    assert values["stage"].value_counts()["choice"] == sum(result.selection.choice.counts)
    assert set(values.loc[values["stage"] == "confirmation", "seed"]) == {99}
    assert json.loads((folder / "manifest.json").read_text())["selection"]["chosen"] == "as-is"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    with pytest.raises(InputError, match="holds something else"):
        result.save(tmp_path / "other")


def test_a_promise_is_about_the_delta_that_was_given():
    # Rounded to two figures these would be 1.2 and 0.14: a promise about something else.
    for delta, words in ((0.0125, "1.25 percentage points"), (0.001375, "0.1375 percentage points")):
        result = found(delta=delta, own=0.002, means=(0.5, 0.6, 0.7))
        assert f"than every other by {words} or more" in promise(result)
        assert f"better by {words} or more" in result.answer()
    assert zone(found(measure="wait_mean", delta=5 / 60, own=0.002)) == "5 s"
    assert zone(found(measure="wait_mean", delta=1.375, own=0.002)) == "1.375 min"
    assert zone(found(measure="profit", delta=12345.5, own=0.002)).startswith("12 345.5 ")


def test_or_more_is_rounded_downwards():
    result = found()
    assert at_least(result, 0.01299) == "1.2 percentage points"
    assert at_least(result, 0.01) == "1 percentage point"
    assert at_least(result, 0.12) == "12 percentage points"
    assert at_least(result, 0.0) == "0 percentage points"


def test_the_zone_is_read_in_the_unit_of_the_measure():
    assert wished("retention", "0.5pp") == 0.005
    assert wished("wait_mean", "30 s") == 0.5
    assert wished("profit", 2000) == 2000.0
    with pytest.raises(InputError, match="an amount in money"):
        wished("profit", "0.5pp")
    with pytest.raises(InputError, match="a measure, such as"):
        wished("joy", "1")
    with pytest.raises(ValueRefusedError):
        wished("retention", "much")
