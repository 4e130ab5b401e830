"""Which steps of the catalog's schema a database has."""

from typing import Any

from psycopg import Connection

__all__ = ["read_steps", "record_step"]


def read_steps(connection: Connection[Any]) -> set[int]:
    """The numbers of the steps that were applied."""
    return {row[0] for row in connection.execute("SELECT number FROM msm_local.schema_version")}


def record_step(connection: Connection[Any], number: int, name: str) -> None:
    """Record that a step was applied."""
    connection.execute(
        "INSERT INTO msm_local.schema_version (number, name) VALUES (%s, %s)", [number, name]
    )
