"""How exact a comparison is asked to be: ``retention=0.5pp`` is a half-width of the difference with as-is."""

from __future__ import annotations

from typing import Final, NamedTuple

from cxsim.errors import ValueRefusedError
from cxsim.measures.catalog import CATALOG
from cxsim.model.plan import MINUTE
from cxsim.units import nearest, parse_duration, parse_number

CAP: Final = 200
PER_CENT: Final = 100.0


class Precision(NamedTuple):
    """A wish for narrow intervals.

    Attributes
    ----------
    measure : str
        Of our firm, all customers together.
    half_width : float
        Largest half-width of the interval of each difference with as-is, in the measure's unit.
    cap : int
        Most replications.
    """

    measure: str
    half_width: float
    cap: int = CAP


def parse_precision(text: str, cap: int = CAP) -> Precision:
    """Read a precision as people write it.

    Parameters
    ----------
    text : str
        ``measure=half-width``: ``retention=0.5pp``, ``wait_mean=10 s``, ``profit=2000``.
    cap : int
        Most replications.

    Raises
    ------
    ValueRefusedError
        When the measure is unknown or the half-width is not a positive amount of its unit.
    """
    name, sign, amount = (part.strip() for part in text.partition("="))
    example = "write, for example, retention=0.5pp or wait_mean=10s"
    if not sign or not amount:
        raise ValueRefusedError(text, "measure=half-width", example)
    if name not in CATALOG:
        raise ValueRefusedError(
            name, "a measure, such as retention, wait_mean or profit", nearest(name, CATALOG) or example
        )
    width = parse_amount(amount, CATALOG[name].unit)
    if not width > 0.0:
        raise ValueRefusedError(text, "a half-width above 0", example)
    if cap < 1:
        raise ValueRefusedError(str(cap), "1 replication or more", "raise the cap")
    return Precision(name, width, cap)


def parse_amount(text: str, unit: str) -> float:
    """Read an amount of a measure's unit as people write it: ``0.5pp``, ``10 s``, ``2000``.

    Parameters
    ----------
    text : str
    unit : str
        Of the measure; a share may be written in percentage points, minutes as any duration.

    Raises
    ------
    ValueRefusedError
        When it is no such amount.
    """
    if unit.startswith("share"):
        points = text.removesuffix("pp").rstrip()
        if points != text:
            return parse_number(points, example="write 0.5pp for half a percentage point") / PER_CENT
        return parse_number(text, high=1.0, example="write 0.5pp for half a percentage point")
    if unit == "min" and not text.replace(".", "", 1).isdigit():
        return parse_duration(text) / MINUTE
    return parse_number(text)
