"""Vega-Lite as JavaScript, to stand inside a page: taken from the installed package, and kept in the user's cache."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

PACKAGE: Final = "vl-convert-python"
# The libraries ask for their notice wherever they are passed on.
NOTICE: Final = (
    "/* Vega, Vega-Lite, Vega-Embed, Vega-Tooltip: Copyright (c) 2013-2025 University of Washington Interactive Data Lab "
    "and contributors. BSD 3-Clause License: redistribution and use in source and binary forms, with or without "
    "modification, are permitted provided that redistributions keep this copyright notice, this list of conditions and "
    "this disclaimer, in the source or in the materials that come with a binary form, and that neither the name of the "
    "copyright holder nor those of its contributors are used to endorse or promote derived products without written "
    "permission. THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS AS IS AND ANY EXPRESS OR "
    "IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A "
    "PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY "
    "DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES, HOWEVER CAUSED AND ON ANY THEORY OF "
    "LIABILITY, ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE. */"
)


def library(folder: Path | None = None) -> str:
    """Return Vega-Lite and what it needs as a script that defines ``vegaEmbed``; it may stand in a page as it is.

    Making it takes two seconds, so that it is kept in a file named for the version of the package.

    Parameters
    ----------
    folder : Path, optional
        Where it is kept; by default beside the compiled engine, in the user's cache.

    Returns
    -------
    str
        About 0.9 MB.
    """
    place = (_cache() if folder is None else folder) / f"vega-{version(PACKAGE)}.js"
    with suppress(OSError, UnicodeDecodeError):
        return place.read_text(encoding="utf-8")
    made = _made()
    with suppress(OSError):  # what cannot be kept is made again next time
        _keep(place, made)
    return made


def _made() -> str:
    import vl_convert

    # In a function of its own: its thousand short names are nobody else's.
    script = f"{NOTICE}\n(() => {{\n{vl_convert.javascript_bundle()}\n}})();\n"
    # Inside strings and patterns a backslash there changes nothing, and no text of it can end the script of a page.
    return re.sub(r"<(?=/script|!--|script)", r"\\x3c", script, flags=re.IGNORECASE)


def _cache() -> Path:
    from cxsim.model.jit import cache_folder

    return cache_folder().parent


def _keep(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=place.parent, delete=False) as stream:
        stream.write(text)
    os.replace(stream.name, place)
