"""What would run from the revision of a database to a target, and which rows would be lost."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Literal

from alembic.operations import Operations
from alembic.operations.ops import (
    AlterColumnOp,
    DropTableOp,
    MigrateOperation,
    RenameTableOp,
)
from alembic.runtime.migration import MigrationStep
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError

from ..errors import MigrationError
from ..hypertables import Hypertable, read_hypertables
from ..inspection.database import Database, revision_directory
from ..inspection.rendering import offline_context
from ..partitions import PartitionedTable, read_partitioned
from ..provider import PACKAGE, MarketsMigration
from ..review.hazards import Effect, effects, novelties
from ..review.recorder import Recording, record
from ..review.schema import Schema
from ..review.subjects import ColumnTypes, targets
from ..review.unread import unread
from ..run.guards import refuse_unknown_rows, refuse_unversioned_tables
from . import hypertables, partitions
from .losses import Loss, losses_of
from .names import NamesBefore
from .phrases import describe

__all__ = ["Loss", "Plan", "RevisionFailedError", "Step", "UnknownTargetError", "make_plan"]

type Direction = Literal["upgrade", "downgrade"]


class UnknownTargetError(MigrationError):
    """There is no path from the revision of the database to the target.

    Attributes:
        target: what was asked for.
        current: the rows of Alembic's version table.
    """

    def __init__(self, message: str, *, target: str, current: Sequence[str]) -> None:
        super().__init__(message)
        self.target = target
        self.current = tuple(current)


class RevisionFailedError(MigrationError):
    """A revision of the plan cannot be read without a database.

    Attributes:
        revision: its id.
        file: its path.
    """

    def __init__(self, message: str, *, revision: str, file: Path) -> None:
        super().__init__(message)
        self.revision = revision
        self.file = file


@dataclass(frozen=True, slots=True)
class _Split:
    """The tables of a database that are split by time, by the names that operations use."""

    chunked: dict[str, Hypertable]
    partitioned: dict[str, PartitionedTable]

    def notes_of(self, op: MigrateOperation) -> Iterator[str]:
        yield from hypertables.notes_of(op, self.chunked)
        yield from partitions.notes_of(op, self.partitioned)

    def follow(self, op: MigrateOperation) -> None:
        """Take the new names that an operation gives."""
        _follow(op, self.chunked)
        _follow(op, self.partitioned)


def _follow[T: (Hypertable, PartitionedTable)](op: MigrateOperation, tables: dict[str, T]) -> None:
    match op:
        case RenameTableOp() if op.table_name in tables:
            tables[op.new_table_name] = tables.pop(op.table_name)
        case AlterColumnOp(modify_name=str(name)) if op.table_name in tables:
            if tables[op.table_name].time == op.column_name:
                tables[op.table_name] = replace(tables[op.table_name], time=name)
        case DropTableOp():
            tables.pop(op.table_name, None)


@dataclass(frozen=True, slots=True)
class _Course:
    """What the steps of a plan leave to the next one.

    Attributes:
        database: where they would run; None for one that has never been migrated.
        split: its tables that are split.
        names: what tables and columns are called now.
        written: tables and columns that they write.
    """

    database: Database | None
    split: _Split
    names: NamesBefore = field(default_factory=NamesBefore)
    written: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Step:
    """One revision of a plan.

    Attributes:
        revision: its id.
        title: its title.
        operations: in order, one line each.
        losses: its destructive operations.
        notes: what is different because a table is split by time, one line each.
    """

    revision: str
    title: str
    operations: tuple[str, ...]
    losses: tuple[Loss, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command would run.

    Attributes:
        direction: upgrade or downgrade.
        current: the rows of Alembic's version table; empty at base.
        target: what was asked for.
        command: the command that runs it.
        steps: the revisions in the order in which they would run.
        sql: their SQL, as one script, without the SDK's SET ROLE and without the fingerprints that
            an upgrade writes into the comment of the version table.
        is_informed: False for a database that was never migrated, which cannot be read.
    """

    direction: Direction
    current: tuple[str, ...]
    target: str
    command: str
    steps: tuple[Step, ...]
    sql: str
    is_informed: bool


def make_plan(provider: MarketsMigration, target: str, database: Database | None) -> Plan:
    """Plan the path to a target, without changing anything.

    Args:
        provider: whose revisions would run.
        target: a revision, ``head``, ``base``, or a number of steps such as ``+1`` or ``-1``.
        database: where to start; None for one that has never been migrated.

    Raises:
        UnknownVersionError: this code does not know the revision of the database.
        UnversionedTablesError: no version row says which revision made the tables.
        UnknownTargetError: there is no path from there to the target.
        RevisionFailedError: a revision on the path raises, or reads the live database.
    """
    script, revisions = revision_directory(provider)
    current = () if database is None else database.revisions()
    refuse_unknown_rows(current, revisions, provider)
    if database is not None and not current:
        refuse_unversioned_tables(database.connection, provider)
    direction, route = _route(script, current, target)
    types = _types_before(script, direction) if route else {}
    runs = [[each.op for each in _recorded(item, direction).operations] for item in route]
    course = _Course(database, _split(provider, database, runs))
    steps = [
        _step(item, run, types[item.revision], course)
        for item, run in zip(route, runs, strict=True)
    ]
    sql = _sql(provider, script, current, direction, route) if route else ""
    if not current and database is not None and database.has_version_table():
        sql = _without_version_table(sql)
    # The CLI would take a target such as -1 for an option.
    describe = ("--", target) if target.startswith("-") else (target,)
    command = provider.command(direction, *describe)
    return Plan(direction, current, target, command, tuple(steps), sql, database is not None)


