"""The one row of settings."""

from dataclasses import astuple, dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

__all__ = ["Settings", "copy_settings", "insert_settings", "read_settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The identity of a platform, which its database keeps.

    Attributes:
        owner_role: owns all migrated tables.
        runtime_role: executes operations.
        data_source_uid: the one DataSource.
        organization_uid: the one organization.
        environment_uid: the one organization environment.
        user_uid: the one user.
    """

    owner_role: str
    runtime_role: str
    data_source_uid: UUID
    organization_uid: UUID
    environment_uid: UUID
    user_uid: UUID


SELECT = (
    "SELECT owner_role, runtime_role, data_source_uid, organization_uid, environment_uid, user_uid"
    " FROM msm_local.settings"
)


def read_settings(connection: Connection[Any]) -> Settings | None:
    """The settings; None in a new catalog."""
    with connection.cursor(row_factory=class_row(Settings)) as cursor:
        return cursor.execute(SELECT).fetchone()


def copy_settings(connection: Connection[Any], settings: Settings) -> Settings:
    """Write the settings of another database into a new catalog, which is to be its clone."""
    connection.execute(
        "INSERT INTO msm_local.settings (owner_role, runtime_role, data_source_uid,"
        " organization_uid, environment_uid, user_uid) VALUES (%s, %s, %s, %s, %s, %s)",
        list(astuple(settings)),
    )
    return settings


def insert_settings(connection: Connection[Any], *, owner_role: str, runtime_role: str) -> Settings:
    """Write the settings of a new catalog; the database chooses the uids."""
    connection.execute(
        "INSERT INTO msm_local.settings (owner_role, runtime_role) VALUES (%s, %s)",
        [owner_role, runtime_role],
    )
    with connection.cursor(row_factory=class_row(Settings)) as cursor:
        row = cursor.execute(SELECT).fetchone()
    if row is None:
        raise AssertionError("the row was inserted one statement ago")
    return row
