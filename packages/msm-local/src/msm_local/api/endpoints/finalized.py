"""Answering a finalize, which both generations do alike."""

from collections.abc import Callable
from typing import Any

from fastapi.responses import JSONResponse
from psycopg import Connection

from msm_local.api.endpoints.dependencies import Platform
from msm_local.repositories.generations import Generation
from msm_local.repositories.settings import Settings
from msm_local.services.activity.recorder import Asked, Outcome

__all__ = ["finalize_with"]


def finalize_with[Request](
    finalize: Callable[[Connection[Any], Settings, Request], Any],
    platform: Platform,
    generation: Generation,
    request: Request,
) -> JSONResponse:
    """Reconcile the catalog in one transaction: 200 if every table is as expected, else 409."""
    database = platform.database

    def run() -> Any:
        with database.transaction() as connection:
            return finalize(connection, database.settings, request)

    answer = platform.activity.run(Asked(generation, "finalize"), run, _outcome)
    # The tables may have changed, and plans of old ones would fail.
    database.forget_plans()
    return JSONResponse(answer, status_code=200 if answer["ok"] else 409)


def _outcome(answer: Any) -> Outcome:
    if answer["ok"]:
        return Outcome(None)
    details = [table["error"]["detail"] for table in answer["tables"] if table["error"]]
    # Without an error, tables stay reserved that the run should have created.
    sentence = " ".join(details) or f"{answer['reserved_count']} tables are still only reserved."
    return Outcome(None, "NotFinalized", sentence)
