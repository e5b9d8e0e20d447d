"""The small last line: what made an answer, and how to make it again."""

from __future__ import annotations

import shlex
from typing import Final

from cxsim import __version__
from cxsim.experiments.compare import AS_IS, Experiment
from cxsim.results.findings import Findings
from cxsim.results.wording import fixed, followed

# Options that change where or how fast something is made, not what; with and without a value.
PLACED: Final = frozenset(("--out", "--jobs"))
LOOKS: Final = frozenset(("--quiet", "--json", "--no-color"))
WORLDS: Final = 64
# Files of a result folder, and the folder in it that a command made for it writes.
RESOLVED: Final = "scenario.resolved.yaml"
AGAIN: Final = "again"


def again(command: str, experiment: Experiment) -> str:
    """Return what makes an experiment again: the command with its seed and number of runs, or the call in Python.

    Empty for branches that were made step by step.

    Parameters
    ----------
    command : str
        As it was given; empty from Python.
    experiment : Experiment
    """
    made = _replications(experiment)
    if not command and not {*experiment.policies} <= {AS_IS, *(experiment.scenario.document.policies or {})}:
        return ""
    if not command:
        called = "compare" if len(experiment.policies) > 1 else "run"
        policy = "" if called == "compare" else f", policy={experiment.policies[0]!r}"
        inside = "".join(f"with cxsim.replaced({one.rule!r}, {one.by}): " for one in experiment.replaced)
        more = "" if experiment.scale == 1.0 else f", scale={experiment.scale:g}"
        more += f", fork_at={experiment.fork_at!r}" if experiment.fork_at else ""
        return f"{inside}cxsim.{called}(scenario{policy}, replications={made}, seed={experiment.seed}{more})"
    words = _without(shlex.split(command), PLACED)
    words = [word for word in words if word not in LOOKS]
    if not _has(words, "--seed"):
        words += ["--seed", str(experiment.seed)]
    if not (_has(words, "--replications") or _has(words, "--precision")):
        words += ["--replications", str(made)]
    return shlex.join(words)


def in_folder(experiment: Experiment) -> str:
    """Return the command that makes an experiment again in its own result folder; empty where none can.

    Everything that was changed on the way (``--set``, ``--fork-at``) stands in the resolved scenario.

    Parameters
    ----------
    experiment : Experiment
    """
    written = {AS_IS, *(experiment.scenario.document.policies or {})}
    if experiment.replaced or not {*experiment.policies} <= written:
        return ""
    others = [name for name in experiment.policies if name != AS_IS]
    if len(experiment.policies) > 1:
        words = ["cxsim", "compare", RESOLVED, "--policies", ",".join(others)]
    else:
        words = ["cxsim", "run", RESOLVED, *(["--policy", others[0]] if others else [])]
    words += ["--replications", str(_replications(experiment)), "--seed", str(experiment.seed)]
    words += [] if experiment.scale == 1.0 else ["--scale", f"{experiment.scale:g}"]
    if experiment.worlds is not None:
        drawn = experiment.worlds
        words += ["--worlds", str(len(drawn.drawn)), "--world-replications", str(drawn.replications)]
    words += ["--events"] if experiment.logs and len(experiment.policies) == 1 else []
    words += ["--allow-steering"] if experiment.scenario.content.rules else []
    return shlex.join([*words, "--out", AGAIN])


def with_worlds(command: str, experiment: Experiment) -> str:
    """Return what would check an experiment against what we are unsure of."""
    first = again(command, experiment)
    if not first:
        return ""
    if not command:
        return f"{first.removesuffix(')')}, worlds={WORLDS})"
    words = _without(shlex.split(first), frozenset(("--worlds",)))
    return shlex.join([*words, "--worlds", str(WORLDS)])


def begin_of(experiment: Experiment) -> str:
    """Say from when policies count their time: ``month 12``, ``2026-03-01``, ``the day FiberNow arrives``."""
    text = experiment.fork_at
    return f"the day {text}" if text.endswith("arrives") else text


def _replications(experiment: Experiment) -> int:
    """Count the replications that were begun: failed ones fail again."""
    return max((run.replication + 1 for run in experiment.runs), default=experiment.replications)


def _has(words: list[str], option: str) -> bool:
    return any(word == option or word.startswith(f"{option}=") for word in words)


def _without(words: list[str], options: frozenset[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word in options:
            skip = True
        elif word.partition("=")[0] not in options:
            kept.append(word)
    return kept


def provenance(findings: Findings) -> str:
    """Return the last line of the answer."""
    setting = findings.setting
    parts = [f"`{setting.scenario}`"]
    if setting.customers:
        parts.append(followed(setting.scale, setting.customers) or f"{fixed(setting.customers)} customers")
    count = setting.replications
    parts += [f"{count} replication{'' if count == 1 else 's'}", f"seed {setting.seed}"]
    if findings.worlds is not None and findings.worlds.worlds:
        parts.append(f"{findings.worlds.worlds} worlds")
    parts += [f"cxsim {setting.version or __version__}", f"{setting.engine} engine"]
    made = f"; made again by `{setting.again}`" if setting.again else ""
    if setting.with_worlds and findings.others and not (findings.worlds is not None and findings.worlds.worlds):
        first = "" if setting.unsure else "write ranges under `unsure`, then "
        made += f"; to check it against what we are unsure of, {first}run `{setting.with_worlds}`"
    return f"<small>{', '.join(parts)}{made}</small>"
