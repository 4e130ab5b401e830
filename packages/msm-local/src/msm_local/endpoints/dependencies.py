"""What endpoints get handed."""

from dataclasses import dataclass
from typing import Annotated, Literal, cast

from fastapi import Depends, Request

from msm_local.database import Database
from msm_local.services.credentials import CredentialReaper

__all__ = ["Platform", "PlatformDep", "Resource"]

Resource = Literal["meta-tables", "time-index-meta-tables"]


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of one running platform.

    Attributes:
        database: its database.
        reaper: ends its expired migration credentials.
    """

    database: Database
    reaper: CredentialReaper


def _platform(request: Request) -> Platform:
    return cast("Platform", request.app.state.platform)


PlatformDep = Annotated[Platform, Depends(_platform)]
