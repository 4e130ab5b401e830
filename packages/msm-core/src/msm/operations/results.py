"""The rows of an operation, as SQLAlchemy's own Result, and as a DataFrame or an Arrow table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import pandas as pd
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.cursor import _NoResultMetaData

from msm.errors import ResultError
from msm.operations.arrow import arrow_table
from msm.operations.exact import ExpectedColumn
from msm.operations.shape import Shape
from msm.values.decode import ResultColumn

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Read", "Result"]

# Rows that are decoded at once.
CHUNK_ROWS = 10_000
NOTHING_RETURNED = "The statement returns no column; add returning() to it."


@dataclass(frozen=True, slots=True)
class Read:
    """What one operation answered.

    Attributes:
        values: the JSON values of each column.
        columns: how the values of each column are read.
        expected: the same columns, as the statement has them.
        shape: what the rows are made into.
        row_count: the number of rows read, or written.
    """

    values: Sequence[Sequence[Any]]
    columns: Sequence[ResultColumn]
    expected: Sequence[ExpectedColumn]
    shape: Shape
    row_count: int

    def load(self) -> IteratorResult[*tuple[Any, ...]]:
        """SQLAlchemy's result of the rows; values are decoded when they are asked for."""
        return self.shape.load(self._values())

    def _values(self) -> Iterator[tuple[Any, ...]]:
        if not self.columns:
            return
        for start in range(0, len(self.values[0]), CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            read = zip(self.columns, self.values, strict=True)
            yield from zip(*(column.python(values[rows]) for column, values in read), strict=True)


class _NoRows(Iterator[Any]):
    """Instead of the rows of a write that returns none."""

    def __next__(self) -> NoReturn:
        raise ResultError(NOTHING_RETURNED)


class _NoColumns(_NoResultMetaData):
    """Instead of the columns of a write that returns none: whatever reads a row is refused."""

    def _we_dont_return_rows(self, err: BaseException | None = None) -> NoReturn:
        raise ResultError(NOTHING_RETURNED) from err


class Result[*Ts](IteratorResult[*Ts]):
    """SQLAlchemy's ``Result``, with the rows of one operation.

    Iteration, ``all()``, ``first()``, ``one()``, ``one_or_none()``, ``scalars()``, ``mappings()``,
    ``tuples()``, ``partitions()``, ``unique()`` and the others are SQLAlchemy's own, with its
    errors. As there, rows can be read once; :meth:`frame` and :meth:`arrow` can be called at any
    time.

    Values have Python types: UUID, aware datetime in UTC, naive datetime for a timestamp without a
    time zone, date, time, timedelta, bytes, Decimal for NUMERIC and for a part of a time with a
    fraction, int, float, bool, str, JSON as it is, a list for an array, and None for NULL or JSON
    null. A value that does not fit the type of its column raises
    :class:`msm.errors.ResultValueError` when its row is read. Where the statement selects a model,
    its instances are detached, with all columns loaded.

    Attributes:
        row_count: the number of rows read, or written.
    """

    def __init__(self, read: Read) -> None:
        loaded = read.load()
        super().__init__(
            loaded._metadata if read.columns else _NoColumns(),  # noqa: SLF001 - as the ORM does
            loaded.iterator if read.columns else _NoRows(),
            _source_supports_scalars=loaded._source_supports_scalars,  # noqa: SLF001 - see above
        )
        # Says that a collection was loaded by a join, and unique() has to be called.
        self._unique_filter_state = loaded._unique_filter_state  # noqa: SLF001 - see above
        self._read = read
        self.row_count = read.row_count

    def __repr__(self) -> str:
        names = ", ".join(column.name for column in self._read.columns)
        return f"<Result of {self.row_count:,} rows: {names or 'nothing returned'}>"

    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame; the dtypes depend on the columns only, not on the values.

        It has a column for each column of a model that the statement selects. Dtypes are ``Int64``,
        ``boolean`` and ``string`` (NULL is NA), ``datetime64[us, UTC]``, ``datetime64[us]`` and
        ``timedelta64[us]`` (NULL is NaT), and ``float64`` (NULL and NaN are both NaN). UUID, date,
        time, bytes, Decimal, JSON and arrays are Python objects, and NULL is None. Two kinds of
        columns have the dtype of their values: parts of times (``Int64``, or objects where one has
        a fraction), and functions such as ``now()``, whose type does not say whether they have a
        time zone.

        Raises:
            ResultValueError: a value does not fit the type of its column.
        """
        read = self._read
        return pd.DataFrame(
            {
                column.name: column.series(values)
                for column, values in zip(read.columns, read.values, strict=True)
            }
        )

    def arrow(self) -> "pa.Table":
        """The rows as a ``pyarrow.Table``; it needs the extra ``msm-core[arrow]``.

        Types are ``bool``, ``int64``, ``float64``, ``string``, ``date32``, ``time64[us]``,
        ``timestamp[us, UTC]``, ``timestamp[us]``, ``decimal128`` with the precision and scale of
        the column, and lists of them. UUID and JSON are text. NULL is null, and NaN is NaN.
        NUMERIC without a precision is ``decimal128`` of 38 digits, or ``decimal256`` of 76, with
        the scale that its values need. A column whose type does not say enough has the type of
        its values: NUMERIC with values outside of its precision, parts of times, functions that
        SQLAlchemy has no type for, and what a TypeDecorator makes.

        Raises:
            EnvironmentMismatchError: pyarrow is not installed.
            ResultValueError: a value does not fit the type of its column, or no type of Arrow.
        """
        read = self._read
        return arrow_table(read.values, read.columns, read.expected)
