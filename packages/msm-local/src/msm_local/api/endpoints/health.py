"""Whether the platform works, and which versions it runs."""

from importlib.metadata import version

from fastapi import APIRouter

from msm_local.api.endpoints.dependencies import PlatformDep
from msm_local.api.endpoints.refusals import refusals
from msm_local.contract import responses

__all__ = ["router"]

router = APIRouter()


@router.get("/health/", responses=refusals())
def health(platform: PlatformDep) -> responses.Health:
    """Answer only if PostgreSQL answers."""
    with platform.database.health_transaction() as connection:
        generations = platform.usage.read(connection)
        postgresql = str(connection.info.parameter_status("server_version"))
    return {
        "ok": True,
        "msm_local": version("msm-local"),
        "postgresql": postgresql,
        "generations": generations,
    }
