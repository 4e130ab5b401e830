"""What an operation does that cannot be undone, or that rows may forbid; review and plan ask it."""

from collections.abc import Iterator
from typing import Any, Literal

from alembic.operations.ops import AlterColumnOp, DropColumnOp, DropTableOp, MigrateOperation
from sqlalchemy import REAL, BigInteger, Enum, Float, Integer, Numeric, SmallInteger, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from .subjects import ColumnTypes

__all__ = ["Hazard", "hazards", "old_type", "sql_type", "widens"]

type Hazard = Literal["drop-table", "drop-column", "narrow-type", "set-not-null"]


def hazards(op: MigrateOperation, types: ColumnTypes) -> Iterator[Hazard]:
    """The names of the rules that an operation answers to.

    Args:
        op: the operation.
        types: of columns before it, as earlier revisions gave them.
    """
    match op:
        case DropTableOp():
            yield "drop-table"
        case DropColumnOp():
            yield "drop-column"
        case AlterColumnOp():
            old = old_type(op, types)
            if op.modify_type is not None and (old is None or not widens(old, op.modify_type)):
                yield "narrow-type"
            if op.modify_nullable is False and op.existing_nullable is not False:
                yield "set-not-null"


def old_type(op: AlterColumnOp, types: ColumnTypes) -> TypeEngine[Any] | None:
    """A column's type before an operation: as the history has it, else as the operation claims."""
    return types.get((op.table_name, op.column_name), op.existing_type)


def widens(old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Whether every value of one type has its place in the other; False where that is not known."""
    if sql_type(old) == sql_type(new):
        return True
    match old, new:
        case (Enum(), String()):
            return new.length is None
        case (String(), String()):
            return not isinstance(new, Enum) and _fits(old.length, new.length)
        case (Integer(), Integer()):
            return _integer_bytes(old) <= _integer_bytes(new)
        case (Float(), Float()):
            return _is_double(new) or not _is_double(old)
        case (Float(), _) | (_, Float()):
            return False
        case (Numeric(), Numeric()):
            return _numeric_fits(old, new)
    return False


def sql_type(kind: TypeEngine[Any]) -> str:
    """A type in PostgreSQL's words."""
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
    """PostgreSQL has two: up to 24 bits are real, and no number of bits means all 53."""
    return not isinstance(kind, REAL) and (kind.precision is None or kind.precision > 24)


def _numeric_fits(old: Numeric[Any], new: Numeric[Any]) -> bool:
    if new.precision is None:
        return True
    if old.precision is None:
        return False
    old_scale, new_scale = old.scale or 0, new.scale or 0
    return old_scale <= new_scale and old.precision - old_scale <= new.precision - new_scale
