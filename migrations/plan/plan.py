"""What would run from the revision of a database to a target, and which rows would be lost."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from alembic.operations import Operations
from alembic.operations.ops import MigrateOperation
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
from ..review.hazards import effects, novelties
from ..review.recorder import Recording, record
from ..review.schema import Schema
from ..review.subjects import ColumnTypes
from ..run.guards import refuse_unknown_rows, refuse_unversioned_tables
from . import hypertables, partitions
from .losses import Loss, losses_of
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
    """The tables of a database that are split by time, by name."""

    chunked: Mapping[str, Hypertable]
    partitioned: Mapping[str, PartitionedTable]

    def notes_of(self, op: MigrateOperation) -> Iterator[str]:
        yield from hypertables.notes_of(op, self.chunked)
        yield from partitions.notes_of(op, self.partitioned)


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
    split = _split(provider, database)
    written: set[tuple[str, str]] = set()
    steps = [
        _step(item, direction, database, types[item.revision], split, written) for item in route
    ]
    sql = _sql(provider, script, current, direction, route) if route else ""
    if not current and database is not None and database.has_version_table():
        sql = _without_version_table(sql)
    # The CLI would take a target such as -1 for an option.
    describe = ("--", target) if target.startswith("-") else (target,)
    command = provider.command(direction, *describe)
    return Plan(direction, current, target, command, tuple(steps), sql, database is not None)


def _split(provider: MarketsMigration, database: Database | None) -> _Split:
    if database is None:
        return _Split({}, {})
    own = [model.__tablename__ for model in provider.metatable_models]
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
    revision: Script,
    direction: Direction,
    database: Database | None,
    types: ColumnTypes,
    split: _Split,
    written: set[tuple[str, str]],
) -> Step:
    """One step; the columns that it writes are added to those that earlier ones write."""
    run = _recorded(revision, direction)
    operations = [operation.op for operation in run.operations]
    made = novelties(operations)
    # Each once: a backfill in slices does the same to many parts of one table.
    found = dict.fromkeys(effect for op in operations for effect in effects(op, types, made))
    losses: list[Loss] = []
    for effect in found:
        losses += losses_of(effect, database, written)
        if effect.hazard == "rewrite-rows":
            written |= {(effect.table, column) for column in effect.columns}
    notes = dict.fromkeys(note for op in operations for note in split.notes_of(op))
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
    elif run.lookups:
        fault = f"asks for a connection at line {run.lookups[0].line}"
    elif run.batches:
        fault = f"uses batch_alter_table at line {run.batches[0].line}"
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
