"""Rules about what cannot be undone: refused unless the revision gives a reason.

A revision answers such a rule by name, at module level::

    acknowledged = {"drop-column": "Nothing has written it since 1007, and no reader is left."}
"""

from collections.abc import Iterator
from typing import Any

from alembic.operations.ops import AlterColumnOp, DropColumnOp, DropTableOp
from sqlalchemy import REAL, BigInteger, Enum, Float, Integer, Numeric, SmallInteger, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

from ..history import Revision
from .base import Fault, Rule, rule

__all__ = ["DESTRUCTIVE", "widens"]

ANSWER = 'then give the reason in acknowledged = {"RULE": "..."}.'


def _answer(name: str, first: str) -> str:
    return f"{first}, {ANSWER.replace('RULE', name)}"


@rule("drop-table", to_do=_answer("drop-table", "Keep the table until nothing reads it"))
def drop_table(revision: Revision) -> Iterator[Fault]:
    """A table dropped by ``upgrade()``."""
    for operation in revision.upgrade.operations:
        if isinstance(operation.op, DropTableOp):
            why = f"The table {operation.op.table_name} is dropped with its rows."
            yield Fault(operation.place, why)


@rule("drop-column", to_do=_answer("drop-column", "Keep the column until nothing reads it"))
def drop_column(revision: Revision) -> Iterator[Fault]:
    """A column dropped by ``upgrade()``."""
    for operation in revision.upgrade.operations:
        if isinstance(operation.op, DropColumnOp):
            name = f"{operation.op.table_name}.{operation.op.column_name}"
            yield Fault(operation.place, f"The column {name} is dropped with its values.")


@rule("set-not-null", to_do=_answer("set-not-null", "Fill the column and stop writing NULL to it"))
def set_not_null(revision: Revision) -> Iterator[Fault]:
    """NOT NULL on a column that may hold NULL."""
    for operation in revision.upgrade.operations:
        op = operation.op
        if (
            isinstance(op, AlterColumnOp)
            and op.modify_nullable is False
            and op.existing_nullable is not False
        ):
            why = (
                f"{op.table_name}.{op.column_name} becomes NOT NULL: that fails where a row holds "
                "NULL, and afterwards where the previous release writes one."
            )
            yield Fault(operation.place, why)


@rule("narrow-type", to_do=_answer("narrow-type", "Make sure that every value fits"))
def narrow_type(revision: Revision) -> Iterator[Fault]:
    """A type that is not known to hold every value of the old one."""
    for operation in revision.upgrade.operations:
        op = operation.op
        if not isinstance(op, AlterColumnOp) or op.modify_type is None:
            continue
        known = revision.column_types.get((op.table_name, op.column_name))
        old = op.existing_type if op.existing_type is not None else known
        if old is None or not widens(old, op.modify_type):
            before = "an unknown type" if old is None else _sql(old)
            why = (
                f"{op.table_name}.{op.column_name} goes from {before} to {_sql(op.modify_type)}, "
                "which may not hold every value."
            )
            yield Fault(operation.place, why)


def widens(old: TypeEngine[Any], new: TypeEngine[Any]) -> bool:
    """Whether every value of one type has its place in the other; False where that is not known."""
    if _sql(old) == _sql(new):
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


def _sql(kind: TypeEngine[Any]) -> str:
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


DESTRUCTIVE: tuple[Rule, ...] = (drop_table, drop_column, narrow_type, set_not_null)
