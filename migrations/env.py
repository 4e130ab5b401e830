"""Alembic's environment: what happens around the revisions, before and after the SDK's part."""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from msm.sdk import run_mainsequence_alembic_env

# A migration that waits for a lock makes everybody wait who comes after it; it gives up first.
TIMEOUTS = "-c lock_timeout=5s -c statement_timeout=10min"


def run_online() -> None:
    """Hand the SDK a connection of our own, with time-outs.

    The SDK's would echo every statement to standard output, where ``--json`` belongs.
    """
    url = context.config.attributes["mainsequence_migration_sqlalchemy_url"]
    engine = create_engine(url, poolclass=NullPool, connect_args={"options": TIMEOUTS})
    with engine.connect() as connection:
        context.config.attributes["connection"] = connection
        run_mainsequence_alembic_env()


if context.is_offline_mode():
    run_mainsequence_alembic_env()
else:
    run_online()
