"""Every chart of the book looks as it did: drawn small and compared with a picture that somebody has looked at."""

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib.testing.compare import calculate_rms, compare_images

from cxsim.charts import style
from cxsim.results.book.contents import CHART_NAMES
from tests.unit.charts.remake_pictures import CAPTIONS, HERE, SIZE, kept, picture, versions

# Root mean square of the differences, 0 to 255. One matplotlib, with the FreeType that it brings along, draws the same
# dots everywhere but for rounding; another colour of one line gives 0.9 on these small pictures, a label moved by a
# few dots 3.6, and letters hinted in another way 30 to 40: other versions of matplotlib have pictures of their own.
TOLERANCE = 0.3
LARGEST = 1_000_000
FAILED = "failed-pictures"
MADE_WITH = json.loads(CAPTIONS.read_text(encoding="utf-8"))["made with"]
pytestmark = pytest.mark.skipif(
    versions() != MADE_WITH, reason=f"pictures were made with {MADE_WITH}: python tests/unit/charts/remake_pictures.py"
)
REMAKE = "look at it, and if it is meant: python tests/unit/charts/remake_pictures.py"


def difference(made: bytes, name: str, folder: Path) -> str | None:
    """Compare a picture with the reference; what differs is kept in a folder beside the tests."""
    folder.mkdir(exist_ok=True)
    actual = folder / f"{name}.png"
    actual.write_bytes(made)
    found = compare_images(str(HERE / f"{name}.png"), str(actual), TOLERANCE)
    if found is None:
        actual.unlink()
    return found


@pytest.fixture
def failed(request):
    folder = request.config.rootpath / FAILED
    yield folder
    if folder.exists() and not any(folder.iterdir()):
        folder.rmdir()


def test_no_chart_of_the_book_is_forgotten():
    kept_names = set(json.loads(CAPTIONS.read_text(encoding="utf-8"))["charts"])
    assert kept_names == set(CHART_NAMES), REMAKE
    assert {path.stem for path in HERE.glob("*.png")} == kept_names
    assert sum(path.stat().st_size for path in HERE.iterdir()) < LARGEST


@pytest.mark.parametrize("name", CHART_NAMES)
def test_a_chart_looks_as_it_did(name, failed):
    found = difference(picture(kept(name)), name, failed)
    assert found is None, f"{found}\n{REMAKE}"


def test_another_colour_is_seen(monkeypatch, tmp_path):
    monkeypatch.setattr(style, "PALETTE", ("#0072b2", "#e69f00", "#009e73", "#b35000", "#56b4e9"))
    assert difference(picture(kept("retention")), "retention", tmp_path) is not None
    assert (tmp_path / "retention-failed-diff.png").exists()


def test_a_label_that_moved_is_seen(tmp_path):
    chart = kept("retention")
    figure = chart.drawn(SIZE)
    label = next(text for text in figure.axes[0].texts if text.get_text() == "as-is")
    label.set_y(label.get_position()[1] + 0.02)
    assert difference(chart.written(figure, SIZE, "png"), "retention", tmp_path) is not None


def test_a_bar_that_is_longer_is_seen(tmp_path):
    chart = kept("leavers")
    chart.table.loc[chart.table.index[-1], "per_100"] += 0.45  # below what is refused: they still add up to about 100
    assert difference(picture(chart), "leavers", tmp_path) is not None


def test_the_measure_of_difference_by_hand():
    white, dot = np.full((10, 10, 3), 255, np.int16), np.full((10, 10, 3), 255, np.int16)
    dot[0, 0] = 0
    assert calculate_rms(white, dot) == pytest.approx(25.5)  # one dot of a hundred, 255 off
