"""The attached models of one process, and the operations they allow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msm.base import MarketsModel
from msm.errors import ResultTruncatedError
from msm.platform import probe_loopback, refusals_of
from msm.results import Result, decode_rows
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