def _split(
    provider: MarketsMigration,
    database: Database | None,
    runs: Iterable[Iterable[MigrateOperation]],
) -> _Split:
    if database is None:
        return _Split({}, {})
    own = {model.__tablename__ for model in provider.metatable_models}
    # A table that a revision renames has no model of its name before.
    own.update(name for run in runs for op in run for _, name in targets(op))
    partitioned = read_partitioned(database.connection, own)
    return _Split(read_hypertables(database.connection), {each.name: each for each in partitioned})


def _route(
    script: ScriptDirectory, current: tuple[str, ...], target: str
) -> tuple[Direction, list[Script]]:
    try:
        if _is_below(script, current, target):
            down = script.iterate_revisions(current, target, select_for_downgrade=True)
            return "downgrade", list(down)
        # implicit_base, as Alembic's own upgrade does: it includes branches that are not begun yet.
        up = script.iterate_revisions(target, current, implicit_base=True)
        return "upgrade", list(reversed(list(up)))
    except (CommandError, RevisionError) as error:
        at = ", ".join(current) or "base"
        known = sorted(revision.revision for revision in script.walk_revisions())
        raise UnknownTargetError(
            f"There is no path from {at} to {target!r} ({error}); name head, base, a number of "
            f"steps such as +1 or -1, or one of {', '.join(known)}.",
            target=target,
            current=current,
        ) from error


def _is_below(script: ScriptDirectory, current: tuple[str, ...], target: str) -> bool:
    # The SDK's CLI has a command for each direction; here the target decides.
    if target == "base" or target.startswith("-"):
        return True
    if not current or target.startswith("+"):
        return False
    wanted = {revision.revision for revision in script.get_revisions(target)}
    passed = {revision.revision for revision in script.iterate_revisions(current, "base")}
    return wanted <= passed - set(current)


def _types_before(script: ScriptDirectory, direction: Direction) -> dict[str, ColumnTypes]:
    """By revision: the types of columns before it runs in a direction."""
    schema = Schema()
    found: dict[str, ColumnTypes] = {}
    # From the first revision on, because each knows only the types that it changes.
    for revision in reversed(list(script.walk_revisions())):
        before = schema.types()
        for operation in record(revision.module.upgrade, Path(revision.path)).operations:
            schema.apply(operation.op)
        found[revision.revision] = before if direction == "upgrade" else schema.types()
    return found


def _step(
    revision: Script, operations: Sequence[MigrateOperation], types: ColumnTypes, course: _Course
) -> Step:
    """One step; what it renames and writes is added to what earlier ones do."""
    made = novelties(operations)
    # Each once: a backfill in slices does the same to many parts of one table.
    found: dict[Effect, None] = {}
    notes: dict[str, None] = {}
    for op in operations:
        found.update((course.names.before(effect), None) for effect in effects(op, types, made))
        notes.update(dict.fromkeys(course.split.notes_of(op)))
        course.names.follow(op)
        course.split.follow(op)
    losses: list[Loss] = []
    for effect in found:
        losses += losses_of(effect, course.database, course.written)
        if effect.hazard == "rewrite-rows":
            course.written.update((effect.table, column) for column in effect.columns)
    lines = tuple(_described(operations))
    return Step(revision.revision, revision.doc, lines, tuple(losses), tuple(notes))


def _described(operations: Iterable[MigrateOperation]) -> Iterator[str]:
    """One line for each operation, and one for those in a row that are alike."""
    for line, alike in groupby(map(describe, operations)):
        count = len(list(alike))
        yield line if count == 1 else f"{line} ({count} times)"


def _recorded(revision: Script, direction: Direction) -> Recording:
    file = Path(revision.path)
    run = record(vars(revision.module)[direction], file)
    if run.failure is not None:
        error, location = run.failure
        fault = f"raises {type(error).__name__} at line {location.line} ({error})"
    elif found := unread(run, file):
        what, line = found
        fault = f"{what} at line {line}"
    else:
        return run
    raise RevisionFailedError(
        f"The {direction} of {revision.revision} in {file} {fault}, so it cannot be planned; "
        f"see `python -m {PACKAGE}.review {revision.revision}`.",
        revision=revision.revision,
        file=file,
    )


def _sql(
    provider: MarketsMigration,
    script: ScriptDirectory,
    current: tuple[str, ...],
    direction: Direction,
    route: Sequence[Script],
) -> str:
    step_of = (
        MigrationStep.upgrade_from_script
        if direction == "upgrade"
        else MigrationStep.downgrade_from_script
    )
    output = io.StringIO()
    context = offline_context(
        output,
        target_metadata=provider.target_metadata,
        version_table=provider.version_table,
        version_table_schema=provider.version_table_schema,
        starting_rev=current,
        fn=lambda _heads, _context: [step_of(script.revision_map, revision) for revision in route],
    )
    with Operations.context(context), context.begin_transaction():
        context.run_migrations()
    return output.getvalue().strip()


def _without_version_table(sql: str) -> str:
    """The script of an upgrade from base without the CREATE TABLE of Alembic's version table.

    A downgrade to base keeps that table. Alembic renders without a database, so it always creates
    the table first.
    """
    begin, _, rest = sql.partition("CREATE TABLE")
    return begin + "-- Running" + rest.partition("-- Running")[2] if rest else sql
