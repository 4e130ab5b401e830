"""The HTTP applications of platforms; several can run in one process, and share their endpoints."""

import importlib
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import version

from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from msm_local.api import description
from msm_local.api.body_limit import BodyLimit
from msm_local.api.endpoints import absent, actions, health, meta_tables, organization
from msm_local.api.endpoints.dependencies import Platform, used_by
from msm_local.api.error_handlers import install_handlers
from msm_local.api.gate import Gate
from msm_local.api.metatables.app import create_metatables_app
from msm_local.api.openapi import describe
from msm_local.contract.paths import API_ROOT, METATABLES_ROOT, WINDOW_ROOT
from msm_local.database.pools import Database
from msm_local.repositories.settings import Settings
from msm_local.services.credentials import CredentialReaper
from msm_local.services.usage import Usage

__all__ = ["AppConfig", "close_database", "create_app", "endpoints", "open_database"]


@dataclass(frozen=True, slots=True)
class AppConfig:
    """The facts that one platform needs.

    Attributes:
        database_url: logs in as the platform role, which owns the database.
        runtime_password: password of the runtime role.
        settings: what ``prepare_database`` returned for the database.
        token: what every request must carry.
        port: the port of the server, part of the accepted Host names.
        name: how a request with a wrong token is told which platform it reached.
    """

    database_url: str = field(repr=False)
    runtime_password: str = field(repr=False)
    settings: Settings
    token: str = field(repr=False)
    port: int
    name: str = "a platform inside another process"


def create_app(config: AppConfig, window: ASGIApp | None = None) -> Starlette:
    """The application of one platform, with the platform as ``state.platform``.

    Its startup opens the connections, and its shutdown closes them.

    Args:
        config: its facts; the database is prepared already, because a refusal is an error of the
            caller's start, and would be a traceback in the log here.
        window: answers the pages of the window; None for a platform without one.
    """

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.platform = open_database(config.database_url, config)
        # The SQL parser is slow to load: neither the start nor the first operation waits for it.
        threading.Thread(target=_load_parser, name="msm-local loader", daemon=True).start()
        try:
            yield
        finally:
            # Both wait for threads, which must not block the event loop.
            await run_in_threadpool(close_database, app.state.platform)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        # That of now: another one may be exchanged for it between two requests.
        scope["platform"] = app.state.platform
        await shared(scope, receive, send)

    shared = endpoints()
    app = Starlette(
        routes=[Mount(WINDOW_ROOT, window)] if window else [],
        # The gate is first: it refuses a request before its body is read.
        middleware=[
            Middleware(Gate, token=config.token, port=config.port, name=config.name),
            Middleware(BodyLimit),
        ],
        lifespan=lifespan,
    )
    # Not a mount of the empty path, which does not match a line break.
    app.router.default = answer
    app.router.redirect_slashes = False
    return app


@cache
def endpoints() -> FastAPI:
    """What answers for all platforms of this process, each request for that of its scope.

    To make its routes takes longer than most requests.
    """
    metatables = create_metatables_app()
    app = FastAPI(
        title="msm-local",
        version=version("msm-local"),
        # A path without its slash is not the SDK's: it is answered like any unknown one.
        redirect_slashes=False,
        # FastAPI's own pages load scripts from the network; ours are in description.py.
        openapi_url=None,
    )
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    install_handlers(app)
    # First: FastAPI makes the routes of a router when a request is compared with them, which takes
    # a third of a second, and a client of generation 2 asks for none of them.
    app.mount(METATABLES_ROOT, metatables)
    _include_routers(app)
    app.state.metatables = metatables
    return app


def open_database(database_url: str, config: AppConfig) -> Platform:
    """Open the connections to a database: that of the facts, or another one like it."""
    database = Database(database_url, config.runtime_password, config.settings)
    reaper = CredentialReaper(database)
    reaper.start()
    return Platform(database, reaper, Usage(database))


def close_database(platform: Platform) -> None:
    """Close the connections to a database; waits for threads."""
    platform.reaper.stop()
    platform.database.close()


def _include_routers(app: FastAPI) -> None:
    for router in (health.router, description.router, organization.router):
        app.include_router(router, prefix=API_ROOT)
    app.include_router(absent.data_sources, prefix=f"{API_ROOT}/data-sources")
    app.include_router(absent.table_updates, prefix=f"{API_ROOT}/time-index-table-updates")
    resources = {
        "meta-tables": absent.meta_tables,
        "time-index-meta-tables": absent.time_index_meta_tables,
    }
    for resource, missing in resources.items():
        # Fixed paths come before /{uid}/, which would match them as uids.
        for router in (missing, actions.router, meta_tables.router):
            app.include_router(
                router,
                prefix=f"{API_ROOT}/{resource}",
                tags=[resource],
                # Only these: generation 2 asks for Git contexts too.
                dependencies=[Depends(used_by("mainsequence8"))],
            )


def _load_parser() -> None:
    importlib.import_module("msm_local.services.operations")
