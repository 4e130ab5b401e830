"""The pages about activity: the last operations as they end, and the plan of each statement."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from msm_local.api.endpoints.dependencies import Platform
from msm_local.api.login import WINDOW_HEADERS
from msm_local.contract.paths import WINDOW_ROOT
from msm_local.errors import RequestError
from msm_local.instances.apis import METATABLES
from msm_local.services.activity.recorder import MAX_OPERATIONS, Activity, Operation
from msm_local.services.activity.statements import plan_of
from msm_local.window.activity_lines import FILTERS, SLOW_MS, Filter, line_of, matching
from msm_local.window.facts import facts_of, recorded
from msm_local.window.rendering import ENVIRONMENT, render

__all__ = ["routes"]

MAX_SHOWN = 100
# In seconds: how often an open page looks for new operations, and how often it hears that we live.
LOOK = 0.2
PING = 10.0


def activity(request: Request) -> Response:
    """The last operations, the newest first."""
    kept = recorded(request)
    if kept is None:
        return render(request, "activity.html", recorded=False)
    operations = kept.since(0)
    only = _filter(request)
    found = matching(operations, only)
    return render(
        request,
        "activity.html",
        recorded=True,
        only=only,
        counts={name: len(matching(operations, name)) for name in FILTERS},
        lines=[line_of(each) for each in reversed(found[-MAX_SHOWN:])],
        last=operations[-1].number if operations else 0,
        most=MAX_OPERATIONS,
        shown=MAX_SHOWN,
        slow_ms=SLOW_MS,
    )


def operation(request: Request) -> Response:
    """One operation, with its whole statement and the plan of it."""
    number = request.path_params["number"]
    platform = _platform(request)
    found = platform.activity.find(number)
    if found is None:
        raise HTTPException(
            404,
            f"The operation {number} is not among the last {MAX_OPERATIONS}, which the platform "
            "keeps until it stops.",
        )
    plan, problem = [], ""
    try:
        plan = plan_of(platform.database, found)
    except RequestError as error:
        problem = str(error)
    return render(
        request,
        "operation.html",
        line=line_of(found),
        statement=found.asked.statement,
        plan="\n".join(plan),
        problem=problem,
    )


async def stream(request: Request) -> Response:
    """Server-sent events: a row of the table for each operation that ends from now on."""
    await run_in_threadpool(_platform, request)
    after = request.headers.get("last-event-id") or request.query_params.get("after", "")
    events = _events(request, int(after) if after.isdecimal() else 0, _filter(request))
    return StreamingResponse(events, media_type="text/event-stream", headers=WINDOW_HEADERS)


async def _events(request: Request, after: int, only: Filter) -> AsyncIterator[str]:
    app = request.scope["platform_app"]
    yield "retry: 1000\n\n"
    told = time.monotonic()
    # A server that stops waits for its requests to end.
    while not app.state.server.should_exit:
        kept: Activity = app.state.platform.activity
        # A reset of the platform starts its numbers again.
        after = min(after, kept.count)
        if kept.count > after:
            new = kept.since(after)
            after = new[-1].number
            yield await run_in_threadpool(_rows, matching(new, only)[-MAX_SHOWN:])
            told = time.monotonic()
        elif time.monotonic() - told > PING:
            yield ": nothing new\n\n"
            told = time.monotonic()
        await asyncio.sleep(LOOK)


def _rows(operations: list[Operation]) -> str:
    macro: Any = ENVIRONMENT.get_template("activity_row.html").module
    events = []
    for each in operations:
        # The data of an event is one line.
        html = " ".join(macro.row(WINDOW_ROOT, line_of(each)).split())
        events.append(f"id: {each.number}\nevent: operation\ndata: {html}\n\n")
    return "".join(events)


def _filter(request: Request) -> Filter:
    asked = request.query_params.get("only", "")
    return next((name for name in FILTERS if name == asked), "all")


def _platform(request: Request) -> Platform:
    if facts_of(request).state().api == METATABLES:
        raise HTTPException(404, "The API server of metatables does not tell what it runs.")
    return cast("Platform", request.scope["platform_app"].state.platform)


routes = [
    Route("/activity/", activity),
    Route("/activity/stream/", stream),
    Route("/activity/{number:int}/", operation),
]
