"""The rows and values that a downgrade would lose, counted before it runs."""

from collections.abc import Iterator, Sequence

from alembic.operations.ops import AlterColumnOp, MigrateOperation, RenameTableOp
from sqlalchemy import Connection

from ..plan.rows import count_rows, count_values
from ..review import Recording
from ..review.hazards import Effect, effects, novelties

__all__ = ["losses_of_downgrade"]


def losses_of_downgrade(connection: Connection, recordings: Sequence[Recording]) -> list[str]:
    """What is lost, each as a table, or its columns, with a number of rows.

    Tables without rows and columns without values lose nothing.

    Args:
        connection: as the owner role.
        recordings: of ``downgrade()``, in the order in which they run.
    """
    names = _Names()
    found: dict[str, None] = {}
    for recording in recordings:
        operations = [operation.op for operation in recording.operations]
        made = novelties(operations)
        for op in operations:
            # The types are not needed: a downgrade that narrows one fails where a value is lost.
            for effect in effects(op, {}, made):
                found.update(dict.fromkeys(_lost(connection, effect, names)))
            names.follow(op)
    return list(found)


def _lost(connection: Connection, effect: Effect, names: "_Names") -> Iterator[str]:
    table = names.table(effect.table)
    if effect.hazard == "drop-column" and effect.columns:
        (column,) = effect.columns
        column = names.column(table, column)
        rows = count_values(connection, effect.schema, table, column)
        what = f"{table}.{column}"
    elif effect.hazard in {"drop-table", "delete-rows", "rewrite-rows"}:
        rows = count_rows(connection, effect.schema, table)
        what = ".".join([table, *effect.columns[:1]]) if len(effect.columns) == 1 else table
    elif effect.hazard == "unread-sql":
        yield f"whatever SQL does that {effect.detail}"
        return
    else:
        return
    if rows is not None and rows.number > 0:
        yield f"{what} ({'up to ' if effect.is_filtered else ''}{rows})"


class _Names:
    """What tables and columns are called before the run, although it renames some."""

    def __init__(self) -> None:
        self._tables: dict[str, str] = {}
        self._columns: dict[tuple[str, str], str] = {}

    def table(self, name: str) -> str:
        return self._tables.get(name, name)

    def column(self, table: str, name: str) -> str:
        return self._columns.get((table, name), name)

    def follow(self, op: MigrateOperation) -> None:
        match op:
            case RenameTableOp():
                self._tables[op.new_table_name] = self.table(op.table_name)
            case AlterColumnOp(modify_name=str(name)):
                table = self.table(op.table_name)
                self._columns[table, name] = self.column(table, op.column_name)
