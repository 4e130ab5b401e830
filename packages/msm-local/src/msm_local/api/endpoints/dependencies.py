"""What endpoints receive: the platform, and the resource that their path names."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, cast

import anyio
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from msm_local.contract.filters import ResourceKind
from msm_local.contract.paths import API_ROOT, METATABLES_ROOT
from msm_local.database.pools import POOL_SIZE, Database
from msm_local.repositories.generations import Generation
from msm_local.services.activity.recorder import Activity
from msm_local.services.credentials import CredentialReaper
from msm_local.services.usage import Usage

__all__ = ["Platform", "PlatformDep", "Resource", "used_by"]

TIME_INDEXED = tuple(f"{root}/time-index-meta-tables/" for root in (API_ROOT, METATABLES_ROOT))


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of one running platform.

    Attributes:
        database: its database.
        reaper: ends its expired migration credentials.
        usage: notes which generations of the SDK call it.
        activity: the last operations.
        operations: lets as many operations run at once as there are connections for them; the
            others wait without a thread, so that requests to the catalog still get one.
    """

    database: Database
    reaper: CredentialReaper
    usage: Usage
    activity: Activity = field(default_factory=Activity)
    operations: anyio.CapacityLimiter = field(
        default_factory=lambda: anyio.CapacityLimiter(POOL_SIZE)
    )


def _platform(request: Request) -> Platform:
    return cast("Platform", request.scope["platform"])


def _resource(request: Request) -> ResourceKind:
    # Both resources share their endpoints, so only the path says which one is meant.
    time_indexed = request.url.path.startswith(TIME_INDEXED)
    return "time-index-meta-tables" if time_indexed else "meta-tables"


def used_by(generation: Generation) -> Callable[[Request], Awaitable[None]]:
    """A dependency that notes that a client of this generation called."""

    async def note(request: Request) -> None:
        usage = _platform(request).usage
        if usage.note(generation):
            await run_in_threadpool(usage.write)

    return note


PlatformDep = Annotated[Platform, Depends(_platform)]
Resource = Annotated[ResourceKind, Depends(_resource)]
