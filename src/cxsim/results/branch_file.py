"""The file that tells what a saved branch is: read with every field checked, for it may come from anywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from cxsim.errors import Fault, InputError, ScenarioError
from cxsim.experiments.tree import Step

ABOUT: Final = "branch.json"
FORMAT: Final = 1
NUMBERS: Final = ("model_version", "seed", "replications")
WORDS: Final = ("scenario", "name")


def about_of(place: Path) -> dict[str, Any]:
    """Read what is said of a saved branch, checked.

    Raises
    ------
    InputError
        Where there is none, or a newer or a damaged one.
    """
    try:
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        if type(about["format"]) is int and about["format"] > FORMAT:
            raise refusal(place, f"a branch of format {about['format']}", f"format {FORMAT}", "install a newer cxsim")
        whole = _is_whole(about)
    except OSError as error:
        raise refusal(place, "no saved branch", "a folder that `save` wrote", "name another place") from error
    except (ValueError, KeyError, TypeError, OverflowError, MemoryError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise refusal(place, f"a damaged {ABOUT}", "a folder that `save` wrote", "begin anew") from error
    if not whole:
        raise refusal(place, f"a damaged {ABOUT}", "a folder that `save` wrote", "begin anew")
    return {key: about[key] for key in (*NUMBERS, *WORDS, "steps")}


def _is_whole(about: dict[str, Any]) -> bool:
    """Whether every field is there and of its type, with a number of worlds and a seed that there can be."""
    steps = about["steps"]
    return (
        all(type(about[name]) is int for name in ("format", *NUMBERS))
        and all(isinstance(about[name], str) for name in WORDS)
        and 0 <= about["seed"] < 1 << 63
        and about["replications"] >= 1
        and isinstance(steps, list)
        and len(steps) > 0
        and all(isinstance(step, list) and len(step) == len(Step._fields) for step in steps)
        and all(isinstance(word, str) for step in steps for word in step)
    )


def refusal(place: Path, given: str, allowed: str, remedy: str) -> InputError:
    """Error for a folder that cannot be gone on from."""
    return ScenarioError([Fault(str(place), None, "", given, allowed, remedy)])
