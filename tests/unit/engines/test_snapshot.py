"""A world that was saved goes on as if it had not been; anything else than that world is refused."""

import json
import zipfile

import numpy as np
import pytest

from cxsim.engines import compiled, snapshot
from cxsim.engines.calendar import pending_of
from cxsim.errors import InputError, ScenarioError
from cxsim.model.plan import DAY
from cxsim.model.state import State
from cxsim.scenario.loaded import loads
from tests.parity.comparison import differences

WORLD = """
format: 1
our_firm: Corner
starts: 2025-01-06
lasts: 30 d
warm_up: 5 d
market: {customers: 30, setting: noncontractual, talk_to: {friends: 3, acquaintances: 3}}
firms:
  Corner:
    share: 50 %
    price: 12 a visit
    contacts: {shopping: {happens: 120 a year, because: purchase, journey: [till]}}
    arrivals: {passers: {rate: 3 an hour, journey: [till], patience: 5 min}}
    touchpoints: {till: {channel: store, staff: 1, takes: 8 min, fails: 10 %}}
  Chain:
    share: 50 %
    price: 11 a visit
    contacts: {shopping: {happens: 120 a year, because: purchase, journey: [desk]}}
    touchpoints: {desk: {channel: store, staff: 1, takes: 8 min}}
policies:
  hire: {change: {till.staff: 1 more}, cost: 0}
"""
RUN = "0123456789abcdef"
SEED = 20260101


@pytest.fixture(scope="module")
def plan():
    return loads(WORLD, "corner.yaml").plan()


@pytest.fixture(scope="module")
def straight(plan):
    return compiled.run(plan, SEED, 1, log=True)


@pytest.fixture
def half(plan):
    """At noon of a day, not at the end of a period."""
    simulation = compiled.Simulation.begun(plan, SEED, 1, log=True, room=64)
    simulation.advance(int(11.5 * DAY))
    return simulation


@pytest.fixture
def saved(half, tmp_path):
    path = tmp_path / "half.world"
    snapshot.save(half, path, run=RUN, model_version=3, notes={"why": "lunch"})
    return path


def load(path, plan, **given):
    return snapshot.load(path, plan, **{"run": RUN, "model_version": 3} | given)


def test_a_saved_world_goes_on_to_the_same_bytes(plan, straight, half, saved):
    found = load(saved, plan)
    assert (found.now, found.replication) == (int(11.5 * DAY), 1)
    assert found.log.size > 500
    for world in (found, half):
        world.advance(30 * DAY)
        assert differences(world.outcome(), straight) == []


def test_every_field_of_the_state_is_in_the_file(half, saved):
    with zipfile.ZipFile(saved) as archive:
        names = {name.removesuffix(".npy") for name in archive.namelist()}
    assert names == {*State._fields, "log-so-far", "about.json"}
    found = load(saved, half.plan).state
    for name in State._fields:
        one, other = getattr(found, name), getattr(half.state, name)
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes()), name
        assert one.flags.c_contiguous
        assert one.flags.writeable


def test_a_snapshot_says_what_it_is(saved):
    about = snapshot.about_of(saved)
    assert (about.format, about.model_version, about.run, about.notes) == (1, 3, RUN, {"why": "lunch"})
    assert about.now == int(11.5 * DAY)


def test_a_world_of_another_kind_is_refused(plan, saved):
    other = loads(WORLD, "corner.yaml").with_value("till.staff", "2").plan()
    for given, words in (
        ({"model_version": 4}, "a world of model version 3, saved by cxsim .*; model version 4; delete it and begin"),
        ({"run": "f" * 16}, "a world of another run .*; one of this run"),
    ):
        with pytest.raises(ScenarioError, match=words) as refused:
            load(saved, plan, **given)
        assert str(refused.value).startswith(f"{saved}: ")
        assert "\n" not in str(refused.value)
    with pytest.raises(ScenarioError, match="a world under another plan"):
        load(saved, other)


