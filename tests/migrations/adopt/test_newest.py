"""``python -m migrations.adopt`` takes databases that ms-markets 2.1.0 to 2.2.12 left behind."""

from collections.abc import Iterator, Mapping

import pytest
from psycopg import Connection

from migrations.check.__main__ import main as check
from migrations.errors import PublishedCatalogError
from migrations.history.published import DROPPED_KEYS, IGNORED_TABLES
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, database
from tests.support.adopting import (
    ADOPTED,
    ASSET,
    NEW_NAME,
    OLD_NAME,
    PORTFOLIO,
    VERSION,
    WOULD,
    adopt,
    lines_of,
    rows_read,
    state,
)
from tests.support.forked import run_forked
from tests.support.history import HEAD, TABLES
from tests.support.migrating import migrate, sentence_of
from tests.support.published import ROWS, Recorded, checksums
from tests.support.refusals import sentence
from tests.support.schema import describe

pytestmark = pytest.mark.slow

[(LEDGER, DROPPED_KEY)] = DROPPED_KEYS.items()
DUPLICATE = f"""
    UPDATE {LEDGER} SET event_identifier = 'x', event_revision = 1, record_identifier = 'x',
        portfolio_identifier = (SELECT portfolio_identifier FROM {LEDGER} LIMIT 1)
"""


@pytest.fixture
def recorded(newest_template: tuple[str, Recorded]) -> Recorded:
    return newest_template[1]


@pytest.fixture
def published_database(
    cluster: Cluster, newest_template: tuple[str, Recorded]
) -> Iterator[Connection]:
    with database(cluster, "newest", template=newest_template[0]) as connection:
        yield connection


def expected_lines(recorded: Recorded) -> set[str]:
    """What differs in each database that ms-markets left at this row."""
    lines = {f"{table}: 1003 has no such table" for table in IGNORED_TABLES}
    if recorded.row != "0018":
        lines.add(
            f"{LEDGER}.{DROPPED_KEY}: the database has no such key; 1003 has UNIQUE "
            "(portfolio_identifier, event_identifier, event_revision, record_identifier)"
        )
    if recorded.is_legacy:
        lines.add(f"{PORTFOLIO}.{OLD_NAME}: its name in 1003 is {NEW_NAME}")
    return lines


def test_published_database_is_adopted_without_loss(
    recorded: Recorded, environment: Mapping[str, str], superuser: Connection
) -> None:
    rows, shapes = checksums(superuser), describe(superuser)
    assert {count for count, _ in rows.values()} == {ROWS}
    assert len(rows) == 62

    refused = migrate("upgrade", "head", environment=environment)
    assert refused.exit_code == 1
    assert sentence_of(refused) == sentence(PublishedCatalogError, package="migrations")
    before = state(superuser)
    would = WOULD.replace("0017", recorded.row)
    assert lines_of(adopt(environment, "--dry-run"), would) == expected_lines(recorded)
    assert state(superuser) == before

    result = adopt(environment)
    adopted = ADOPTED.replace("0017", recorded.row)
    assert lines_of(result, adopted) == expected_lines(recorded)
    assert result.value == 0
    assert superuser.execute(VERSION).fetchall() == [("1003",)]
    if recorded.is_legacy:
        shapes[PORTFOLIO].constraints[NEW_NAME] = shapes[PORTFOLIO].constraints.pop(OLD_NAME)
    assert describe(superuser) == shapes

    upgraded = migrate("upgrade", "head", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    assert superuser.execute(VERSION).fetchall() == [(HEAD,)]
    assert checksums(superuser) == rows
    checked = run_forked(check, [], environment=environment, folder=ROOT)
    assert checked.stdout == f"At {HEAD}, the head: database and catalog are as the models say.\n"
    assert rows_read(environment) == dict.fromkeys(TABLES, ROWS)


def test_duplicate_in_the_ledger_does_not_block(
    recorded: Recorded, environment: Mapping[str, str], superuser: Connection
) -> None:
    if recorded.row == "0018":
        pytest.skip("its unique key allows no duplicate")
    superuser.execute(DUPLICATE.encode())
    rows = checksums(superuser)
    assert adopt(environment).value == 0
    upgraded = migrate("upgrade", "head", environment=environment)
    assert upgraded.exit_code == 0, upgraded.stderr
    assert checksums(superuser) == rows


FAULTS = {
    "another key is missing": (
        "ALTER TABLE ms_markets__portfolio DROP CONSTRAINT pk__ms_markets__portfolio CASCADE",
        "ms_markets__portfolio.pk__ms_markets__portfolio: the database has no such key; 1003 has",
    ),
    "a column of a later release": (
        f"ALTER TABLE {ASSET} ADD note text",
        f"{ASSET}.note: 1003 has no such column; the database has note TEXT",
    ),
    "a shorter identifier": (
        "ALTER TABLE ms_markets__ordersts ALTER asset_identifier TYPE varchar(64)",
        "ms_markets__ordersts.asset_identifier: the database has asset_identifier VARCHAR(64)",
    ),
    "a key of the ledger with other columns": (
        (
            f"ALTER TABLE {LEDGER} DROP CONSTRAINT IF EXISTS {DROPPED_KEY},"
            f" ADD CONSTRAINT {DROPPED_KEY} UNIQUE (event_identifier, record_identifier)"
        ),
        f"{LEDGER}.{DROPPED_KEY}: the database has UNIQUE (event_identifier, record_identifier)",
    ),
}


@pytest.mark.parametrize(("ddl", "line"), FAULTS.values(), ids=FAULTS.keys())
def test_other_differences_of_published_databases_are_refused(
    ddl: str, line: str, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(ddl.encode())
    before = state(superuser)
    result = adopt(environment)
    assert (result.value, result.stderr) == (1, "")
    assert line in result.stdout
    assert "\nNothing was changed, because " in result.stdout
    assert state(superuser) == before
