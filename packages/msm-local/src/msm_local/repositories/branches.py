"""Branches of code repositories: one uid for each identity and branch that was ever resolved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

__all__ = ["Branch", "get_or_create"]


@dataclass(frozen=True, slots=True)
class Branch:
    """One branch of one code repository."""

    uid: UUID
    code_repository_uid: UUID
    repository_identity: str
    repository_branch: str
    created_at: datetime


def get_or_create(
    connection: Connection[Any], *, code_repository_uid: UUID, identity: str, branch: str
) -> Branch:
    """The branch; it is created when it is first asked for."""
    with connection.cursor(row_factory=class_row(Branch)) as cursor:
        row = cursor.execute(
            # DO NOTHING would return no row for a branch that exists; an update that changes
            # nothing does.
            "INSERT INTO msm_local.code_repository_branches"
            " (code_repository_uid, repository_identity, repository_branch) VALUES (%s, %s, %s)"
            " ON CONFLICT (repository_identity, repository_branch)"
            " DO UPDATE SET repository_identity = EXCLUDED.repository_identity"
            " RETURNING uid, code_repository_uid, repository_identity, repository_branch,"
            " created_at",
            [code_repository_uid, identity, branch],
        ).fetchone()
    if row is None:
        raise AssertionError("INSERT ... RETURNING answers with the row")
    return row
