"""What endpoints receive: the platform, and the resource that their path names."""

from dataclasses import dataclass, field
from typing import Annotated, cast

import anyio
from fastapi import Depends, Request

from msm_local.contract.filters import ResourceKind
from msm_local.contract.paths import API_ROOT
from msm_local.database.pools import POOL_SIZE, Database
from msm_local.services.credentials import CredentialReaper

__all__ = ["Platform", "PlatformDep", "Resource"]


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of one running platform.

    Attributes:
        database: its database.
        reaper: ends its expired migration credentials.
        operations: lets as many operations run at once as there are connections for them; the
            others wait without a thread, so that requests to the catalog still get one.
    """

    database: Database
    reaper: CredentialReaper
    operations: anyio.CapacityLimiter = field(
        default_factory=lambda: anyio.CapacityLimiter(POOL_SIZE)
    )


def _platform(request: Request) -> Platform:
    return cast("Platform", request.app.state.platform)


def _resource(request: Request) -> ResourceKind:
    # Both resources share their endpoints, so only the path says which one is meant.
    time_indexed = request.url.path.startswith(f"{API_ROOT}/time-index-meta-tables/")
    return "time-index-meta-tables" if time_indexed else "meta-tables"


PlatformDep = Annotated[Platform, Depends(_platform)]
Resource = Annotated[ResourceKind, Depends(_resource)]
