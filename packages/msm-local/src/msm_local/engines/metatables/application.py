"""The application of a platform with the metatables API: health, the platform, and the ingress."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from msm_local.api.gate import Gate
from msm_local.contract.paths import API_ROOT, WINDOW_ROOT
from msm_local.engines.metatables.ingress import Ingress
from msm_local.engines.metatables.surroundings import Surroundings
from msm_local.instances.apis import METATABLES, ROOTS

__all__ = ["create_application", "create_key_application"]

METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def create_application(
    surroundings: Surroundings,
    ingress: Ingress,
    *,
    token: str,
    port: int,
    name: str,
    window: ASGIApp | None = None,
) -> Starlette:
    """The application of the platform.

    Args:
        surroundings: the platform around the metatables API, below ``/api/v1``.
        ingress: the metatables API, at all other paths.
        token: what every request must carry.
        port: the port of the server, part of the accepted Host names.
        name: how a request with a wrong token is told which platform it reached.
        window: answers the pages of the window; None for a platform without one.
    """

    async def health(_request: Request) -> Response:
        database = surroundings.database
        problem = await ingress.problem()
        if problem or database is None:
            return JSONResponse({"ok": False, "detail": problem or "it has no database yet"}, 503)
        return JSONResponse(
            {
                "ok": True,
                "msm_local": version("msm-local"),
                "postgresql": database.server_version,
                "generations": {},
            }
        )

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await ingress.close()

    gate = Middleware(Gate, token=token, port=port, name=name, metatables_root=ROOTS[METATABLES])
    routes = [
        Route(f"{API_ROOT}/health/", health),
        *surroundings.routes(),
        *([] if window is None else [Mount(WINDOW_ROOT, window)]),
        Route("/{path:path}", ingress.forward, methods=METHODS),
    ]
    return Starlette(routes=routes, middleware=[gate], lifespan=lifespan)


def create_key_application(path: str, document: Mapping[str, object]) -> Starlette:
    """The application that publishes a key set."""
    return Starlette(routes=[Route(path, lambda _request: JSONResponse(document))])
