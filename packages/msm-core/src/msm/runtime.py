"""The attached models of one process, and the operations they allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msm.base import MarketsModel
from msm.errors import ResultTruncatedError
from msm.platform import probe_loopback, refusals_of
from msm.results import Result, decode_rows
from msm.rows import Rows, delete_rows, insert_rows, upsert_rows
from msm.sdk import MetaTable
from msm.statements import MAX_ROWS, Statement, compile_operation

__all__ = ["MarketsRuntime"]


@dataclass(frozen=True, slots=True)
class MarketsRuntime:
    """What :func:`msm.start_engine` returns: the bound MetaTable of each model.

    Attributes:
        meta_tables: the catalog resource of each attached model.
        data_source_uid: the data source all of them live in.
        timeout: seconds an operation may wait for the platform; None for the SDK's default.
    """

    meta_tables: Mapping[type[MarketsModel], MetaTable]
    data_source_uid: str
    timeout: float | None = None

    def execute(self, statement: Statement) -> Result:
        """Run one SQLAlchemy statement on the platform, as one transaction.

        Args:
            statement: a select, insert, update, delete, or PostgreSQL upsert over attached models.

        Returns:
            The rows with the Python types of their columns; for a write, those of its RETURNING.

        Raises:
            NotAttachedError: the statement uses a model that this runtime did not attach.
            StatementError: the statement, or a value in it, cannot be sent.
            ResultTruncatedError: the select has more rows than one answer carries.
            PlatformUnreachableError: the local platform has been stopped; said within two seconds.
            PlatformRefusedError: the platform, or PostgreSQL behind it, refused the operation.
        """
        by_table = {model.__tablename__: table for model, table in self.meta_tables.items()}
        compiled = compile_operation(statement, by_table)
        probe_loopback()
        with refusals_of(f"the {compiled.operation.operation}"):
            answer: dict[str, Any] = MetaTable.execute_operation(
                compiled.operation, timeout=self.timeout
            )
        if answer.get("truncated"):
            raise ResultTruncatedError(
                f"The select has more than {MAX_ROWS:,} rows, the most that one answer carries; "
                "narrow it with where(), or read it in parts with limit().",
                limit=MAX_ROWS,
            )
        return Result(decode_rows(answer["rows"], compiled.columns), int(answer["row_count"]))

    def insert(self, model: type[MarketsModel], rows: Rows) -> int:
        """Insert many rows: checked as a whole, then sent in batches, each one transaction.

        Args:
            model: an attached model.
            rows: mappings of column names to Python values, or a DataFrame, whose named index
                levels are columns too. A column that is left out gets the database's default, and
                None is NULL. In a DataFrame, what pandas counts as missing (NaN, NaT, NA) is NULL;
                in a mapping, NaN is NaN.

        Returns:
            The number of rows inserted.

        Raises:
            InvalidRowsError: a column is unknown or missing, a value is of the wrong type or too
                large, a datetime has no time zone, or two rows have one key. Nothing was sent.
            PartlyWrittenError: a batch failed after others had been written.
            StatementError, PlatformError: as :meth:`execute`; then nothing was written.
        """
        return insert_rows(self.execute, model, rows)

    def upsert(
        self, model: type[MarketsModel], rows: Rows, *, key: Sequence[str] | None = None
    ) -> int:
        """Insert many rows, and update those whose key exists where a given value differs.

        Columns that are left out keep what they hold, and so does the primary key. Doing it again
        changes nothing.

        Args:
            model: an attached model.
            rows: as for :meth:`insert`; every row has a value in each column of the key.
            key: the columns that identify a row, which a unique index or constraint of the model
                is over. None for the natural key: the time index and identity dimensions of a
                time-indexed model, a primary key that callers supply, or the one other unique key.

        Returns:
            The number of rows that were inserted or changed.

        Raises:
            InvalidRowsError: as for :meth:`insert`.
            PartlyWrittenError: a batch failed after others had been written.
            StatementError: the model has several unique keys and none was chosen, or no such key.
            PlatformError: as :meth:`execute`; then nothing was written.
        """
        return upsert_rows(self.execute, model, rows, key)

    def delete(
        self, model: type[MarketsModel], rows: Rows, *, key: Sequence[str] | None = None
    ) -> int:
        """Delete many rows by their key.

        Args:
            model: an attached model.
            rows: as for :meth:`insert`; only the columns of the key are used.
            key: as for :meth:`upsert`.

        Returns:
            The number of rows that were there and have been deleted.

        Raises:
            InvalidRowsError: a key is incomplete, or has a value of the wrong type.
            PartlyWrittenError: a batch failed after others had been deleted.
            StatementError: the model has several unique keys and none was chosen, or no such key.
            PlatformError: as :meth:`execute`; then nothing was deleted.
        """
        return delete_rows(self.execute, model, rows, key)
