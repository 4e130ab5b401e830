"""The checks of pytest-alembic on our provider."""

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import Connection
from pytest_alembic.tests import (
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from tests.support.alembic import config_for
from tests.support.schema import defaults_and_comments, describe
from tests.support.urls import url_of

__all__ = [
    "test_model_definitions_match_ddl",
    "test_single_head_revision",
    "test_up_down_consistency",
    "test_upgrade",
]

# Its many steps take long; the default suite goes down to base and up again elsewhere.
pytest.mark.slow(test_up_down_consistency)


@pytest.fixture
def alembic_config(empty_database: Connection) -> Config:
    return config_for(url_of(empty_database))


@pytest.fixture
def alembic_engine(empty_database: Connection) -> Engine:
    return create_engine(url_of(empty_database), poolclass=NullPool)


@pytest.mark.slow
def test_downgrade_leaves_no_trace(empty_database: Connection) -> None:
    """The check of pytest-alembic itself needs an env.py that uses a given connection."""
    config = config_for(url_of(empty_database))
    script = ScriptDirectory.from_config(config)
    for revision in reversed(list(script.walk_revisions())):
        before = describe(empty_database), defaults_and_comments(empty_database)
        empty_database.commit()
        command.upgrade(config, revision.revision)
        command.downgrade(config, "-1")
        assert (describe(empty_database), defaults_and_comments(empty_database)) == before
        empty_database.commit()
        command.upgrade(config, revision.revision)
