"""Whatever is wrong with a file, a `--set` or a policy, nothing but a message with faults comes of it."""

import copy
from functools import lru_cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxsim.errors import ScenarioError
from cxsim.scenario import loads
from cxsim.scenario.reader import Block, Items, read
from cxsim.scenario.writer import to_yaml

SMALL = """\
format: 1
lasts: 60 d
firms:
  F:
    arrivals: {callers: {rate: 1 an hour, journey: phone}}
    touchpoints:
      till: {channel: store, staff: 1, takes: 1 min}
      phone: {channel: phone, takes: 1 min, shifts: {late: {when: Mon 09:00-17:00, staff: 1}}}
"""


def leaves(node, place=()):
    """List the places of all values and keys."""
    if isinstance(node, Block):
        for key, value in node.items():
            yield (*place, key)
            yield from leaves(value, (*place, key))
    elif isinstance(node, Items):
        for number, value in enumerate(node):
            yield (*place, number)
            yield from leaves(value, (*place, number))


ODD = st.one_of(
    st.sampled_from(
        ["", "-1", "0", "nan", "1e999", "9" * 400, "no", "100 %", "0 %", "always", "never", "0 s", "a.b", "../x", "<b>",
         "{}", "1 more", "2 times", "everyone", "as-is", "market", "2025-01-06", "month 999", "1 to 2", "\x1b[0m",
         "Mon 00:00-24:00", "none", "New arrives", "month 6", "-5 ± 6", "± 1", "1.6 % a month", "[fix]", "8 h a year",
         "0.1 a month", "55 a month", "visible"]
    ),
    st.text(max_size=12),
)  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_file_loads_or_gets_a_message(data, text):
    change_and_load(data, read(text, "shop.yaml"))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_changed_town_loads_or_gets_a_message(data, town_text):
    change_and_load(data, read(town_text, "town.yaml"))


def change_and_load(data, tree):
    """Change one to three places of a file, and load it."""
    for _ in range(data.draw(st.integers(1, 3))):
        places = list(leaves(tree))
        place = data.draw(st.sampled_from(places))
        node = tree
        for part in place[:-1]:
            node = node[part]
        how = data.draw(st.sampled_from(["set", "remove", "table", "list", "move", "key"]))
        last = place[-1]
        if how == "remove":
            del node[last]
        elif how == "key" and isinstance(node, Block):
            node[data.draw(ODD)] = node.pop(last)
        elif how == "move":
            other = data.draw(st.sampled_from(places))
            value = tree
            for part in other:
                value = value[part] if isinstance(value, Block | Items) and _has(value, part) else value
            node[last] = copy.deepcopy(value)
        else:
            odd = data.draw(ODD)
            node[last] = {"set": odd, "table": Block({odd: "1"}), "list": Items([odd]), "key": "x"}[how]
    assert faults_of(lambda: every_plan(loads(to_yaml(tree), "shop.yaml"))) != ()


def every_plan(scenario):
    for policy in scenario.policies:
        scenario.plan(policy)


def faults_of(act):
    """Return the faults of what was done, or None where it went well."""
    try:
        act()
    except ScenarioError as error:
        return error.faults
    return None


def _has(node, part):
    return part in node if isinstance(node, Block) else isinstance(part, int) and part < len(node)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damaged_text_loads_or_gets_a_message(data, text):
    begin = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(begin, min(len(text), begin + 30)))
    damaged = text[:begin] + data.draw(st.text(max_size=10)) + text[end:]
    assert faults_of(lambda: loads(damaged, "shop.yaml")) != ()


PATHS = ["till.staff", "price", "phone.hours", "callers.rate", "phone.call_back", "phone.shifts.late.when"]


@settings(max_examples=150, deadline=None)
@given(path=st.one_of(st.text(max_size=20), st.sampled_from(PATHS)), value=ODD)
def test_any_set_is_done_or_refused(path, value):
    assert faults_of(lambda: small().with_value(path, value)) != ()


@settings(max_examples=100, deadline=None)
@given(path=st.sampled_from(PATHS), value=ODD)
def test_any_policy_is_made_or_refused(path, value):
    assert faults_of(lambda: small().with_policy("new", {path: value}, cost=0).plan("new")) != ()


@lru_cache(maxsize=1)
def small():
    return loads(SMALL, "f.yaml")
