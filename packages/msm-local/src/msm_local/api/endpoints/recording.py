"""Running an operation for a client, and keeping what came of it for the activity page."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request

from msm_local.api.endpoints.connected import run_connected
from msm_local.api.endpoints.dependencies import Platform
from msm_local.api.endpoints.rows import RowsResponse
from msm_local.services.activity.recorder import Asked, Outcome
from msm_local.services.cancellation import Cancellation

__all__ = ["run_recorded"]


async def run_recorded(
    http: Request,
    platform: Platform,
    asked: Asked,
    run: Callable[[Cancellation], Mapping[str, Any]],
) -> RowsResponse:
    """Run an operation as long as its client waits for it, keep it, and answer its rows.

    Args:
        http: the request of the client.
        platform: what the client calls.
        asked: what it asked for.
        run: does it, in a thread.

    Raises:
        RequestError: every error of the operation.
        DatabaseUnavailableError: other operations used all connections for too long.
    """

    def answer(cancellation: Cancellation) -> RowsResponse:
        result = platform.activity.run(asked, lambda: run(cancellation), _outcome)
        # A response of our own: FastAPI's encoder would go through all rows once more, in the
        # thread that serves every request.
        return RowsResponse(result)

    return await run_connected(http, platform, answer)


def _outcome(answer: Mapping[str, Any]) -> Outcome:
    return Outcome(answer["row_count"])
