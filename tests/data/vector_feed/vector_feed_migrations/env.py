"""Alembic's environment, which is that of the SDK."""

from tests.support.generation import sdk

sdk("migrations").run_mainsequence_alembic_env()
