"""Vega-Lite as JavaScript, to stand inside a page: taken from the installed package, and kept in the user's cache."""

from __future__ import annotations

import hashlib
import re
import tempfile
from contextlib import suppress
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Final

PACKAGE: Final = "vl-convert-python"
# What the page needs of the libraries, as the package lets it be named.
SNIPPET: Final = "globalThis.vegaEmbed = vegaEmbed;"
# The libraries ask for their notice wherever they are passed on.
NOTICE: Final = "vega-license.txt"


def script(folder: Path | None = None) -> str:
    """Return Vega-Lite and what it needs as a script that defines ``vegaEmbed``; it may stand in a page as it is.

    Making it takes two seconds, so that it is kept in a file, named for the version of the package
    and for what is added here.

    Parameters
    ----------
    folder : Path, optional
        Where it is kept; by default beside the compiled engine, in the user's cache.

    Returns
    -------
    str
        About 0.9 MB.
    """
    notice = (files("cxsim.report") / NOTICE).read_text(encoding="utf-8")
    ours = hashlib.sha256(f"{SNIPPET}{notice}".encode()).hexdigest()[:8]
    place = (_cache() if folder is None else folder) / f"vega-{version(PACKAGE)}-{ours}.js"
    with suppress(OSError, UnicodeDecodeError):
        return place.read_text(encoding="utf-8")
    made = _made(notice)
    with suppress(OSError):  # what cannot be kept is made again next time
        _keep(place, made)
    return made


def _made(notice: str) -> str:
    import vl_convert

    # In a function of its own: its thousand short names are nobody else's.
    text = f"/*\n{notice}*/\n(() => {{\n{vl_convert.javascript_bundle(SNIPPET)}\n}})();\n"
    # Inside strings and patterns a backslash there changes nothing, and no text of it can end the script of a page.
    return re.sub(r"<(?=/script|!--|script)", r"\\x3c", text, flags=re.IGNORECASE)


def _cache() -> Path:
    from cxsim.model.jit import cache_folder

    return cache_folder().parent


def _keep(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=place.parent, delete=False) as stream:
        stream.write(text)
    Path(stream.name).replace(place)