def rewritten(path, change):
    """Write a snapshot anew with other members."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def newer(members):
    members["about.json"] = json.dumps({"format": 2, "whatever": []})


def without_desks(members):
    del members["desks.npy"]


def with_more(members):
    members["moods.npy"] = members["desks.npy"]


def with_other_type(members):
    members["desks.npy"] = members["agents.npy"]


def with_objects(members):
    import io

    stream = io.BytesIO()
    np.save(stream, np.array([{}], dtype=object), allow_pickle=True)
    members["desks.npy"] = stream.getvalue()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (newer, "a snapshot of format 2; format 1 and older; install a newer cxsim"),
        (without_desks, "a world laid out otherwise"),
        (with_more, "a world laid out otherwise"),
        (with_other_type, "a damaged file"),
        (with_objects, "a damaged file"),
    ],
)
def test_another_format_or_layout_is_refused(plan, saved, change, words):
    rewritten(saved, change)
    with pytest.raises(ScenarioError, match=words):
        load(saved, plan)


def test_what_is_no_snapshot_is_refused(plan, saved, tmp_path):
    with pytest.raises(ScenarioError, match="nothing; a world that was saved"):
        load(tmp_path / "none.world", plan)
    with pytest.raises(ScenarioError, match="a file that can be read"):
        load(tmp_path, plan)
    whole = saved.read_bytes()
    for part in (b"", b"PK", whole[: len(whole) // 2], whole[:-10], b"not a world at all"):
        saved.write_bytes(part)
        with pytest.raises(ScenarioError, match="a damaged file, or no snapshot"):
            load(saved, plan)


def test_no_changed_byte_goes_unseen(plan, straight, saved):
    """A byte is refused, or stands where nothing is read (a time stamp of the archive): then values are the same."""
    whole = saved.read_bytes()
    refused = 0
    for place in np.random.default_rng(SEED).integers(0, len(whole), 60).tolist():
        saved.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            found = load(saved, plan)
        except ScenarioError:
            refused += 1
            continue
        found.advance(30 * DAY)
        assert differences(found.outcome(), straight) == []
    assert refused > 50


def test_a_file_is_replaced_whole_or_not_at_all(half, saved, monkeypatch):
    before = saved.read_bytes()

    def full(*_arguments, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(snapshot.npy, "write_array", full)
    with pytest.raises(OSError, match="No space"):
        snapshot.save(half, saved, run=RUN, model_version=3)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["half.world"]


def test_a_fork_leaves_the_world_it_came_from(plan, straight, half):
    hired = half.forked(_from(loads(WORLD, "corner.yaml").plan("hire"), half.now))
    hired.advance(30 * DAY)
    assert hired.log.tobytes() != straight.log.tobytes()
    half.advance(30 * DAY)
    assert differences(half.outcome(), straight) == []


def test_a_fork_takes_back_what_a_policy_still_had_to_do(half):
    """Hired from day 12 to 20, forked on day 11.5 to as-is: nobody is ever hired."""
    plan = half.plan
    hired = loads(WORLD, "corner.yaml").plan("hire").changes
    back = hired.copy()
    hired["time"], back["time"], back["value"] = 12 * DAY, 20 * DAY, 1.0
    coming = half.forked(plan._replace(changes=np.concatenate([hired, back])))
    assert pending_of(coming.state).size == pending_of(half.state).size + 2
    again = coming.forked(plan)
    again.advance(30 * DAY)
    assert differences(again.outcome(), compiled.run(plan, SEED, 1, log=True)) == []


def test_another_history_is_refused(half):
    late = half.forked(_from(loads(WORLD, "corner.yaml").plan("hire"), 12 * DAY))
    late.advance(13 * DAY)
    with pytest.raises(InputError, match="fork: a plan with other changes; one that differs only"):
        late.forked(half.plan)
    with pytest.raises(InputError, match="fork: a plan with other laws"):
        half.forked(loads(WORLD, "corner.yaml").with_value("till.takes", "9 min").plan())


def _from(plan, time):
    changes = plan.changes.copy()
    changes["time"] = time
    return plan._replace(changes=changes)
