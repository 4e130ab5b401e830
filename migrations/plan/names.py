"""What tables and columns are called before a run that renames some."""

from dataclasses import replace

from alembic.operations.ops import (
    AlterColumnOp,
    ExecuteSQLOp,
    MigrateOperation,
    RenameTableOp,
)

from ..review.hazards import Effect
from ..review.statements import moves

__all__ = ["NamesBefore"]


class NamesBefore:
    """The names that the database has now, by those that the operations use.

    A run calls :meth:`follow` with each of its operations, in order.
    """

    def __init__(self) -> None:
        self._tables: dict[str, str] = {}
        self._columns: dict[tuple[str, str], str] = {}

    def table(self, name: str) -> str:
        """What a table is called before the run."""
        return self._tables.get(name, name)

    def column(self, table: str, name: str) -> str:
        """What a column is called before the run, of a table by its name before the run."""
        return self._columns.get((table, name), name)

    def before(self, effect: Effect) -> Effect:
        """An effect, on the table and the columns as they are called before the run."""
        table = self.table(effect.table)
        columns = tuple(self.column(table, name) for name in effect.columns)
        return replace(effect, table=table, columns=columns)

    def follow(self, op: MigrateOperation) -> None:
        """Take the new names that an operation gives."""
        match op:
            case RenameTableOp():
                self._rename(op.table_name, None, op.new_table_name)
            case AlterColumnOp(modify_name=str(name)):
                self._rename(op.table_name, op.column_name, name)
            case ExecuteSQLOp():
                for table, column, name in moves(op.sqltext):
                    self._rename(table, column, name)

    def _rename(self, table: str, column: str | None, new: str) -> None:
        before = self.table(table)
        if column is None:
            self._tables[new] = before
        else:
            self._columns[before, new] = self.column(before, column)
