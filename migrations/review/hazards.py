"""Operations that lose data, or that fail if rows do not fit; review and plan use it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateTableOp,
    DropColumnOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
)
from sqlalchemy import REAL, BigInteger, Enum, Float, Integer, Numeric, SmallInteger, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from .statements import Change, ChangeKind, Unreadable, changes
from .subjects import ColumnTypes

__all__ = [
    "TRUNCATE",
    "TRUNCATE_CASCADE",
    "Effect",
    "Hazard",
    "Novelties",
    "effects",
    "novelties",
    "sql_type",
    "widens",
]

# The names are those of the rules, which a revision acknowledges.
type Hazard = Literal[
    "drop-table",
    "drop-column",
    "narrow-type",
    "set-not-null",
    "delete-rows",
    "rewrite-rows",
    "unread-sql",
]
# Tables, as (name, None), and columns, as (table, name).
type Novelties = Collection[tuple[str, str | None]]

HAZARDS: dict[ChangeKind, Hazard] = {
    "delete": "delete-rows",
    "truncate": "delete-rows",
    "truncate-cascade": "delete-rows",
    "rewrite": "rewrite-rows",
    "drop-table": "drop-table",
    "drop-column": "drop-column",
    "change-type": "narrow-type",
    "set-not-null": "set-not-null",
}
# Details of effects: with CASCADE, the rows of every table that refers to the first one go too.
TRUNCATE, TRUNCATE_CASCADE = "truncate", "truncate with CASCADE"
DETAILS: dict[ChangeKind, str] = {
    "truncate": TRUNCATE,
    "truncate-cascade": TRUNCATE_CASCADE,
    "change-type": "gets another type in SQL text",
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What an operation loses, or fails on where rows do not fit.

    Attributes:
        hazard: its kind.
        schema: of the table; None if the operation does not name it.
        table: the table; empty if it is not known.
        columns: those that are concerned, sorted; empty for whole rows.
        is_filtered: whether it may leave rows of the table as they are.
        detail: what a message says besides; may be empty.
        becomes: the type that its column gets; None if it gets none, or in SQL text.
        using: the expression that converts the old values to it; None for PostgreSQL's own cast.
    """

    hazard: Hazard
    schema: str | None
    table: str
    columns: tuple[str, ...] = ()
    is_filtered: bool = False
    detail: str = ""
    becomes: TypeEngine[Any] | None = field(default=None, compare=False)
    using: str | None = None

    @property
    def subject(self) -> str:
        """The table, with its column where it is about one."""
        return ".".join([self.table, *self.columns]) if len(self.columns) == 1 else self.table


def novelties(operations: Iterable[MigrateOperation]) -> Novelties:
    """The tables and columns that operations make, and whose rows or values nobody can miss."""
    made: set[tuple[str, str | None]] = set()
    for op in operations:
        # Not of a rename: the rows of a renamed table are old.
        if isinstance(op, CreateTableOp):
            made.add((op.table_name, None))
        elif isinstance(op, AddColumnOp):
            made.add((op.table_name, op.column.name))
    return made


def effects(
    op: MigrateOperation, types: ColumnTypes, made: Novelties = frozenset()
) -> Iterator[Effect]:
    """What an operation loses, or may fail on.

    Args:
        op: the operation.
        types: of columns before it, from earlier revisions.
        made: what the same function of the revision makes.
    """
    match op:
        case DropTableOp():
            yield Effect("drop-table", op.schema, op.table_name)
        case DropColumnOp():
            yield Effect("drop-column", op.schema, op.table_name, (op.column_name,))
        case AlterColumnOp():
            yield from _altered(op, types)
        case ExecuteSQLOp():
            for change in changes(op.sqltext):
                if isinstance(change, Unreadable):
                    yield Effect("unread-sql", None, "", detail=change.reason)
                elif not _is_new(change, made):
                    yield _effect(change)


def _altered(op: AlterColumnOp, types: ColumnTypes) -> Iterator[Effect]:
    # The history first: an author can write a wrong existing_type, which Alembic does not check.
    old = types.get((op.table_name, op.column_name), op.existing_type)
    new = op.modify_type
    if new is not None and (old is None or not widens(old, new)):
        before = "an unknown type" if old is None else sql_type(old)
        detail = f"goes from {before} to {sql_type(new)}"
        yield Effect(
            "narrow-type",
            op.schema,
            op.table_name,
            (op.column_name,),
            detail=detail,
            becomes=new,
            using=op.kw.get("postgresql_using"),
        )
    # Only the revision says whether the column may hold NULL: where it does not, assume so.
    if op.modify_nullable is False and op.existing_nullable is not False:
        yield Effect("set-not-null", op.schema, op.table_name, (op.column_name,))


def _is_new(change: Change, made: Novelties) -> bool:
    """Whether the rows, or the values that are set, are those of this revision."""
    # With CASCADE, other tables are emptied too.
    if change.kind not in {"delete", "truncate", "rewrite"}:
        return False
    if (change.table, None) in made:
        return True
    return bool(change.columns) and all((change.table, name) in made for name in change.columns)


def _effect(change: Change) -> Effect:
    columns = tuple(sorted(change.columns))
    hazard, detail = HAZARDS[change.kind], DETAILS.get(change.kind, "")
    return Effect(hazard, change.schema, change.table, columns, change.is_filtered, detail)


def widens(old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Whether every value of one type fits in the other; False if that is not known."""
    if sql_type(old) == sql_type(new):
        return True
    match old, new:
        case (Enum(), String()):
            # A label may be longer than the new length.
            return new.length is None
        case (String(), String()):
            return not isinstance(new, Enum) and _fits(old.length, new.length)
        case (Integer(), Integer()):
            return _integer_bytes(old) <= _integer_bytes(new)
        case (Float(), Float()):
            return _is_double(new) or not _is_double(old)
        # A conversion between binary and decimal rounds.
        case (Float(), _) | (_, Float()):
            return False
        case (Numeric(), Numeric()):
            return _numeric_fits(old, new)
    return False


def sql_type(kind: TypeEngine[Any]) -> str:
    """A type as PostgreSQL writes it."""
    return kind.compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]


def _fits(old: int | None, new: int | None) -> bool:
    return new is None or (old is not None and old <= new)


def _integer_bytes(kind: Integer) -> int:
    match kind:
        case SmallInteger():
            return 2
        case BigInteger():
            return 8
    return 4


def _is_double(kind: Float[Any]) -> bool:
    """Whether PostgreSQL stores it in 8 bytes."""
    # float(1) to float(24) are real; more bits, or no number, are double precision.
    return not isinstance(kind, REAL) and (kind.precision is None or kind.precision > 24)


def _numeric_fits(old: Numeric[Any], new: Numeric[Any]) -> bool:
    if new.precision is None:
        return True
    if old.precision is None:
        return False
    # Digits on both sides of the point: NUMERIC(10, 4) has fewer before it than NUMERIC(10, 2).
    old_scale, new_scale = old.scale or 0, new.scale or 0
    return old_scale <= new_scale and old.precision - old_scale <= new.precision - new_scale
