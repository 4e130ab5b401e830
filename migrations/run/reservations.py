"""What a run has reserved in the catalog, and gives back when it fails."""

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from msm.errors import PlatformError
from msm.platform import refusals_of

from ..provider import MarketsMigration
from .guards import missing_models
from .lock import is_held
from .logger import LOG

__all__ = ["give_back"]


def give_back(engine: Engine, provider: MarketsMigration) -> None:
    """Remove from the catalog what a failed run has reserved and no revision has created.

    Rows that were there before stay, and those of tables that a committed part has created. Without
    the lock nothing is removed, because another migration may be creating these tables.

    Args:
        engine: of the database.
        provider: whose command has failed.
    """
    if not provider.new_models or not is_held():
        return
    try:
        # On a connection of its own, which sees only what was committed.
        with engine.connect() as connection:
            missing = missing_models(connection, provider, "reserved")
        unused = [model for model in provider.new_models if model in missing]
        with refusals_of("the removal of reserved tables"):
            provider.drop_new_reservations(unused)
    except (DBAPIError, PlatformError) as error:
        # What stopped the run is the failure to report; this only leaves rows.
        LOG.warning(
            "tables that this run has reserved are still in the catalog (%s); the next upgrade "
            "uses them again: `%s`",
            str(error).rstrip(".").partition("\n")[0],
            provider.upgrade_command,
        )
