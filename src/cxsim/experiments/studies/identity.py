"""What a run of a study is known by: a hash of all that decides its values, and of nothing else.

The engine, the workers and the other policies of the scenario decide nothing. A study that gets more policies, points
or replications therefore finds what was made before; a changed policy is another policy, whatever it is called.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from cxsim.experiments.inferred import RULE
from cxsim.experiments.rules import identities
from cxsim.experiments.spec import MODEL_VERSION, RANDOM_SCHEME
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.scenario.traces import digest_of

if TYPE_CHECKING:
    from cxsim.scenario import Scenario

DIGITS: Final = 32
# Deeper nests are combinations that go round in a circle, which the scenario refuses when such a run is to be made.
DEEPEST: Final = 20
# Last parts of the paths whose values name a file beside the scenario.
NAME_FILES: Final = ("trace", "staffing")


def base_of(scenario: Scenario, seed: int, horizon: int, scale: float, columns: str) -> str:
    """Return the hash of all that decides the values of a run but its case and its replication.

    Parameters
    ----------
    scenario : Scenario
        Its policies do not count: a case brings its own.
    seed, horizon : int
    scale : float
    columns : str
        Digest of what is kept of a run.
    """
    content = scenario.content
    alone = replace(content, tree={**content.tree, "policies": {}}, rules={})
    parts = [alone.identity(), seed, horizon, MODEL_VERSION, RANDOM_SCHEME, RULE, scale, columns, *identities()]
    return _hash(parts)


def prefix_of(base: str, scenario: Scenario, case: Case, read: MutableMapping[str, str]) -> str:
    """Return the hash that the identities of a case's runs begin from.

    Parameters
    ----------
    base : str
        As from `base_of`.
    scenario : Scenario
    case : Case
    read : mapping of str to str
        Digests of files that worlds name, by name; each file is read once, and added.
    """
    blocks: dict[str, Any] = {**scenario.content.tree["policies"], **case.blocks}
    rules = {policy: rule.identity() for policy, rule in scenario.content.rules.items()}
    parts = [base, _content(case.policy, blocks, rules, 0), case.changes]
    # Worlds that name no files, nearly all, need not be resolved to be known.
    named = [(name, _digest(scenario, name, read)) for name in files_of(case)]
    return _hash([*parts, named] if named else parts)


def files_of(case: Case) -> Iterator[str]:
    """Yield the names of files that stand in the world of a case in the place of the scenario's."""
    for path, text in case.changes:
        if path.endswith(NAME_FILES) and path.rpartition(".")[2].strip() in NAME_FILES:
            yield text


def _digest(scenario: Scenario, name: str, read: MutableMapping[str, str]) -> str:
    if name not in read:
        read[name] = digest_of(scenario.content.folder / name)
    return read[name]


def identity_of(prefix: str, replication: int) -> str:
    """Return the identity of a replication of a case."""
    return hashlib.sha256(f"{prefix}\x1f{replication}".encode()).hexdigest()[:DIGITS]


def unversioned(scenario: Scenario, case: Case) -> tuple[str, ...]:
    """Name the steering rules of a case that do not say which version they are; its runs cannot be told apart."""
    blocks: dict[str, Any] = {**scenario.content.tree["policies"], **case.blocks}
    rules = {policy: rule.identity() for policy, rule in scenario.content.rules.items()}
    if not any(rule["version"] is None for rule in rules.values()):
        return ()
    text = json.dumps(_content(case.policy, blocks, rules, 0), sort_keys=True)
    unsaid = [rule for rule in rules.values() if rule["version"] is None]
    return tuple(rule["name"] for rule in unsaid if json.dumps(rule, sort_keys=True) in text)


def _content(policy: str, blocks: Mapping[str, Any], rules: Mapping[str, Any], depth: int) -> Any:
    """Return what a policy does, with what it combines in the place of names."""
    if policy == AS_IS:
        return {}
    block = blocks.get(policy)
    if not isinstance(block, Mapping) or depth > DEEPEST:
        return policy  # the scenario refuses it when its run is to be made
    content = {key: value for key, value in block.items() if key not in {"idea", "combine"}}
    if policy in rules:
        content["steering"] = rules[policy]
    parts = block.get("combine", [])
    if isinstance(parts, list):
        content["combine"] = [
            [_content(name, blocks, rules, depth + 1), more]
            for part in parts
            for name, more in (part.items() if isinstance(part, Mapping) else [(str(part), {})])
        ]
    return content


def _hash(parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
