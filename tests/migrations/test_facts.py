"""The database at 1003 is exactly what the table facts say; 1004 only adds."""

import psycopg
import pytest
from alembic import command
from psycopg import Connection

from tests.support.alembic import config_for
from tests.support.schema import FACTS, create_from_facts, defaults_and_comments, describe
from tests.support.urls import url_of


@pytest.fixture
def database_at_1003(empty_database: Connection) -> Connection:
    command.upgrade(config_for(url_of(empty_database)), "1003")
    return empty_database


@pytest.fixture
def database_of_facts(second_empty_database: Connection) -> Connection:
    create_from_facts(second_empty_database)
    return second_empty_database


def test_1003_makes_exactly_the_tables_of_the_facts(
    database_at_1003: Connection, database_of_facts: Connection
) -> None:
    made, expected = describe(database_at_1003), describe(database_of_facts)
    assert made.keys() == expected.keys()
    assert len(made) == len(FACTS) == 61
    for table, shape in expected.items():
        assert made[table] == shape, table


def test_1003_has_neither_defaults_nor_comments(database_at_1003: Connection) -> None:
    assert defaults_and_comments(database_at_1003) == ({}, {})


def test_1004_adds_only_server_defaults_and_comments(database_at_1003: Connection) -> None:
    before = describe(database_at_1003)
    database_at_1003.commit()
    command.upgrade(config_for(url_of(database_at_1003)), "1004")
    assert describe(database_at_1003) == before

    defaults, comments = defaults_and_comments(database_at_1003)
    guaranteed = {
        f"{facts['table']}.{column['name']}"
        for facts in FACTS
        for column in facts["columns"]
        if "client_default" in column
    }
    assert set(defaults) == guaranteed
    assert before.keys() <= comments.keys()


def test_the_database_makes_keys_and_defaults(database_at_1003: Connection) -> None:
    database_at_1003.commit()
    command.upgrade(config_for(url_of(database_at_1003)), "1004")
    row = database_at_1003.execute(
        "INSERT INTO ms_markets__account (unique_identifier, account_name) VALUES ('a', 'A') "
        "RETURNING uid, is_paper, account_is_active"
    ).fetchone()
    assert row is not None
    assert row[0].version == 4
    assert row[1:] == (True, False)
    with pytest.raises(psycopg.errors.NotNullViolation):
        database_at_1003.execute("INSERT INTO ms_markets__account (unique_identifier) VALUES ('b')")
