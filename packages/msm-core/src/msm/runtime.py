"""The attached models of one process, and the operations they allow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

from msm.base import MarketsModel, MarketsTimeIndexMetaTable
from msm.operations.attached import Attached
from msm.operations.compile import Statement
from msm.operations.execute import execute, iterate
from msm.operations.results import Result
from msm.rows import Rows, delete_rows, insert_rows, upsert_rows
from msm.sdk import DEFAULT_LIMITS, MetaTable
from msm.sdk.context import Limits
from msm.timeseries import Observations, between_statement, latest_statement, observations_of

__all__ = ["MarketsRuntime"]

DEFAULT_PAGE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class MarketsRuntime:
    """What :func:`msm.start_engine` returns: the bound MetaTable of each model.

    Attributes:
        meta_tables: the catalog resource of each attached model.
        data_source_uid: the data source all of them live in.
        timeout: seconds that a statement may run; None for the SDK's default, 15.
        limits: what the platform allows of one operation.
    """

    meta_tables: Mapping[type[MarketsModel], MetaTable]
    data_source_uid: str
    timeout: float | None = None
    limits: Limits = DEFAULT_LIMITS

    def execute(self, statement: Statement) -> Result:
        """Run one SQLAlchemy statement on the platform.

        It is one transaction. The exception is a select of more rows than one answer carries
        (100,000 on the local platform): it is read again in pages, as :meth:`iter_rows` does.

        Args:
            statement: a select, insert, update, delete, or PostgreSQL upsert over attached models.

        Returns:
            All rows of a select; of a write, those of its RETURNING.

        Raises:
            NotAttachedError: the statement uses a model that this runtime did not attach.
            StatementError: the statement, or a value in it, cannot be sent.
            ResultTruncatedError: the select has more rows than one answer carries, and no key to
                page by.
            PlatformUnreachableError: the local platform has been stopped; said within two seconds.
            PlatformRefusedError: the platform refused the operation.
            StaleAttachmentError: the platform was reset or migrated since :func:`start_engine`.
            OperationRefusedError: PostgreSQL refused the statement; the class says why, such as
                ConflictError, MissingReferenceError, CheckViolatedError or TimedOutError.
        """
        return execute(statement, self._attached())

    def iter_rows(
        self, statement: Statement, *, page_size: int = DEFAULT_PAGE_SIZE
    ) -> Iterator[dict[str, Any]]:
        """Read a select of any size, holding one page of it in memory.

        Rows come in the order of the key (the primary key, or the time index with the identity
        dimensions; of a join, those of all its tables) or in another order of key columns that the
        statement asks for. Other processes may write at the same time: a row that exists during
        the whole read comes exactly once. Each page is its own transaction.

        Args:
            statement: a select of attached models, their aliases and inner joins, with any WHERE.
            page_size: how many rows to fetch at once.

        Returns:
            The rows, as :attr:`Result.rows` has them.

        Raises:
            NoStableOrderError: the rows have no key: GROUP BY, DISTINCT, LIMIT, a union, a
                subquery or an outer join as source, a window, or an ORDER BY of other columns. The
                call itself raises it, but for an aggregate, where the first row is read.
            StatementError: as :meth:`execute`; the call itself raises it.
            PlatformError: as :meth:`execute`; reading a row raises it.
        """
        return iterate(statement, self._attached(), page_size)

    def insert(self, model: type[MarketsModel], rows: Rows) -> int:
        """Insert many rows: checked as a whole, then sent in batches, each one transaction.

        Args:
            model: an attached model.
            rows: mappings of column names to Python values, or a DataFrame, whose named index
                levels are columns too. A column that is left out gets the database's default, and
                None is NULL. In a DataFrame, what pandas counts as missing (NaN, NaT, NA) is NULL;
                in a mapping, NaN is NaN, and NaT and NA are refused.

        Returns:
            The number of rows inserted.

        Raises:
            InvalidRowsError: a column is unknown or missing, a value is of the wrong type or too
                large, a datetime has no time zone, or two rows have one key. Nothing was sent.
            PartlyWrittenError: a batch failed after others had been written.
            StatementError, PlatformError: as :meth:`execute`; then nothing was written.
        """
        return insert_rows(model, rows, self._attached())

    def upsert(
        self, model: type[MarketsModel], rows: Rows, *, key: Sequence[str] | None = None
    ) -> int:
        """Insert many rows, and update those whose key exists where a given value differs.

        Columns that are left out keep their value, and so does the primary key. A second call with
        the same rows changes nothing. A key that only some rows have, as that of a partial index,
        is refused, because the other rows would be inserted again.

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
            StatementError: the model has several unique keys and none was chosen, or the chosen
                one does not exist or does not cover all rows.
            PlatformError: as :meth:`execute`; then nothing was written.
        """
        return upsert_rows(model, rows, key, self._attached())

    def delete(
        self, model: type[MarketsModel], rows: Rows, *, key: Sequence[str] | None = None
    ) -> int:
        """Delete many rows by their key.

        Args:
            model: an attached model.
            rows: as for :meth:`insert`; only the columns of the key are used.
            key: as for :meth:`upsert`, or the key of a partial index. Then only rows that the
                index covers are deleted.

        Returns:
            The number of rows that existed and were deleted.

        Raises:
            InvalidRowsError: a key is incomplete, or has a value of the wrong type.
            PartlyWrittenError: a batch failed after others had been deleted.
            StatementError: the model has several unique keys and none was chosen, or the chosen
                one does not exist.
            PlatformError: as :meth:`execute`; then nothing was deleted.
        """
        return delete_rows(model, rows, key, self._attached())

    def between(
        self,
        model: type[MarketsTimeIndexMetaTable],
        start: datetime,
        end: datetime,
        *criteria: ColumnElement[bool],
        columns: Sequence[InstrumentedAttribute[Any]] | None = None,
    ) -> Observations:
        """Read the observations from ``start`` until just before ``end``.

        Args:
            model: an attached time-indexed model.
            start: the first time, an aware datetime.
            end: the time before which the interval ends, an aware datetime.
            criteria: further conditions, as for SQLAlchemy's ``where()``.
            columns: the columns to read beside the time index and the identity dimensions; all
                when None.

        Returns:
            The observations by time, then by identity dimensions.

        Raises:
            StatementError: the model has no time index, a datetime has no time zone, or the
                interval ends before it starts.
            NotAttachedError, PlatformError: as :meth:`execute`.
        """
        statement = between_statement(model, start, end, criteria, columns)
        return observations_of(model, self.execute(statement))

    def latest(
        self,
        model: type[MarketsTimeIndexMetaTable],
        *criteria: ColumnElement[bool],
        as_of: datetime | None = None,
        per: Sequence[InstrumentedAttribute[Any]] | None = None,
        columns: Sequence[InstrumentedAttribute[Any]] | None = None,
    ) -> Observations:
        """Read the last observation of each identity.

        Args:
            model: an attached time-indexed model.
            criteria: conditions on the observations looked at, as for SQLAlchemy's ``where()``.
            as_of: observations after this time are ignored; an aware datetime, or None for all.
            per: the identity dimensions to take the last time of; all when None. With fewer, every
                observation at that time is returned. ``per=[WeightsTS.portfolio_identifier]`` gives
                the last weights of each portfolio, without assets that it held only before.
                ``per=[]`` gives the observations at the last time in the table.
            columns: the columns to read beside the time index and the identity dimensions; all
                when None.

        Returns:
            The observations by identity dimensions.

        Raises:
            StatementError: the model has no time index, ``as_of`` has no time zone, or ``per``
                names no identity dimension.
            NotAttachedError, PlatformError: as :meth:`execute`.
        """
        statement = latest_statement(model, as_of, per, criteria, columns)
        return observations_of(model, self.execute(statement))

    def _attached(self) -> Attached:
        tables = {model.__tablename__: table for model, table in self.meta_tables.items()}
        return Attached(tables, self.limits, self.timeout)
