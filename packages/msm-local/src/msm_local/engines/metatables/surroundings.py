"""The platform around the metatables API, as far as that API and a client ask for it.

There is one user, who owns everything, one Secret with the database URL, and no team or agent.
"""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid5

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from msm_local.api.error_handlers import error_response
from msm_local.contract.paths import API_ROOT
from msm_local.contract.requests import GitContextRequest
from msm_local.database.metatables import ApiDatabase
from msm_local.engines.metatables.names import (
    ENVIRONMENT_NAME,
    ENVIRONMENT_UID,
    ORGANIZATION_UID,
    SECRET_NAME,
    SECRET_UID,
    USER_UID,
)
from msm_local.errors import NotFoundError
from msm_local.repositories.branches import Branch
from msm_local.repositories.settings import Settings
from msm_local.services.presentation import present_branch, present_user

__all__ = ["Surroundings"]

# The answers about user and branch are those of msm-local's own API. Roles and DataSource are
# the metatables API's: it does not ask for them.
SETTINGS = Settings("", "", ENVIRONMENT_UID, ORGANIZATION_UID, ENVIRONMENT_UID, USER_UID)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class Surroundings:
    """The endpoints of the platform.

    Attributes:
        database: whose URL the Secret holds; it is set before the metatables API asks for it.
    """

    def __init__(self) -> None:
        self.database: ApiDatabase | None = None

    def routes(self) -> list[Route]:
        """The routes, each with its path from the root."""
        answers = {
            "users/me": self._user,
            "users/{uid}/team-memberships": self._teams_of_user,
            "users/{uid}": self._user,
            "users": self._users,
            "teams": self._nothing,
            "agents": self._nothing,
            "organization-environments/{uid}": self._environment,
            "secrets": self._secrets,
            "secrets/{uid}": self._secret,
        }
        found = [Route(f"{API_ROOT}/{path}/", answer) for path, answer in answers.items()]
        resolve = f"{API_ROOT}/code-repository-branches/resolve-git-context/"
        return [
            *found,
            Route(resolve, self._git_context, methods=["POST"]),
            Route(f"{API_ROOT}/{{path:path}}", self._absent, methods=None),
        ]

    def _user(self, request: Request) -> Response:
        if request.path_params.get("uid", str(USER_UID)) != str(USER_UID):
            return _not_found(request, f"There is no other user than {USER_UID}.")
        return JSONResponse(_user())

    def _users(self, request: Request) -> Response:
        query = request.query_params
        asked = query.get("uid") or query.get("uid__in") or str(USER_UID)
        matches = str(USER_UID) in asked.split(",") and query.get("identity_type") in {
            None,
            "human",
        }
        return _page(_user()) if matches else _page()

    def _teams_of_user(self, _request: Request) -> Response:
        return JSONResponse({"team_uids": []})

    def _nothing(self, _request: Request) -> Response:
        return _page()

    def _environment(self, request: Request) -> Response:
        if request.path_params["uid"] != str(ENVIRONMENT_UID):
            return _not_found(request, f"There is no other environment than {ENVIRONMENT_UID}.")
        return JSONResponse(
            {
                "uid": str(ENVIRONMENT_UID),
                "name": ENVIRONMENT_NAME,
                "organization_owner_uid": str(ORGANIZATION_UID),
                "required_repository_branch": "main",
                "is_production": False,
            }
        )

    def _secrets(self, request: Request) -> Response:
        asked = request.query_params.get("name", SECRET_NAME)
        # A list has no values: the SDK reads the Secret itself next.
        return _page(_named_secret()) if asked == SECRET_NAME else _page()

    def _secret(self, request: Request) -> Response:
        if request.path_params["uid"] != str(SECRET_UID):
            return _not_found(request, f"There is no other Secret than {SECRET_UID}.")
        if self.database is None:
            return _not_found(request, "The platform has no database yet.")
        return JSONResponse(_named_secret() | {"value": self.database.url})

    async def _git_context(self, request: Request) -> Response:
        asked = GitContextRequest.model_validate_json(await request.body())
        repository = uuid5(ENVIRONMENT_UID, asked.repository_identity)
        branch = Branch(
            uuid5(repository, asked.repository_branch),
            repository,
            asked.repository_identity,
            asked.repository_branch,
            BEGINNING,
        )
        shown = {
            name: value
            for name, value in present_branch(branch, SETTINGS).items()
            if not name.startswith("metatables_data_source")
        }
        return JSONResponse(
            {
                "canonical_repository_identity": asked.repository_identity,
                "repository_branch": asked.repository_branch,
                "repository_ref": f"refs/heads/{asked.repository_branch}",
                "commit_sha": asked.commit_sha,
                "code_repository_branch": shown,
            }
        )

    def _absent(self, request: Request) -> Response:
        return _not_found(
            request,
            f"The platform around the metatables API has no {request.url.path}; SDK 8 needs an "
            "instance with msm-local's own API.",
        )


def _user() -> dict[str, Any]:
    return {**present_user(SETTINGS), "identity_type": "human"}


def _named_secret() -> dict[str, Any]:
    return {
        "uid": str(SECRET_UID),
        "name": SECRET_NAME,
        "organization_environment_uid": str(ENVIRONMENT_UID),
        "organization_environment_name": ENVIRONMENT_NAME,
    }


def _page(*results: dict[str, Any]) -> Response:
    return JSONResponse(
        {"count": len(results), "next": None, "previous": None, "results": list(results)},
        HTTPStatus.OK,
    )


def _not_found(request: Request, sentence: str) -> Response:
    return error_response(NotFoundError(sentence), request.url.path)
