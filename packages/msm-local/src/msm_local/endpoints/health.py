"""Whether the platform works, and what it is made of."""

from importlib.metadata import version

from fastapi import APIRouter

from msm_local import answers
from msm_local.endpoints.dependencies import PlatformDep
from msm_local.endpoints.refusals import refusals

__all__ = ["router"]

router = APIRouter()


@router.get("/health/", responses=refusals())
def health(platform: PlatformDep) -> answers.Health:
    """Answer only if PostgreSQL answers."""
    postgresql = platform.database.server_version()
    return {"ok": True, "msm_local": version("msm-local"), "postgresql": postgresql}
