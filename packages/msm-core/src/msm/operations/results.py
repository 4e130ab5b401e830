"""The rows of an operation, with the Python types of its columns."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from msm.errors import ResultError, RowCountError
from msm.values.decode import ResultColumn

__all__ = ["Result", "decode_rows"]


class Result:
    """The rows of one operation; they can be read several times.

    Attributes:
        row_count: the number of rows read, or written.
    """

    # Values are decoded when they are asked for: a frame is built column by column, without the
    # dictionaries of `rows`.

    def __init__(
        self, records: Sequence[dict[str, Any]], columns: Sequence[ResultColumn], row_count: int
    ) -> None:
        self.row_count = row_count
        self._records = records
        self._columns = columns

    def __repr__(self) -> str:
        names = ", ".join(column.name for column in self._columns)
        return f"<Result of {self.row_count:,} rows: {names or 'nothing returned'}>"

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """One dictionary a row, keyed by column name or label; empty for a write without RETURNING.

        Values have Python types: UUID, aware datetime in UTC, naive datetime for a timestamp
        without a time zone, date, time, timedelta, bytes, Decimal for NUMERIC and for a part of a
        time with a fraction, int, float, bool, str, JSON as it is, a list for an array, and None
        for NULL or JSON null.

        Raises:
            ResultValueError: a value does not fit the type of its column.
        """
        return decode_rows(self._records, self._columns)

    def one(self) -> dict[str, Any]:
        """The only row.

        Raises:
            RowCountError: there is no row, or there are several.
            ResultValueError: a value does not fit the type of its column.
        """
        row = self.one_or_none()
        if row is None:
            raise RowCountError("The result has no row where one was expected.", row_count=0)
        return row

    def one_or_none(self) -> dict[str, Any] | None:
        """The only row, or None where there is none.

        Raises:
            RowCountError: there are several.
            ResultValueError: a value does not fit the type of its column.
        """
        count = len(self._records)
        if count > 1:
            raise RowCountError(
                f"The result has {count:,} rows where one was expected; narrow the statement with "
                "where(), or read rows.",
                row_count=count,
            )
        return self.rows[0] if count else None

    def scalars(self) -> list[Any]:
        """The value of the first column in each row, as SQLAlchemy's ``scalars()``.

        Raises:
            ResultError: the statement returns no column.
            ResultValueError: a value does not fit the type of its column.
        """
        if not self._columns:
            raise ResultError("The statement returns no column; add returning() to it.")
        first = self._columns[0]
        return list(first.python(first.of(self._records)))

    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame; the dtypes depend on the columns only, not on the values.

        Dtypes are ``Int64``, ``boolean`` and ``string`` (NULL is NA), ``datetime64[us, UTC]`` and
        ``datetime64[us]`` and ``timedelta64[us]`` (NULL is NaT), and ``float64`` (NULL and NaN are
        both NaN). UUID, date, time, bytes, Decimal, JSON and arrays are Python objects, and NULL is
        None. Two kinds of columns have the dtype of their values: parts of times (``Int64``, or
        objects where one has a fraction), and functions such as ``now()``, whose type does not say
        whether they have a time zone.

        Raises:
            ResultValueError: a value does not fit the type of its column.
        """
        return pd.DataFrame(
            {column.name: column.series(column.of(self._records)) for column in self._columns}
        )


def decode_rows(
    records: Sequence[dict[str, Any]], columns: Sequence[ResultColumn]
) -> list[dict[str, Any]]:
    """Rows of Python values from rows of JSON values.

    Args:
        records: the platform's rows.
        columns: the columns to take from them, in order.

    Raises:
        ResultValueError: a value does not fit the type of its column.
    """
    names = [column.name for column in columns]
    values = [column.python(column.of(records)) for column in columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
