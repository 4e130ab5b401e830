"""Runs ``upgrade()`` or ``downgrade()`` without a database, and records its operations."""

import io
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from alembic.operations import BatchOperations, Operations
from alembic.operations.ops import (
    AddColumnOp,
    CreateIndexOp,
    CreateTableOp,
    DropConstraintOp,
    DropIndexOp,
    ExecuteSQLOp,
    MigrateOperation,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Index
from sqlalchemy.exc import CompileError, IdentifierError

from ..autogenerate import DIALECT
from ..inspection.rendering import offline_options

__all__ = ["Location", "Operation", "Recording", "record"]


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A line of a revision's file; the first is 1."""

    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Operation:
    """One Alembic operation of a revision.

    Attributes:
        op: the operation, as Alembic describes it.
        location: where the revision calls it.
        block: the number, from 1, of its autocommit block; 0 outside of any.
        sql_line: the line, from 1, where its SQL begins in the SQL of the recording.
        is_nameless: whether its index or constraint has no name.
    """

    op: MigrateOperation
    location: Location
    block: int
    sql_line: int
    is_nameless: bool


@dataclass(slots=True)
class Recording:
    """What one call of ``upgrade()`` or ``downgrade()`` did.

    Attributes:
        operations: in order; those inside ``batch_alter_table`` are not among them.
        batches: where ``batch_alter_table`` was called.
        blocks: where each autocommit block begins.
        lookups: where it asked for a connection, which ends the recording.
        failure: what the revision raised, and where; None if it ran to its end.
        is_cut: whether the failure ended it, so that what follows it is missing.
        sql: PostgreSQL statements, as ``--sql`` renders them.
    """

    operations: list[Operation] = field(default_factory=list)
    batches: list[Location] = field(default_factory=list)
    blocks: list[Location] = field(default_factory=list)
    lookups: list[Location] = field(default_factory=list)
    failure: tuple[Exception, Location] | None = None
    is_cut: bool = False
    sql: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it ended without doing anything."""
        return not (self.operations or self.batches or self.lookups or self.failure)


def record(function: Callable[[], object], file: Path, *, with_sql: bool = True) -> Recording:
    """Run a function of a revision against a context that records.

    Args:
        function: ``upgrade`` or ``downgrade`` of a loaded revision.
        file: the path of the revision, as in its code objects.
        with_sql: whether to render SQL, which takes longer than all the rest.

    Returns:
        What it did. An exception of the revision is recorded, not raised.
    """
    return _Recorder(file, with_sql=with_sql).record(function)


def _is_nameless(op: MigrateOperation) -> bool:
    # Asked before the operation runs, because SQLAlchemy then gives an index a name.
    match op:
        case CreateTableOp():
            return any(isinstance(item, Index) and item.name is None for item in op.columns)
        case CreateIndexOp() | DropIndexOp():
            return op.index_name is None
        case DropConstraintOp():
            return op.constraint_name is None
    return False


class _LookupError(Exception):
    """The revision asked for a connection."""


class _NoConnection:
    """Stands where a context has its connection; any use of it ends the recording."""

    def __init__(self, recorder: "_Recorder") -> None:
        self._recorder = recorder

    def __getattr__(self, name: str) -> Any:
        return self._recorder.get_bind()


class _Context(MigrationContext):
    """An offline context for PostgreSQL that counts autocommit blocks instead of committing."""

    def __init__(self, recorder: "_Recorder") -> None:
        super().__init__(DIALECT, None, offline_options(recorder.output))
        self.recorder = recorder
        # Alembic's own would take SQL and keep no operation.
        self.connection = cast("Connection", _NoConnection(recorder))
        self.block = 0

    @contextmanager
    def autocommit_block(self) -> Iterator[None]:
        """Count the block, so that its operations get its number."""
        blocks = self.recorder.recording.blocks
        blocks.append(self.recorder.location_of_call())
        self.block = len(blocks)
        yield
        self.block = 0

    def execute(self, sql: Any, execution_options: dict[str, Any] | None = None) -> None:
        """Record it like ``op.execute``."""
        self.recorder.invoke(ExecuteSQLOp(sql, execution_options=execution_options))

    @property
    def bind(self) -> Any:
        """There is no connection; asking for one ends the recording."""
        return self.recorder.get_bind()


class _Recorder:
    def __init__(self, file: Path, *, with_sql: bool) -> None:
        self.file = file
        self.with_sql = with_sql
        self.recording = Recording()
        self.output = io.StringIO()
        self.context = _Context(self)

    def record(self, function: Callable[[], object]) -> Recording:
        with Operations.context(self.context) as self.operations:
            # Operations.context() makes no subclass; its instance is what `alembic.op` calls.
            for name in ("invoke", "get_bind", "batch_alter_table"):
                setattr(self.operations, name, getattr(self, name))
            try:
                function()
            except _LookupError:
                pass  # It is in self.recording.lookups.
            except Exception as error:  # noqa: BLE001 - whatever a revision raises is a finding
                self.recording.failure = error, self.location_of(error)
                self.recording.is_cut = True
        self.recording.sql = self.output.getvalue()
        return self.recording

    def invoke(self, op: MigrateOperation) -> Any:
        line = self.output.getvalue().count("\n") + 1
        nameless = _is_nameless(op)
        self.recording.operations.append(
            Operation(op, self.location_of_call(), self.context.block, line, nameless)
        )
        # Alembic cannot render what has no name. A table can be rendered without the name of its
        # index. By running them, tables and columns get what they consist of.
        if (nameless or not self.with_sql) and not isinstance(op, CreateTableOp | AddColumnOp):
            return None
        try:
            return Operations.invoke(self.operations, op)
        except IdentifierError:
            return None  # A name that is too long: a rule finds it in the operation.
        except CompileError as error:
            # A value that cannot be written as SQL stops --sql, not a run on a database, so what
            # follows it counts too.
            self.recording.failure = self.recording.failure or (error, self.location_of_call())
            return None

    def get_bind(self) -> Any:
        self.recording.lookups.append(self.location_of_call())
        raise _LookupError

    @contextmanager
    def batch_alter_table(self, *args: Any, **kwargs: Any) -> Iterator[BatchOperations]:
        self.recording.batches.append(self.location_of_call())
        with Operations.batch_alter_table(self.operations, *args, **kwargs) as batch:
            yield batch

    def location_of_call(self) -> Location:
        """The innermost line of the revision on the stack."""
        # Walked rather than extracted: extract_stack() reads the source of every frame.
        lines = (
            line
            for frame, line in traceback.walk_stack(None)
            if frame.f_code.co_filename == str(self.file)
        )
        return Location(self.file, next(lines, 1))

    def location_of(self, error: Exception) -> Location:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(self.file)]
        return Location(self.file, lines[-1] if lines and lines[-1] else 1)
