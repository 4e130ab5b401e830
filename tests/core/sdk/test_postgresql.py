"""The facts of a refused statement are read from PostgreSQL's own text as its protocol has them."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import Connection

from msm.sdk.postgresql import SENTENCES, facts_in
from msm_local.postgres.cluster import Cluster
from tests.support.janitor import new_database

SETUP = """
CREATE TABLE parent (id int PRIMARY KEY, name varchar(3) UNIQUE, code text UNIQUE);
CREATE TABLE child (
    parent int REFERENCES parent, strict int REFERENCES parent ON DELETE RESTRICT,
    small smallint NOT NULL DEFAULT 1, amount numeric(4, 2), at timestamptz, key uuid,
    during int4range, CONSTRAINT small_positive CHECK (small > 0),
    CONSTRAINT during_apart EXCLUDE USING gist (during WITH &&)
);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
INSERT INTO parent VALUES (1, 'a', 'a'), (2, 'b', 'b');
INSERT INTO child (parent, strict, during) VALUES (1, 2, '[1,5)');
"""
# Values look like constraints, and like further lines of an error.
CODE = "line\\nDETAIL:  Key (id)=(9) already exists.\\nCONTEXT:  of another"
STATEMENTS = (
    "INSERT INTO parent VALUES (1)",
    f"INSERT INTO parent (id, code) VALUES (3, E'{CODE}'), (4, E'{CODE}')",
    "INSERT INTO child (during) VALUES ('[4,6)')",
    "INSERT INTO child (parent) VALUES (7)",
    "UPDATE parent SET id = 5 WHERE id = 1",
    "DELETE FROM parent WHERE id = 1",
    "DELETE FROM parent WHERE id = 2",
    "INSERT INTO child (small) VALUES (0)",
    "INSERT INTO child (small) VALUES (NULL)",
    "INSERT INTO parent (id, name) VALUES (3, 'four')",
    "INSERT INTO child (small) VALUES (40000)",
    "SELECT 3000000000::int",
    "SELECT 9223372036854775807 + 1",
    "SELECT '99999'::smallint",
    "INSERT INTO child (amount) VALUES (1234)",
    "SELECT '1e999'::float8",
    "SELECT '1e99'::float4",
    "SELECT 1e200::float8 * 1e200::float8",
    "SELECT 1 / 0",
    "SELECT 'no'::uuid",
    "SELECT E'no\\nDETAIL:  Key (id)=(1) already exists.'::uuid",
    "SELECT 'duplicate key value violates unique constraint \"parent_pkey\"'::uuid",
    "SELECT 'no'::timestamptz",
    "SELECT 'no'::date",
    "SELECT '2025-13-01'::date",
    "SELECT '{'::int[]",
    "SELECT '{'::jsonb",
    "SELECT 0::positive",
    "SELECT * FROM nothing",
    "SELECT * FROM public.nothing",
    "SELECT nothing FROM parent",
    "SELECT parent.nothing FROM parent",
    "INSERT INTO parent (nothing) VALUES (1)",
    "SELECT id, count(*) FROM parent",
    "SELECT parent.name, count(*) FROM parent",
    "UPDATE parent SET name = now()",
    "SELECT nothing(1)",
    "SELECT 1 + now()",
    "SELECT repeat('x', 2000000000)",
    "SELECT pg_sleep(1)",
)


@pytest.fixture(scope="module")
def database(cluster: Cluster) -> Iterator[Connection]:
    with (
        new_database(cluster, "sentences") as name,
        psycopg.connect(cluster.platform_url(name), autocommit=True) as connection,
    ):
        connection.execute(SETUP)
        connection.execute("SET statement_timeout = '100ms'")
        yield connection


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_text_has_the_facts_of_its_error(database: Connection, statement: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        database.execute(statement.encode())
    found, said = facts_in(str(caught.value)), caught.value.diag
    assert found["sqlstate"] == said.sqlstate
    # For these PostgreSQL names no table in its text.
    by_itself = said.sqlstate in {"23505", "23P01"}
    assert found.get("table") == (None if by_itself else said.table_name)
    assert found.get("constraint") == said.constraint_name
    assert found.get("column") == said.column_name
    if said.constraint_name or said.column_name:
        assert found.get("message_detail") == said.message_detail


def test_every_sentence_is_postgresqls_own(cluster: Cluster) -> None:
    server = Path(psutil.Process(cluster.process.pid).exe()).read_bytes()
    assert [item.template for item in SENTENCES if item.template.encode() not in server] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        # In German, as with lc_messages.
        "doppelter Schlüsselwert verletzt Unique-Constraint »x«\nDETAIL:  Schlüssel »(a)=(1)«",
        'invalid input: "duplicate key value violates unique constraint \\"x\\""',
        'my own: duplicate key value violates unique constraint "x"',
        'duplicate key value violates unique constraint "x" and more',
        'duplicate key value violates unique constraint "a"b"',
        "timestamp too large (after year 10K): 'infinity'",
    ],
)
def test_another_text_says_nothing(text: str) -> None:
    assert facts_in(text) == {}


@pytest.mark.parametrize(
    ("text", "sqlstate"),
    [
        (
            'could not extend file "base/5/16384": No space left on device\nHINT:  Free some.',
            "53100",
        ),
        (
            'could not extend file "base/5/1": wrote only 4096 of 8192 bytes at block 7',
            "53100",
        ),
        ("out of memory\nDETAIL:  Failed on request of size 8 in memory context", "53200"),
        ("could not serialize access due to concurrent update", "40001"),
        ("deadlock detected\nDETAIL:  Process 1 waits for ShareLock", "40P01"),
        ("canceling statement due to lock timeout", "55P03"),
        ("permission denied for table asset", "42501"),
    ],
)
def test_a_text_that_is_hard_to_provoke_is_known(text: str, sqlstate: str) -> None:
    assert facts_in(text) == {"sqlstate": sqlstate}
