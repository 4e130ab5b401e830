"""Branches of code repositories: a uid for each identity and branch that ever asked."""

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
    """The branch, made at its first sight."""
    with connection.cursor(row_factory=class_row(Branch)) as cursor:
        row = cursor.execute(
            # An update that changes nothing is what makes RETURNING answer for an old row, too.
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
