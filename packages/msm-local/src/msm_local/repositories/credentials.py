"""The migration credentials that were issued."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

__all__ = [
    "count_overdue",
    "expired",
    "insert",
    "mark_dropped",
    "next_expiry",
    "release",
    "undropped",
]


def insert(
    connection: Connection[Any], *, role_name: str, meta_table_uid: UUID, expires_at: datetime
) -> UUID:
    """Record a credential, and return its lease."""
    [(lease,)] = connection.execute(
        "INSERT INTO msm_local.migration_credentials (role_name, meta_table_uid, expires_at)"
        " VALUES (%s, %s, %s) RETURNING lease_uid",
        [role_name, meta_table_uid, expires_at],
    ).fetchall()
    return UUID(str(lease))


def release(connection: Connection[Any], lease_uid: UUID) -> None:
    """Let the credential of a lease expire now; nothing happens if there is none."""
    connection.execute(
        "UPDATE msm_local.migration_credentials SET expires_at = now()"
        " WHERE lease_uid = %s AND dropped_at IS NULL AND expires_at > now()",
        [lease_uid],
    )


def expired(connection: Connection[Any]) -> list[str]:
    """The roles that expired and were not dropped yet."""
    rows = connection.execute(
        "SELECT role_name FROM msm_local.migration_credentials"
        " WHERE dropped_at IS NULL AND expires_at <= now() ORDER BY role_name"
    )
    return [row[0] for row in rows]


def undropped(connection: Connection[Any]) -> list[str]:
    """The roles that were not dropped yet, expired or not."""
    rows = connection.execute(
        "SELECT role_name FROM msm_local.migration_credentials"
        " WHERE dropped_at IS NULL ORDER BY role_name"
    )
    return [row[0] for row in rows]


def next_expiry(connection: Connection[Any]) -> float | None:
    """Seconds until the next credential expires; None if no other will."""
    row = connection.execute(
        "SELECT extract(epoch FROM min(expires_at) - now())::float8"
        " FROM msm_local.migration_credentials WHERE dropped_at IS NULL AND expires_at > now()"
    ).fetchone()
    return None if row is None or row[0] is None else float(row[0])


def mark_dropped(connection: Connection[Any], role_name: str) -> None:
    """Record that the role was dropped."""
    connection.execute(
        "UPDATE msm_local.migration_credentials SET dropped_at = now() WHERE role_name = %s",
        [role_name],
    )


def count_overdue(connection: Connection[Any]) -> int:
    """How many roles expired more than a minute ago and were not dropped."""
    # A minute, because the platform itself looks for them every half minute.
    query = (
        "SELECT count(*) FROM msm_local.migration_credentials"
        " WHERE dropped_at IS NULL AND expires_at < now() - interval '1 minute'"
    )
    [(count,)] = connection.execute(query).fetchall()
    return int(count)
