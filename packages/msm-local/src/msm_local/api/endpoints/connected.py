"""Run an operation only as long as its client waits for it."""

import asyncio
from collections.abc import Callable

import anyio
from anyio import to_thread
from fastapi import Request

from msm_local.api.endpoints.dependencies import Platform
from msm_local.database.pools import POOL_TIMEOUT
from msm_local.errors import DatabaseUnavailableError
from msm_local.services.cancellation import Cancellation

__all__ = ["run_connected"]


async def run_connected[T](
    request: Request, platform: Platform, operation: Callable[[Cancellation], T]
) -> T:
    """Run ``operation`` in a thread, and cancel its statement if the client disconnects.

    Raises:
        DatabaseUnavailableError: other operations used all connections for too long.
    """
    try:
        with anyio.fail_after(POOL_TIMEOUT):
            await platform.operations.acquire()
    except TimeoutError as error:
        raise DatabaseUnavailableError(
            f"Other operations used all connections for {POOL_TIMEOUT:.0f} s; wait for them, or "
            "give them a shorter limits.statement_timeout_ms."
        ) from error
    cancellation = Cancellation()
    watcher = asyncio.create_task(_cancel_on_disconnect(request, cancellation))
    try:
        return await to_thread.run_sync(operation, cancellation)
    finally:
        watcher.cancel()
        platform.operations.release()


async def _cancel_on_disconnect(request: Request, cancellation: Cancellation) -> None:
    # The body was read before, so the next message is the end of the connection.
    while (await request.receive())["type"] != "http.disconnect":
        pass
    await to_thread.run_sync(cancellation.cancel)
