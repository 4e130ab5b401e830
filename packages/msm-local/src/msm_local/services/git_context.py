"""Git contexts: any repository and branch is accepted, and all share the one DataSource."""

from typing import Any
from uuid import uuid5

from psycopg import Connection

from msm_local.contract import responses
from msm_local.contract.requests import GitContextRequest
from msm_local.repositories import branches
from msm_local.repositories.settings import Settings
from msm_local.services.presentation import present_branch

__all__ = ["resolve"]


def resolve(
    connection: Connection[Any], settings: Settings, request: GitContextRequest
) -> responses.GitContext:
    """The branch of a Git source; it is created when it is first asked for."""
    branch = branches.get_or_create(
        connection,
        # Derived and not random: all branches of a repository get the same uid.
        code_repository_uid=uuid5(settings.environment_uid, request.repository_identity),
        identity=request.repository_identity,
        branch=request.repository_branch,
    )
    return {
        "canonical_repository_identity": request.repository_identity,
        "repository_branch": request.repository_branch,
        "repository_ref": f"refs/heads/{request.repository_branch}",
        "commit_sha": request.commit_sha,
        "code_repository_branch": present_branch(branch, settings),
    }
