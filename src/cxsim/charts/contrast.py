"""Whether colours show on paper, and whether everybody, and a black-and-white printer, can tell them apart.

Contrast is that of WCAG 2.2. What protanopes, deuteranopes and tritanopes see is simulated with the matrices of
Machado, Oliveira & Fernandes (2009), at full severity, on linear RGB; differences are those of CIELAB (CIE 1976).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxsim.charts.style import PAPER

LINEAR: Final = 0.04045  # sRGB is linear up to here
READ: Final = 4.5  # contrast on white from which text can be read (WCAG 2.2, level AA)
SHOWN: Final = 3.0  # and from which a line or a mark is seen well (WCAG 2.2, non-text contrast)
# Differences (Delta E of CIELAB) below which marks are taken for the same; about 2 is just seen side by side in large
# areas, and thin lines far apart need several times that.
APART: Final = 10.0
GREY_APART: Final = 3.0  # of lightness, 0 to 100

# Machado, Oliveira & Fernandes (2009), severity 1.0.
BLINDNESS: Final[Mapping[str, NDArray[np.float64]]] = MappingProxyType(
    {
        "protanopes": np.array(
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        ),
        "deuteranopes": np.array(
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        ),
        "tritanopes": np.array(
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        ),
    }
)
# Linear sRGB to CIE XYZ, white D65 (IEC 61966-2-1).
XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def contrast(color: str, paper: str = PAPER) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Parameters
    ----------
    color, paper
        Such as ``#0072b2``.

    Notes
    -----
    WCAG 2.2, relative luminance and contrast ratio.
    """
    light, dark = sorted((_luminance(color), _luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def seen_by(color: str, kind: str) -> tuple[float, float, float]:
    """Return the linear RGB, 0 to 1, that a colour-blind person sees.

    Parameters
    ----------
    color
        Such as ``#0072b2``.
    kind
        One of `BLINDNESS`.
    """
    red, green, blue = np.clip(BLINDNESS[kind] @ linear(color), 0.0, 1.0).tolist()
    return red, green, blue


def lightness(color: str) -> float:
    """Return CIE L*, 0 (black) to 100 (white): the grey of a black-and-white print."""
    return float(_lab(linear(color))[0])


def difference(one: Sequence[float] | NDArray[np.float64], other: Sequence[float] | NDArray[np.float64]) -> float:
    """Return the distance of two linear RGB colours in CIELAB (Delta E, CIE 1976)."""
    return float(np.linalg.norm(_lab(np.asarray(one, np.float64)) - _lab(np.asarray(other, np.float64))))


def remarks(colors: Sequence[str]) -> list[str]:
    """Say in a line each what is wrong with a palette: colours that hardly show, or are hardly told apart.

    Parameters
    ----------
    colors
        Such as ``#0072b2``, in the order in which policies take them.

    Returns
    -------
    list of str
        Empty where nothing is wrong.
    """
    found = []
    pale = [color for color in colors if contrast(color) < SHOWN]
    if pale:
        found.append(f"{_listed(pale)}: thin lines hardly show on white (contrast below {SHOWN:g})")
    for kind in BLINDNESS:
        alike = [
            f"{one} and {other}"
            for one, other in combinations(colors, 2)
            if difference(seen_by(one, kind), seen_by(other, kind)) < APART
        ]
        if alike:
            found.append(f"{_listed(alike)} look alike to {kind}")
    # Markers, dashes and names at the lines tell policies apart in grey; neighbours ought to differ by themselves.
    grey = [
        f"{one} and {other}" for one, other in pairwise(colors) if abs(lightness(one) - lightness(other)) < GREY_APART
    ]
    if grey:
        found.append(f"{_listed(grey)} print in about the same grey")
    return found


def linear(color: str) -> NDArray[np.float64]:
    """Return linear RGB, 0 to 1."""
    parts = np.array([int(color[place : place + 2], 16) / 255.0 for place in (1, 3, 5)])
    return np.where(parts <= LINEAR, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _luminance(color: str) -> float:
    red, green, blue = linear(color)
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)


def _lab(color: NDArray[np.float64]) -> NDArray[np.float64]:
    white = XYZ.sum(axis=1)
    ratio = XYZ @ color / white
    root = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = root
    return np.array([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)])


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
