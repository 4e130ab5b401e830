"""The rows and values that a downgrade would lose, counted before it runs."""

from collections.abc import Iterator, Sequence

from alembic.operations.ops import AlterColumnOp, MigrateOperation
from sqlalchemy import Connection

from ..plan.cascades import Cascade, cascades
from ..plan.names import NamesBefore
from ..plan.rows import column_type, count_converted, count_rows, count_values
from ..review import Recording
from ..review.hazards import Effect, effects, novelties
from ..review.subjects import ColumnTypes

__all__ = ["losses_of_downgrade"]


def losses_of_downgrade(connection: Connection, recordings: Sequence[Recording]) -> list[str]:
    """What is lost, each as a table, or its columns, with a number of rows.

    Tables without rows and columns without values lose nothing.

    Args:
        connection: as the owner role.
        recordings: of ``downgrade()``, in the order in which they run.
    """
    names = NamesBefore()
    found: dict[str, None] = {}
    for recording in recordings:
        operations = [operation.op for operation in recording.operations]
        made = novelties(operations)
        for op in operations:
            for effect in effects(op, _types(connection, op, names), made):
                found.update(dict.fromkeys(_lost(connection, names.before(effect))))
            names.follow(op)
    return list(found)


def _types(connection: Connection, op: MigrateOperation, names: NamesBefore) -> ColumnTypes:
    """The type that the column of an operation has now, where it gets another one."""
    if not isinstance(op, AlterColumnOp) or op.modify_type is None:
        return {}
    table = names.table(op.table_name)
    kind = column_type(connection, op.schema, table, names.column(table, op.column_name))
    return {} if kind is None else {(op.table_name, op.column_name): kind}


def _lost(connection: Connection, effect: Effect) -> Iterator[str]:
    """What is lost, of tables and columns with the names that they have before the run."""
    table, place = effect.table, (connection, effect.schema, effect.table)
    what = effect.subject
    if effect.hazard == "drop-column" and effect.columns:
        rows = count_values(*place, effect.columns[0])
    elif effect.becomes is not None:
        conversion = count_converted(*place, effect.columns[0], effect.becomes, effect.using)
        changed = None if conversion is None else conversion.rows
        # Where it fails, everything is rolled back.
        if conversion and not conversion.fails and changed and changed.number:
            yield f"{what} ({changed}, whose value {conversion.verb})"
        return
    elif effect.hazard in {"drop-table", "delete-rows", "rewrite-rows"}:
        rows = count_rows(*place)
        what = what if len(effect.columns) == 1 else table
    elif effect.hazard == "unread-sql":
        yield f"whatever SQL does that {effect.detail}"
        return
    else:
        return
    if rows is not None and rows.number > 0:
        yield f"{what} ({'up to ' if effect.is_filtered else ''}{rows})"
    for cascade in cascades(connection, effect):
        yield _lost_by(cascade)


def _lost_by(cascade: Cascade) -> str:
    effect, rows = cascade.effect, cascade.rows
    if rows is None:
        return f"{effect.table} (rows that this role may not count)"
    return f"{effect.subject} ({'up to ' if effect.is_filtered else ''}{rows})"
