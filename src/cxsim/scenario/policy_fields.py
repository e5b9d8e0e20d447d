"""Types of the values of a policy that no other section has."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import PlainValidator, WithJsonSchema

from cxsim.errors import ValueRefusedError
from cxsim.scenario.fields import text_of

DOTTED: Final = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
LONGEST: Final = 200


def _dotted(value: Any) -> str:
    text = text_of(value).strip()
    if not DOTTED.fullmatch(text) or len(text) > LONGEST:
        raise ValueRefusedError(text, "the dotted name of a function", "write, for example, my_rules.add_staff")
    return text


Dotted = Annotated[
    str,
    PlainValidator(_dotted),
    WithJsonSchema({"type": "string", "pattern": DOTTED.pattern, "examples": ["my_rules.add_staff"]}),
]
