"""The operations that make a part of a table what its model says."""

from collections.abc import Iterator

from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateIndexOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    ExecuteSQLOp,
    MigrateOperation,
)
from sqlalchemy import Identity, Table

from ..autogenerate import DIALECT
from .definitions import Changed

__all__ = ["operations_for"]


def operations_for(changed: Changed, table: Table) -> Iterator[MigrateOperation]:
    """What to run.

    Args:
        changed: what differs.
        table: the table of the model.
    """
    match changed.part.kind:
        case "table":
            yield ExecuteSQLOp(_storage(changed, table))
        case "column":
            yield from _of_column(changed, table)
        case "index":
            [index] = [each for each in list(table.indexes) if each.name == changed.part.name]
            yield DropIndexOp.from_index(index)
            yield CreateIndexOp.from_index(index)
        case "constraint":
            if changed.stored is not None:
                yield DropConstraintOp(changed.part.name, table.name, schema=table.schema)
            # A list, because a constraint that an operation makes joins the table.
            for constraint in list(table.constraints):
                if constraint.name == changed.part.name:
                    yield AddConstraintOp.from_constraint(constraint)


def _of_column(changed: Changed, table: Table) -> Iterator[MigrateOperation]:
    column = table.columns[changed.part.name]
    match changed.part.facet:
        case "computed value":
            # PostgreSQL changes no column of values into a computed one.
            yield DropColumnOp(table.name, column.name, schema=table.schema)
            yield AddColumnOp.from_column(column)
        case "type" | "collation":
            yield AlterColumnOp(
                table.name, column.name, schema=table.schema, modify_type=column.type
            )
        case "identity":
            was = None if changed.stored is None else Identity(always=changed.stored == "ALWAYS")
            yield AlterColumnOp(
                table.name,
                column.name,
                schema=table.schema,
                existing_server_default=was or False,
                modify_server_default=column.identity,
            )
        case _:
            yield AlterColumnOp(
                table.name,
                column.name,
                schema=table.schema,
                modify_server_default=column.server_default,
            )


def _storage(changed: Changed, table: Table) -> str:
    name = DIALECT.identifier_preparer.format_table(table)
    if changed.authored is not None:
        return f"ALTER TABLE {name} SET ({changed.authored})"
    names = [part.partition("=")[0] for part in (changed.stored or "").split(", ")]
    return f"ALTER TABLE {name} RESET ({', '.join(names)})"
