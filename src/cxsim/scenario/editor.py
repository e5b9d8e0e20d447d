"""Schemas beside a person's files, so that an editor explains, completes and checks while one writes."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from cxsim.errors import Fault, ScenarioError
from cxsim.units import NUMBER_PATTERN

FOLDER: Final = ".cxsim"
SCENARIO: Final = "scenario.schema.json"
STUDY: Final = "study.schema.json"
# VS Code and everything else on yaml-language-server reads the first line, PyCharm and its kin the second.
MODELINES: Final = ("# yaml-language-server: $schema=", "# $schema: ")


def schemas() -> dict[str, dict[str, Any]]:
    """Return both schemas by the names of their files."""
    from cxsim.scenario.schema import json_schema
    from cxsim.scenario.study_schema import study_schema

    return {SCENARIO: _for_editors(json_schema()), STUDY: _for_editors(study_schema())}


def _for_editors(node: Any) -> Any:
    """Return a schema as editors show it best.

    VS Code shows `markdownDescription` set, and every other text with its marks. Examples are inserted as they stand,
    so a number must be one.
    """
    if isinstance(node, list):
        return [_for_editors(one) for one in node]
    if not isinstance(node, dict):
        return node
    found = {key: _for_editors(value) for key, value in node.items()}
    text = found.get("description")
    if isinstance(text, str) and "`" in text:
        found |= {"description": text.replace("`", ""), "markdownDescription": text}
    for key in ("examples", "default"):
        if key in found and not isinstance(found[key], dict):
            value = found[key]
            found[key] = [_number(one) for one in value] if isinstance(value, list) else _number(value)
    return found


def _number(value: Any) -> Any:
    """Return text that is a number as the number it is."""
    if not isinstance(value, str) or not NUMBER_PATTERN.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)


def as_json(schema: dict[str, Any]) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> tuple[Path, ...]:
    """Write both schemas below a folder, in the place of older ones.

    Parameters
    ----------
    folder : Path
        That of the scenario and study files; the schemas go into ``.cxsim`` in it.

    Returns
    -------
    tuple of Path
        The files.

    Raises
    ------
    ScenarioError
        If they cannot be written.
    """
    place = folder / FOLDER
    written = []
    try:
        place.mkdir(exist_ok=True)
        for name, schema in schemas().items():
            _replace(place / name, as_json(schema))
            written.append(place / name)
    except OSError as error:
        given = error.strerror or "an error"
        fault = Fault(str(place), None, "", given, "a folder to write in", "choose another folder")
        raise ScenarioError([fault]) from None
    return tuple(written)


def _replace(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=".schema-", delete=False
    ) as stream:
        partial = Path(stream.name)
        stream.write(text)
    try:
        partial.chmod(0o644)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise


def with_modelines(text: str, schema: str) -> str:
    """Return a file's text whose first lines name its schema, in the place of those that named another.

    Parameters
    ----------
    text : str
        Of a scenario or study file.
    schema : str
        The way from the file to its schema, with ``/``.
    """
    lines = [line for line in text.splitlines() if not line.startswith(MODELINES)]
    return "\n".join([*(f"{head}{schema}" for head in MODELINES), *lines]) + "\n"
