"""Whether the platform works, and what it is made of."""

from importlib.metadata import version

from fastapi import APIRouter

from msm_local.endpoints.dependencies import PlatformDep

__all__ = ["router"]

router = APIRouter()


@router.get("/health/")
def health(platform: PlatformDep) -> dict[str, str | bool]:
    """Answer only if PostgreSQL answers."""
    with platform.database.transaction() as connection:
        row = connection.execute("SELECT current_setting('server_version')").fetchone()
    postgresql = "" if row is None else str(row[0])
    return {"ok": True, "msm_local": version("msm-local"), "postgresql": postgresql}
