"""Reading rows as callers pass them, by column: mappings, instances, pandas, or Arrow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any

import pandas as pd
from sqlalchemy import Column, Date, Table, inspect
from sqlalchemy.orm import InstanceState

from msm.base import MarketsModel
from msm.errors import StatementError
from msm.errors.formatting import shortened
from msm.rows.arrow import ArrowRows, arrow_columns, python_values
from msm.rows.keys import table_of
from msm.values.arrow import load_pyarrow
from msm.values.decorated import plain_type

__all__ = ["Given", "Rows", "given_rows"]

type Rows = Iterable[Mapping[str, Any]] | Iterable[MarketsModel] | pd.DataFrame | ArrowRows


@dataclass(frozen=True, slots=True)
class Given:
    """Rows that have the same columns.

    Attributes:
        numbers: the position of each row among all that were given, counted from 0.
        columns: the values of each column, one for each number.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


def given_rows(table: Table, rows: Rows) -> list[Given]:
    """Group rows by their set of columns, in the order in which the sets first appear.

    All rows of a DataFrame or of Arrow have the same columns; the named levels of the index of a
    DataFrame are columns too.

    Raises:
        StatementError: the rows are none of these, instances of another model are among them, or
            two columns have the same name.
        EnvironmentMismatchError: the rows are Arrow's, and pyarrow is not installed.
    """
    # A column that a row lacks gets the database's default, and a statement names its columns
    # once: rows with and without a column need two statements.
    if isinstance(rows, pd.DataFrame):
        return [_from_frame(table, rows)]
    # Both can be iterated, over keys or over values: the error would name the first of them.
    if isinstance(rows, Mapping | pd.Series):
        raise _no_rows(rows)
    if isinstance(rows, ArrowRows):
        columns = arrow_columns(table, rows)
        return [Given(range(len(next(iter(columns.values()), ()))), columns)]
    sorted_rows: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    numbers: dict[frozenset[str], list[int]] = {}
    last: tuple[str, ...] | None = None
    for number, given in enumerate(rows):
        # Looked at first, because the two checks after it take longer than all the rest.
        row = given if type(given) is dict else _mapping(table, given)
        order = tuple(row)
        # Most rows have the columns of the row before.
        if order != last:
            last, names = order, frozenset(order)
            alike = sorted_rows.setdefault(names, [])
            places = numbers.setdefault(names, [])
        alike.append(row)
        places.append(number)
    return [
        Given(numbers[names], {name: list(map(itemgetter(name), alike)) for name in alike[0]})
        for names, alike in sorted_rows.items()
    ]


def _mapping(table: Table, given: object) -> Mapping[str, Any]:
    row = _values_of(table, given) if isinstance(given, MarketsModel) else given
    if not isinstance(row, Mapping):
        raise _no_rows(row)
    return row


def _values_of(table: Table, instance: MarketsModel) -> dict[str, Any]:
    """The values of an instance by column, as far as they are set or loaded."""
    model = type(instance)
    if table_of(model) is not table:
        raise StatementError(
            f"Expected rows of {table.name}, got an instance of {model.__name__}; write the rows "
            "of each model with a call of its own."
        )
    attributes = model.__mapper__.column_attrs
    state: InstanceState[MarketsModel] = inspect(instance)
    return {
        attributes[name].columns[0].name: value
        for name, value in state.dict.items()
        # A column_property() of an expression is read only.
        if name in attributes and isinstance(attributes[name].columns[0], Column)
    }


def _no_rows(given: object) -> StatementError:
    return StatementError(
        "Expected rows as a list of mappings or of instances, as a DataFrame or as an Arrow table, "
        f"got {shortened(given)}, a {type(given).__name__}."
    )


def _from_frame(table: Table, frame: pd.DataFrame) -> Given:
    # The index without a name only counts the rows.
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
    dates = {name for name, column in table.c.items() if isinstance(plain_type(column.type), Date)}
    columns = {
        name: (
            _arrow_values(table.c.get(name), column)
            if isinstance(column.dtype, pd.ArrowDtype)
            else _values(column, is_date=name in dates)
        )
        for name, column in zip(names, series, strict=True)
    }
    return Given(range(len(whole)), columns)


def _arrow_values(column: Column[Any] | None, series: "pd.Series[Any]") -> list[Any]:
    """As :func:`_values`, of a column whose dtype is one of Arrow."""
    values = load_pyarrow().array(series).to_pylist()
    return python_values(column, _without_missing(values, series))


def _values(column: "pd.Series[Any]", *, is_date: bool) -> list[Any]:
    """The Python values; a missing value of pandas (NaN, NaT, NA) is None."""
    if isinstance(column.dtype, pd.DatetimeTZDtype) and not column.dt.nanosecond.any():
        # datetime objects are ten times faster to make and to write than pandas' Timestamps.
        values: Any = pd.Series(column.dt.to_pydatetime(), dtype=object)
    elif is_date and pd.api.types.is_datetime64_dtype(column.dtype) and _are_days(column):
        # pandas has no dtype for dates: its users hold them as midnights without a time zone.
        values = column.dt.date
    else:
        values = column.astype(object)
    return _without_missing(list(values), column)


def _without_missing(values: list[Any], column: "pd.Series[Any]") -> list[Any]:
    try:
        present = column.notna().tolist()
    except InvalidOperation:
        # pandas compares a signaling NaN, which is a fault of its row later.
        present = [_is_present(value) for value in values]
    if all(present):
        return values
    # Not by where(), which makes NaT of None where no value is present.
    return [value if there else None for value, there in zip(values, present, strict=True)]


def _is_present(value: Any) -> bool:
    if isinstance(value, Decimal) and value.is_snan():
        return True
    return bool(pd.Series([value], dtype=object).notna().all())


def _are_days(column: "pd.Series[Any]") -> bool:
    present = column.dropna()
    return bool((present == present.dt.normalize()).all())
