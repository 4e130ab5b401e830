"""The attached models of one process, and the operations they allow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from sqlalchemy import FromClause, Row, ScalarResult
from sqlalchemy.sql.selectable import TypedReturnsRows

from msm.base import MarketsModel
from msm.observing import ReadsObservations
from msm.operations.attached import Attached
from msm.operations.compile import Statement
from msm.operations.execute import iterate, iterate_batches, read
from msm.operations.results import Result
from msm.rows import Rows, delete_rows, insert_rows, select_by_key, upsert_rows
from msm.rows.arguments import ColumnNames, model_of
from msm.rows.lookups import look_up, upsert_and_read
from msm.sdk import DEFAULT_LIMITS, MetaTable
from msm.sdk.context import Limits

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["MarketsRuntime"]

DEFAULT_PAGE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class MarketsRuntime(ReadsObservations):
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

    @property
    def revision(self) -> str | None:
        """The revision that the tables were at when they were attached, such as ``1007``.

        None where the catalog has none. Several, as of tables of two histories, are separated by
        commas.
        """
        recorded = {table.alembic_revision for table in self.meta_tables.values()} - {None}
        return ",".join(sorted({part for text in recorded for part in text.split(",")})) or None

    @overload
    def execute[*Ts](self, statement: TypedReturnsRows[*Ts]) -> Result[*Ts]: ...
    @overload
    def execute(self, statement: Statement) -> Result[*tuple[Any, ...]]: ...
    def execute(self, statement: Any) -> Result[*tuple[Any, ...]]:
        """Run one SQLAlchemy statement on the platform, as a ``Session`` does.

        It is one transaction. The exception is a select of more rows than one answer carries
        (100,000 on the local platform): it is read again in pages, as :meth:`iter_rows` does.

        Args:
            statement: a select, insert, update, delete, or PostgreSQL upsert over attached models.

        Returns:
            All rows of a select; of a write, those of its RETURNING. A model that the statement
            selects comes as instances, which are detached.

        Raises:
            NotAttachedError: the statement uses a model that this runtime did not attach.
            StatementError: the statement, or a value in it, cannot be sent.
            ResultTruncatedError: the select has more rows than one answer carries, and no key to
                page by.
            PlatformUnreachableError: the local platform has been stopped; said within two seconds.
            PlatformRefusedError: the platform refused the operation.
            OutcomeUnknownError: the answer to a write was lost, and it may have been done.
            StaleAttachmentError: the platform was reset or migrated since :func:`start_engine`.
            OperationRefusedError: PostgreSQL refused the statement; the class says why, such as
                ConflictError, MissingReferenceError, CheckViolatedError or TimedOutError.
        """
        return Result(read(statement, self._attached()))

    @overload
    def scalars[T](self, statement: TypedReturnsRows[T]) -> ScalarResult[T]: ...
    @overload
    def scalars(self, statement: Statement) -> ScalarResult[Any]: ...
    def scalars(self, statement: Any) -> ScalarResult[Any]:
        """Run one statement, and return the first value of each row, as ``Session.scalars()``.

        Args:
            statement: as for :meth:`execute`.

        Raises:
            ResultError: the statement returns no column.
            MsmError: as :meth:`execute`.
        """
        return self.execute(statement).scalars()

    @overload
    def scalar[T](self, statement: TypedReturnsRows[T]) -> T | None: ...
    @overload
    def scalar(self, statement: Statement) -> Any: ...
    def scalar(self, statement: Any) -> Any:
        """Run one statement, and return the first value of its first row, as ``Session.scalar()``.

        Args:
            statement: as for :meth:`execute`.

        Returns:
            The value; None where there is no row.

        Raises:
            ResultError: the statement returns no column.
            MsmError: as :meth:`execute`.
        """
        return self.execute(statement).scalar()

    def get[M: MarketsModel](self, model: type[M], key: Any) -> M | None:
        """Read one instance by its key, as ``Session.get()``.

        Args:
            model: an attached model.
            key: the value of the primary key, or a tuple of its values. Of a time-indexed model it
                is the time and the identity dimensions. Or a mapping of the columns of any unique
                key to their values, such as ``{"unique_identifier": "DE0001"}``.

        Returns:
            The instance, detached, with all columns loaded; None where there is no such row.

        Raises:
            StatementError: the key has another number of values, or other columns.
            MsmError: as :meth:`execute`.
        """
        return self.execute(select_by_key(model_of(model), key)).scalars().one_or_none()

    @overload
    def iter_rows[*Ts](
        self, statement: TypedReturnsRows[*Ts], *, page_size: int = DEFAULT_PAGE_SIZE
    ) -> Iterator[Row[*Ts]]: ...
    @overload
    def iter_rows(
        self, statement: Statement, *, page_size: int = DEFAULT_PAGE_SIZE
    ) -> Iterator[Row[*tuple[Any, ...]]]: ...
    def iter_rows(
        self, statement: Any, *, page_size: int = DEFAULT_PAGE_SIZE
    ) -> Iterator[Row[*tuple[Any, ...]]]:
        """Read a select of any size, holding one page of it in memory.

        Rows come in the order of the key (the primary key, or the time index with the identity
        dimensions; of a join, those of all its tables) or in another order of key columns that the
        statement asks for. Other processes may write at the same time: a row that exists during
        the whole read comes exactly once. Each page is its own transaction.

        Args:
            statement: a select of attached models, their aliases and inner joins, with any WHERE.
            page_size: how many rows to fetch at once.

        Returns:
            The rows, as :meth:`execute` has them.

        Raises:
            NoStableOrderError: the rows have no key: GROUP BY, DISTINCT, LIMIT, a union, a
                subquery or an outer join as source, a window, or an ORDER BY of other columns. The
                call itself raises it, but for an aggregate, where the first row is read.
            StatementError: as :meth:`execute`; the call itself raises it.
            PlatformError: as :meth:`execute`; reading a row raises it.
        """
        return iterate(statement, self._attached(), page_size)

    def iter_batches(
        self, statement: Statement, *, page_size: int = DEFAULT_PAGE_SIZE
    ) -> "Iterator[pa.RecordBatch]":
        """Read a select of any size as batches of Arrow, holding one of them in memory.

        The rows are those of :meth:`iter_rows`, in its order; the types are those of
        :meth:`Result.arrow`. ``pyarrow.RecordBatchReader.from_batches()`` makes a stream of them
        for whatever reads Arrow.

        Args:
            statement: as for :meth:`iter_rows`.
            page_size: how many rows a batch has.

        Returns:
            The batches, of which all have the same schema; one without rows where there are none.

        Raises:
            EnvironmentMismatchError: pyarrow is not installed.
            StatementError: the type of a column depends on its values, as that of a NUMERIC
                without a precision; or as :meth:`execute`. The call itself raises it.
            NoStableOrderError, PlatformError: as :meth:`iter_rows`.
        """
        return iterate_batches(statement, self._attached(), page_size)

    def insert(self, model: type[MarketsModel] | FromClause, rows: Rows) -> int:
        """Insert many rows: checked as a whole, then sent in batches, each one transaction.

        Args:
            model: an attached model.
            rows: mappings of column names to Python values; instances of the model, whose
                attributes that were not set are left out; a DataFrame, whose named index levels are
                columns too; or a table of Arrow, from polars, pyarrow, duckdb or whatever has the
                PyCapsule interface. A column that is left out gets the database's default, and
                None is NULL. In a DataFrame, what pandas counts as missing (NaN, NaT, NA) is NULL;
                elsewhere NaN is NaN, and NaT and NA are refused. Text of Arrow is parsed for
                columns of UUID and JSON.

        Returns:
            The number of rows inserted.

        Raises:
            InvalidRowsError: a column is unknown or missing, a value is of the wrong type or too
                large, a datetime has no time zone, or two rows have one key. Nothing was sent.
            PartlyWrittenError: a batch failed after others had been written.
            OutcomeUnknownError: the answer to the first batch was lost, and its rows may have been
                written. None of the rows after it were sent.
            StatementError, PlatformError: as :meth:`execute`; then nothing was written.
        """
        return insert_rows(model_of(model), rows, self._attached())

    @overload
    def upsert(
        self,
        model: type[MarketsModel] | FromClause,
        rows: Rows,
        *,
        key: ColumnNames | None = None,
        returning: None = None,
    ) -> int: ...
    @overload
    def upsert(
        self,
        model: type[MarketsModel] | FromClause,
        rows: Rows,
        *,
        key: ColumnNames | None = None,
        returning: ColumnNames,
    ) -> list[Row[*tuple[Any, ...]]]: ...
    def upsert(
        self,
        model: type[MarketsModel] | FromClause,
        rows: Rows,
        *,
        key: ColumnNames | None = None,
        returning: ColumnNames | None = None,
    ) -> int | list[Row[*tuple[Any, ...]]]:
        """Insert many rows, and update those whose key exists where a given value differs.

        Columns that are left out keep their value, and so does the primary key. A second call with
        the same rows changes nothing. A key that only some rows have, as that of a partial index,
        is refused, because the other rows would be inserted again.

        Args:
            model: an attached model.
            rows: as for :meth:`insert`; every row has a value in each column of the key.
            key: the columns that identify a row, as names or attributes, which a unique index or
                constraint of the model is over. None for the natural key: the time index and
                identity dimensions of a time-indexed model, a primary key that callers supply, or
                the one other unique key.
            returning: columns to read of each given row, whether it was written or had the right
                values already, such as the ``uid`` that the database gave it. They are read by the
                key when all rows have been written, in any order.

        Returns:
            The number of rows that were inserted or changed; with ``returning``, their rows.

        Raises:
            InvalidRowsError: as for :meth:`insert`.
            PartlyWrittenError: a batch failed after others had been written.
            StatementError: the model has several unique keys and none was chosen, or the chosen
                one does not exist or does not cover all rows.
            OutcomeUnknownError: as for :meth:`insert`.
            PlatformError: as :meth:`execute`; then nothing was written. With ``returning``, it
                may also be their reading that failed, after all rows had been written.
        """
        if returning is not None:
            return upsert_and_read(model_of(model), rows, key, returning, self._attached())
        return upsert_rows(model_of(model), rows, key, self._attached())

    def delete(
        self, model: type[MarketsModel] | FromClause, rows: Rows, *, key: ColumnNames | None = None
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
            OutcomeUnknownError: the answer to the first batch was lost, and its rows may have been
                deleted. None of the rows after it were sent.
            PlatformError: as :meth:`execute`; then nothing was deleted.
        """
        return delete_rows(model_of(model), rows, key, self._attached())

    def lookup(
        self,
        model: type[MarketsModel] | FromClause,
        identifiers: Iterable[Any],
        *,
        key: ColumnNames | None = None,
    ) -> dict[Any, Any]:
        """Find the primary keys of many rows, such as the ``uid`` of each identifier.

        Args:
            model: an attached model that has a primary key.
            identifiers: values of the key; tuples of them where it has several columns. Any number:
                10,000 are asked for at once.
            key: as for :meth:`upsert`.

        Returns:
            The primary key by identifier, in the form that was given; identifiers that no row has
            are left out.

        Raises:
            InvalidRowsError: an identifier is of the wrong type.
            StatementError, PlatformError: as :meth:`upsert`.
        """
        return look_up(model_of(model), identifiers, key, self._attached())

    def _attached(self) -> Attached:
        tables = {model.__tablename__: table for model, table in self.meta_tables.items()}
        return Attached(tables, self.limits, self.timeout)
