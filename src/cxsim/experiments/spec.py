"""What a run is: everything that decides its values, and a hash of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Final

from cxsim.model import draws

# Raised whenever a frozen result changes: a run of another version is another run.
MODEL_VERSION: Final = 4
RANDOM_SCHEME: Final = draws.SCHEME


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One replication of one policy.

    Attributes
    ----------
    scenario : str
        Identity of the resolved scenario, contents of the files it names included.
    policy : str
        Name of the policy; its content is part of the scenario.
    replication, seed : int
        Both are hashed into the key of every draw.
    horizon : int
        Microseconds since the start.
    point, world : int
        Point of a design and world of an uncertainty analysis; 0 outside.
    model_version : int
        `MODEL_VERSION`. The engine is no part of the identity: engines give the same values.
    rules : tuple of str
        Behaviour rules that were replaced, each with a hash of what stood in its place; see `rules`.
    inferred : int
        The rule by which competitors known by figures are drawn; 0 where there are none.
    scale : float
        Share of the customers who are followed; 1: all.
    """

    scenario: str
    policy: str
    replication: int
    seed: int
    horizon: int
    point: int = 0
    world: int = 0
    model_version: int = MODEL_VERSION
    rules: tuple[str, ...] = ()
    inferred: int = 0
    scale: float = 1.0

    def identity(self) -> str:
        """Return the SHA-256 of all attributes, as 64 hexadecimal digits."""
        content = asdict(self)
        if not self.rules:
            del content["rules"]  # runs under the rules of the package keep the identity they always had
        if not self.inferred:
            del content["inferred"]  # a run without such competitors is what it was before there were any
        if self.scale == 1.0:
            del content["scale"]  # a run that follows everybody is what it was before there were others
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
