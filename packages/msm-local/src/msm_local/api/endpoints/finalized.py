"""Answering a finalize, which both generations do alike."""

from collections.abc import Callable
from typing import Any

from fastapi.responses import JSONResponse
from psycopg import Connection

from msm_local.api.endpoints.dependencies import Platform
from msm_local.repositories.settings import Settings

__all__ = ["finalize_with"]


def finalize_with[Request](
    finalize: Callable[[Connection[Any], Settings, Request], Any],
    platform: Platform,
    request: Request,
) -> JSONResponse:
    """Reconcile the catalog in one transaction: 200 if every table is as expected, else 409."""
    database = platform.database
    with database.transaction() as connection:
        answer = finalize(connection, database.settings, request)
    # The tables may have changed, and plans of old ones would fail.
    database.forget_plans()
    return JSONResponse(answer, status_code=200 if answer["ok"] else 409)
