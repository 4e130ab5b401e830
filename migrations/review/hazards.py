"""Operations that lose data, or that fail if rows do not fit; review and plan use it."""

from collections.abc import Iterator
from typing import Any, Literal

from alembic.operations.ops import AlterColumnOp, DropColumnOp, DropTableOp, MigrateOperation
from sqlalchemy import REAL, BigInteger, Enum, Float, Integer, Numeric, SmallInteger, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from .subjects import ColumnTypes

__all__ = ["Hazard", "hazards", "old_type", "sql_type", "widens"]

# The names are those of the rules, which a revision acknowledges.
type Hazard = Literal["drop-table", "drop-column", "narrow-type", "set-not-null"]


def hazards(op: MigrateOperation, types: ColumnTypes) -> Iterator[Hazard]:
    """The hazards of an operation.

    Args:
        op: the operation.
        types: of columns before it, from earlier revisions.
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
            # Only the revision says whether the column may hold NULL: where it does not, assume so.
            if op.modify_nullable is False and op.existing_nullable is not False:
                yield "set-not-null"


def old_type(op: AlterColumnOp, types: ColumnTypes) -> TypeEngine[Any] | None:
    """A column's type before an operation: from the history, or else from the operation."""
    # The history first: an author can write a wrong existing_type, which Alembic does not check.
    return types.get((op.table_name, op.column_name), op.existing_type)


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
