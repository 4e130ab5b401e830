"""What a statement may not use although it names no table: row types, and functions of rows."""

from collections.abc import Collection
from typing import Any

from psycopg import Connection

from msm_local.errors import StatementRefusedError
from msm_local.repositories import physical
from msm_local.sql.parser import PUBLIC, Statement, TableName

__all__ = ["check_hidden"]


def check_hidden(
    connection: Connection[Any], statement: Statement, readable: Collection[TableName]
) -> None:
    """Refuse uses of tables that the statement's tables do not show.

    Args:
        connection: of the platform role.
        statement: what is to run.
        readable: the tables that it may read.

    Raises:
        StatementRefusedError: it uses the row type of another table, or calls a function.
    """
    # A cast to the row type of a table shows the table's columns.
    typed = {(PUBLIC, name) for name in physical.find_relations(connection, statement.types)}
    hidden = sorted(".".join(name) for name in typed - set(readable))
    if hidden:
        raise StatementRefusedError(
            f"The statement uses the row type of {', '.join(hidden)}, which is not among the "
            "tables that it may read."
        )
    # PostgreSQL reads a.f as f(a) if a has no column f: that is a call too.
    called = physical.find_row_functions(connection, list(statement.members))
    if called:
        raise StatementRefusedError(
            f"Operations may not call {', '.join(called)}, not even after a dot; compute the value "
            "in Python, or use a function of the allow-list."
        )
