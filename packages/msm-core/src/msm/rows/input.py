"""What callers give as rows, by column: mappings, or a pandas DataFrame."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import pandas as pd
from sqlalchemy import Date, Table

from msm.errors import StatementError
from msm.errors.formatting import shortened

__all__ = ["Given", "Rows", "given_rows"]

type Rows = Iterable[Mapping[str, Any]] | pd.DataFrame


@dataclass(frozen=True, slots=True)
class Given:
    """Rows that have the same columns.

    Attributes:
        numbers: the place of each row among all that were given, counted from 0.
        columns: the values of each column, as many as there are numbers.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


def given_rows(table: Table, rows: Rows) -> list[Given]:
    """Sort rows by the set of columns that they have, in the order in which the sets appear.

    A column that a row lacks is left to the database, so that rows with and without it cannot be
    in one statement. In a DataFrame all rows have the same columns, and the named levels of its
    index are columns too.

    Raises:
        StatementError: the rows are neither mappings nor a DataFrame, or a DataFrame has two
            columns of one name.
    """
    if isinstance(rows, pd.DataFrame):
        return [_from_frame(table, rows)]
    if isinstance(rows, Mapping | pd.Series):
        raise _no_rows(rows)
    sorted_rows: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    numbers: dict[frozenset[str], list[int]] = {}
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise _no_rows(row)
        names = frozenset(row)
        sorted_rows.setdefault(names, []).append(row)
        numbers.setdefault(names, []).append(number)
    return [
        Given(numbers[names], {name: list(map(itemgetter(name), alike)) for name in alike[0]})
        for names, alike in sorted_rows.items()
    ]


def _no_rows(given: object) -> StatementError:
    return StatementError(
        f"Rows are a list of mappings, or a DataFrame; {shortened(given)} is a "
        f"{type(given).__name__} in their place."
    )


def _from_frame(table: Table, frame: pd.DataFrame) -> Given:
    levels = [name for name in frame.index.names if name is not None]
    twice = pd.Index([*levels, *frame.columns])
    if not twice.is_unique:
        raise StatementError(
            f"The DataFrame has two columns named {twice[twice.duplicated()][0]!r}, index levels "
            "included; drop or rename one of them."
        )
    whole = frame.reset_index(level=levels) if levels else frame
    names = [str(name) for name in whole.columns]
    series = [whole.iloc[:, position] for position in range(len(names))]
    columns = {
        name: _values(column, is_date=name in table.c and isinstance(table.c[name].type, Date))
        for name, column in zip(names, series, strict=True)
    }
    return Given(range(len(whole)), columns)


def _values(column: "pd.Series[Any]", *, is_date: bool) -> list[Any]:
    """Python values; what pandas counts as missing (NaN, NaT, NA) is None."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) and not column.dt.nanosecond.any():
        # Timestamps are ten times slower to make and to write than the datetimes they are.
        values: Any = pd.Series(column.dt.to_pydatetime(), dtype=object)
    elif is_date and pd.api.types.is_datetime64_dtype(column.dtype) and _are_days(column):
        # pandas has no type for dates; midnights without a time zone are what stands for them.
        values = column.dt.date
    else:
        values = column.astype(object)
    return list(values.where(column.notna().to_numpy(), None))


def _are_days(column: "pd.Series[Any]") -> bool:
    present = column.dropna()
    return bool((present == present.dt.normalize()).all())
