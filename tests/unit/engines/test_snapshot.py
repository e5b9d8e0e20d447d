"""A world that was saved goes on as if it had not been; anything else than that world is refused."""

import json
import zipfile

import numpy as np
import pytest

from cxsim.engines import compiled, fitting, snapshot
from cxsim.engines.calendar import pending_of
from cxsim.errors import InputError, ScenarioError
from cxsim.experiments.scale import followed
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
    assert names == {*State._fields, "log-so-far", "about.json", "notes.json"}
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
        (with_other_type, "desks of another world; a world of this plan"),
        (with_objects, "a damaged file"),
    ],
)
def test_another_format_or_layout_is_refused(plan, saved, change, words):
    rewritten(saved, change)
    with pytest.raises(ScenarioError, match=words):
        load(saved, plan)


def told(members, **changed):
    members["about.json"] = json.dumps(json.loads(members["about.json"]) | changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"format": "1"},
        {"format": True},
        {"model_version": "3"},
        {"run": None},
        {"replication": -1},
        {"replication": 1.5},
        {"now": 1 << 70},
        {"now": float("inf")},
        {"layout": []},
        {"more": 1},
    ],
)
def test_a_description_of_other_types_is_refused(plan, saved, changed):
    rewritten(saved, lambda members: told(members, **changed))
    with pytest.raises(ScenarioError, match="a damaged file, or no snapshot"):
        load(saved, plan)


@pytest.mark.parametrize("member", ["about.json", "notes.json"])
@pytest.mark.parametrize("content", ["[]", "1", "null", "[" * 200_000, "\ud800", "{", '"x"', "{} {}"])
def test_a_description_that_is_none_is_refused(plan, saved, member, content):
    rewritten(saved, lambda members: members.update({member: content.encode("utf-8", "surrogatepass")}))
    with pytest.raises(ScenarioError, match="a damaged file, or no snapshot"):
        load(saved, plan)


def test_an_array_larger_than_any_memory_is_refused(plan, saved):
    def vast(members):
        head = members["desks.npy"].index(b"'shape': (")
        end = members["desks.npy"].index(b"\n", head)
        content = b"'shape': (9999999999999999,), }"
        members["desks.npy"] = members["desks.npy"][:head] + content.ljust(end - head) + members["desks.npy"][end:]

    rewritten(saved, vast)
    with pytest.raises(ScenarioError, match="a damaged file, or no snapshot"):
        load(saved, plan)


def test_notes_may_be_of_any_length(half, saved):
    notes = {"moves": ["x" * 1000] * 3000}
    snapshot.save(half, saved, run=RUN, model_version=3, notes=notes)
    assert saved.stat().st_size > 3_000_000
    assert snapshot.about_of(saved).notes == notes
    assert load(saved, half.plan).now == half.now


def test_every_array_is_declared(half):
    assert list(fitting.DECLARED) == list(State._fields)
    found = {name: (array.dtype, array.ndim) for name, array in half.state._asdict().items()}
    assert found == dict(fitting.DECLARED)


def wider(array, field):
    kinds = [(name, "i4" if name == field else array.dtype[name]) for name in array.dtype.names]
    return array.astype(np.dtype(kinds))


def with_value(array, field, value, place=0):
    array = array.copy()
    array[field][place] = value
    return array


def rewired(state, **arrays):
    return state._replace(**{name: change(getattr(state, name)) for name, change in arrays.items()})


def linked(array, value):
    array = array.copy()
    array.flat[0] = value
    return array


WRONG = {
    "a wider step": {"hot": lambda a: wider(a, "step")},
    "three rows": {"hot": lambda a: a[:3]},
    "fewer people": {"cold": lambda a: a[:-1]},
    "fewer minds": {"minds": lambda a: a[:-1]},
    "no agents": {"agents": lambda a: a[:0]},
    "fewer touchpoints": {"desks": lambda a: a[:-1]},
    "fewer periods": {"touch": lambda a: a[:-1]},
    "fewer ties": {"tie_other": lambda a: a[:-1]},
    "a shorter heap": {"near": lambda a: a[:-1]},
    "fewer slots": {"slots": lambda a: a[:-1]},
    "fewer chunks": {"chunks": lambda a: a[:-1]},
    "no buckets": {"buckets": lambda a: a[:0]},
    "flat levers": {"levers": np.ravel},
    "a queue behind the last row": {"queues": lambda a: linked(a, 1 << 20)},
    "a row behind the last": {"hot": lambda a: with_value(a, "next", 1 << 20)},
    "a contact that is none": {"hot": lambda a: with_value(a, "contact", 99)},
    "a firm that is none": {"cold": lambda a: with_value(a, "firm", 2)},
    "an agent's customer": {"agents": lambda a: with_value(a, "customer", -2)},
    "a person that is none": {"tie_other": lambda a: linked(a, 30)},
    "a period that is none": {"world": lambda a: with_value(a, "closed", 99)},
    "a longer log": {"world": lambda a: with_value(a, "n_log", 1 << 40)},
    "more near": {"calendar": lambda a: with_value(a, "near", 1 << 40)},
    "another mask": {"calendar": lambda a: with_value(a, "mask", 1 << 40)},
    "more free chunks": {"calendar": lambda a: with_value(a, "free_chunks", 1 << 40)},
    "a slot that is none": {"near": lambda a: with_value(a, "slot", 1 << 30)},
    "a slot twice": {"spare": lambda a: np.full_like(a, a[-1])},
    "a chain in a circle": {"links": lambda a: linked(a, 0)},
    "a chain out of the array": {"links": lambda a: linked(a, 1 << 30)},
    "an event of nobody": {"slots": lambda a: np.array([*map(tuple, with_value(a, "row", 1 << 30, ...))], a.dtype)},
}


def test_whole_worlds_fit_at_any_time(plan):
    """Nothing that is right may be refused: fresh, with buckets and without, forked, and at the end."""
    many = loads(WORLD.replace("customers: 30", "customers: 900"), "corner.yaml").plan("hire")
    for one in (plan, many, followed(many, 0.1)):
        for room in (None, 4):
            world = compiled.Simulation.begun(one, SEED, 0, log=room is None, room=room)
            for day in (-5, 0, 1.5, 9, 30):
                world.advance(int(day * DAY))
                assert fitting.misfits(one, world.state) == []
                assert fitting.misfits(one, world.forked(one).state) == []


@pytest.mark.parametrize("wrong", WRONG)
def test_a_state_that_does_not_fit_is_refused_before_it_goes_on(half, saved, wrong):
    half.state = rewired(half.state, **WRONG[wrong])
    snapshot.save(half, saved, run=RUN, model_version=3)
    with pytest.raises(ScenarioError, match="of another world; a world of this plan, saved whole; delete it"):
        load(saved, half.plan)


def test_the_layout_is_compared_with_this_version(plan, saved):
    rewritten(saved, lambda members: told(members, layout="0" * 64))
    with pytest.raises(
        ScenarioError, match=r"a world laid out otherwise, saved by cxsim .*; the layout of this version"
    ):
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
