"""The first page: the platform, its database, its histories, its catalog and its clients."""

from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from msm_local.contract.paths import WINDOW_ROOT
from msm_local.instances.apis import METATABLES
from msm_local.repositories.contents.overview import (
    count_tables,
    find_missing_tables,
)
from msm_local.repositories.generations import find_uses
from msm_local.repositories.window.server import find_locks, find_unfinished, read_server
from msm_local.window.facts import facts_of
from msm_local.window.histories import read_lines
from msm_local.window.rendering import render

__all__ = ["routes"]

RECENTLY = timedelta(hours=1)
SEE_OTHER = 303
CLIENTS = (("metatables", "metatables (generation 2)"), ("mainsequence8", "SDK 8 (generation 1)"))


def show(request: Request) -> Response:
    """The page."""
    facts = facts_of(request)
    state = facts.state()
    catalog = facts.catalog(state)
    now = datetime.now(UTC)
    with facts.connect() as connection:
        shown: dict[str, Any] = {
            "server": read_server(connection),
            "locks": find_locks(connection),
            "counts": count_tables(connection, catalog),
            "unfinished": find_unfinished(connection, catalog),
            "missing": find_missing_tables(connection, catalog),
            "lines": read_lines(connection, catalog, facts.instance.root, facts.providers()),
            "clients": None if state.api == METATABLES else _clients(connection, now),
        }
    return render(
        request,
        "overview.html",
        state=state,
        started=datetime.fromtimestamp(state.started, UTC),
        checks=facts.checks,
        **shown,
    )


def check(request: Request) -> Response:
    """Run the check of every provider, and show what it found."""
    facts = facts_of(request)
    facts.checks.run([provider.reference for provider in facts.providers()])
    if "hx-request" in request.headers:
        return render(request, "verdict.html", checks=facts.checks)
    return RedirectResponse(f"{WINDOW_ROOT}/#check", SEE_OTHER)


def _clients(connection: Connection[Any], now: datetime) -> list[tuple[str, datetime | None, bool]]:
    """Each generation with the last time it called, and whether that was in the last hour."""
    uses = find_uses(connection)
    found = []
    for generation, label in CLIENTS:
        last = uses[generation].last_used_at if generation in uses else None
        found.append((label, last, last is not None and now - last < RECENTLY))
    return found


routes = [Route("/", show), Route("/check/", check, methods=["POST"])]
