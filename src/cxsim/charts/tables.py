"""What a chart asks of its table, checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cxsim.errors import InputError, quoted


class ChartError(InputError):
    """A table cannot be drawn: the message says which, why, and what it needs."""


def checked(chart: str, table: pd.DataFrame, columns: Iterable[str], numbers: Iterable[str]) -> pd.DataFrame:
    """Return the columns a chart draws, names as text and numbers as floats.

    Parameters
    ----------
    chart
        Name of the chart, for the message.
    table
        One row for each thing drawn; other columns are ignored.
    columns
        Columns that hold names.
    numbers
        Columns that hold numbers; not-a-number is allowed, infinity is not.

    Raises
    ------
    ChartError
        If a column is missing, there is no row, or a number is none.
    """
    names, figures = list(columns), list(numbers)
    missing = [column for column in (*names, *figures) if column not in table.columns]
    if missing:
        raise ChartError(f"{chart}: no column {', '.join(missing)}; needed are {', '.join([*names, *figures])}; add it")
    if table.empty:
        raise ChartError(f"{chart}: a table without rows; at least one row is needed; leave the chart out")
    result = table[[*names, *figures]].reset_index(drop=True)
    for column in names:
        result[column] = result[column].astype(str)
    for column in figures:
        result[column] = _floats(chart, column, result[column])
    return result


def one_row_each(chart: str, table: pd.DataFrame, key: list[str]) -> None:
    """Refuse a table in which two rows stand for the same mark.

    Raises
    ------
    ChartError
        If a key comes twice.
    """
    twice = table[table.duplicated(key)]
    if not twice.empty:
        place = ", ".join(quoted(str(value)) for value in twice.iloc[0][key])
        wanted = " and ".join(key)
        raise ChartError(
            f"{chart}: two rows for {place}; one row per {wanted} is needed; choose one measure and segment"
        )


def scale_of(unit: str) -> tuple[float, str]:
    """Return what a column is multiplied by to be drawn, and what its unit is then called: shares are in per cent."""
    if unit == "share" or unit.startswith("share "):
        return 100.0, f"%{unit.removeprefix('share')}"
    return 1.0, unit


def _floats(chart: str, column: str, values: pd.Series) -> pd.Series:
    try:
        floats = values.astype(float)
    except (TypeError, ValueError) as error:
        raise ChartError(f"{chart}: column {column} holds text; numbers are needed; convert it") from error
    if bool(np.isinf(floats).any()):
        raise ChartError(f"{chart}: column {column} holds infinity; finite numbers or nothing; write NaN where unknown")
    return floats
