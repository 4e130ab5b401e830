"""A migration never makes others hang: what it waits for, how long, and its message then."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import psycopg
import pytest
from psycopg import Connection, sql
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from migrations.errors import (
    ConnectionLostError,
    CredentialExpiredError,
    LimitError,
    RevisionRaisedError,
    StatementCancelledError,
    StatementFailedError,
    TableBusyError,
)
from migrations.run.limits import STATEMENT_TIMEOUT_VARIABLE, Limits, set_timeouts
from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.support.migrating import (
    Background,
    migrate,
    sentence_of,
    wait_for_lock_timeout,
    write_revision,
)
from tests.support.refusals import KEPT, NOTHING_KEPT, sentence
from tests.support.schema import describe
from tests.support.urls import url_of

LOCK_TIMEOUT = "canceling statement due to lock timeout"
ADD = "op.add_column('ms_markets__asset', sa.Column('note', sa.Text()))"
DROP = "op.drop_column('ms_markets__asset', 'note')"
SHOW = """op.execute("DO $$ BEGIN RAISE '%', concat_ws(' ', current_setting('lock_timeout'),"
" current_setting('statement_timeout')); END $$")"""


@pytest.fixture
def application(head_database: Connection) -> Iterator[Connection]:
    """A session of an application, which locks tables in the tests."""
    url = url_of(head_database).render_as_string(hide_password=False)
    with psycopg.connect(url, application_name="application") as connection:
        yield connection


def impatient(environment: Mapping[str, str], *, attempts: int = 4) -> dict[str, str]:
    return dict(environment) | {
        "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "0.05",
        "MSM_MIGRATION_TABLE_LOCK_ATTEMPTS": str(attempts),
    }


def milliseconds(setting: str) -> int:
    """A setting as PostgreSQL prints it: 59s, where 59000ms are whole seconds."""
    if setting.endswith("ms"):
        return int(setting.removesuffix("ms"))
    return int(setting.removesuffix("s")) * 1000


def has_note(database: Connection) -> bool:
    columns = describe(database)["ms_markets__asset"].columns
    database.rollback()
    return "note" in {name for name, _, _ in columns}


@pytest.mark.slow
def test_table_held_for_two_seconds_is_tried_again(
    environment: Mapping[str, str],
    head_database: Connection,
    application: Connection,
    watcher: Connection,
    checkout: Path,
) -> None:
    """The application holds it with the strongest lock."""
    write_revision(checkout, ADD, DROP)
    application.execute("LOCK TABLE ms_markets__asset")
    with ThreadPoolExecutor() as threads:
        upgrade = threads.submit(
            migrate,
            "upgrade",
            "head",
            environment=impatient(environment, attempts=6),
            folder=checkout,
        )
        wait_for_lock_timeout(watcher)
        time.sleep(2)
        assert not upgrade.done()
        application.rollback()
        result = upgrade.result()
    assert result.exit_code == 0, result.stderr
    assert (
        f"held by pid {application.info.backend_pid} (application); trying again" in result.stderr
    )
    assert has_note(head_database)


@pytest.mark.slow
def test_readers_wait_at_most_the_lock_timeout(
    environment: Mapping[str, str],
    head_database: Connection,
    application: Connection,
    checkout: Path,
) -> None:
    """A reader queues behind an ALTER TABLE that waits itself."""
    write_revision(checkout, ADD, DROP)
    application.execute("LOCK TABLE ms_markets__asset IN ROW EXCLUSIVE MODE")
    finished = Event()

    def longest_read() -> float:
        longest = 0.0
        while not finished.is_set():
            started = time.monotonic()
            head_database.execute("SELECT count(*) FROM ms_markets__asset")
            head_database.rollback()
            longest = max(longest, time.monotonic() - started)
        return longest

    with ThreadPoolExecutor() as threads:
        reading = threads.submit(longest_read)
        result = migrate(
            "upgrade", "head", environment=impatient(environment, attempts=2), folder=checkout
        )
        finished.set()
    assert result.exit_code == 1
    # Half of what it would be without the setting. More than 50 ms is due to a busy machine.
    assert reading.result() < 2.5


def test_reader_that_blocks_is_named_and_nothing_changed(
    environment: Mapping[str, str],
    head_database: Connection,
    application: Connection,
    checkout: Path,
) -> None:
    write_revision(checkout, f"op.create_table('early', sa.Column('a', sa.Text()))\n{ADD}", DROP)
    before = describe(head_database)
    head_database.rollback()
    application.execute("SELECT count(*) FROM ms_markets__asset")
    result = migrate(
        "upgrade", "head", environment=impatient(environment, attempts=2), folder=checkout
    )
    assert result.exit_code == 1
    pid = application.info.backend_pid
    assert sentence_of(result) == sentence(
        TableBusyError,
        statement="ALTER TABLE ms_markets__asset ADD COLUMN note TEXT",
        reason=f"{LOCK_TIMEOUT}, tried 2 times",
        holder=f"pid {pid} (application)",
        outcome=NOTHING_KEPT,
        end=f", or end it with SELECT pg_terminate_backend({pid})",
    )
    assert describe(head_database) == before


def test_operations_outside_a_transaction_are_not_retried(
    environment: Mapping[str, str],
    application: Connection,
    checkout: Path,
) -> None:
    build = (
        "with op.get_context().autocommit_block():\n"
        "    op.create_index('ix_test', 'ms_markets__issuer', ['unique_identifier'],"
        " postgresql_concurrently=True)"
    )
    write_revision(checkout, f"{build}\n{ADD}", DROP)
    application.execute("SELECT count(*) FROM ms_markets__asset")
    result = migrate("upgrade", "head", environment=impatient(environment), folder=checkout)
    assert result.exit_code == 1
    pid = application.info.backend_pid
    assert sentence_of(result) == sentence(
        TableBusyError,
        statement="ALTER TABLE ms_markets__asset ADD COLUMN note TEXT",
        reason=f"{LOCK_TIMEOUT}, tried once",
        holder=f"pid {pid} (application)",
        outcome=KEPT,
        end=f", or end it with SELECT pg_terminate_backend({pid})",
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "variables", "limits"),
    [
        ((), {}, "5s 10min"),
        (
            (),
            {
                "MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "1.5",
                "MSM_MIGRATION_STATEMENT_TIMEOUT": "1800",
            },
            "1500ms 30min",
        ),
        (("--ttl-seconds", "120"), {}, None),
    ],
    ids=["default", "settings", "credential"],
)
def test_limits_are_set_on_the_migration_connection(
    arguments: tuple[str, ...],
    variables: dict[str, str],
    limits: str | None,
    environment: Mapping[str, str],
    checkout: Path,
) -> None:
    write_revision(checkout, SHOW, acknowledged="unread-sql")
    result = migrate(
        "upgrade", "head", *arguments, environment=dict(environment) | variables, folder=checkout
    )
    assert result.exit_code == 1
    found = sentence_of(result).partition("(P0001: ")[2].partition("); nothing")[0]
    if limits is None:
        # What was left of two minutes, in milliseconds.
        assert 110_000 < milliseconds(found.removeprefix("5s ")) < 120_000
    else:
        assert found == limits


@pytest.mark.slow
def test_later_attempt_ends_with_the_credential(
    environment: Mapping[str, str], application: Connection, watcher: Connection, checkout: Path
) -> None:
    write_revision(checkout, f"{ADD}\n{SHOW}", acknowledged="unread-sql")
    application.execute("LOCK TABLE ms_markets__asset")
    patient = dict(environment) | {"MSM_MIGRATION_TABLE_LOCK_TIMEOUT": "0.3"}
    with ThreadPoolExecutor() as threads:
        upgrade = threads.submit(migrate, "upgrade", "head", environment=patient, folder=checkout)
        wait_for_lock_timeout(watcher)
        login = watcher.execute(
            "SELECT usename FROM pg_stat_activity WHERE application_name LIKE 'msm-migrate %'"
        ).fetchone()
        assert login is not None
        shorten = "ALTER ROLE {} VALID UNTIL {}"
        end = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
        watcher.execute(sql.SQL(shorten).format(sql.Identifier(login[0]), sql.Literal(end)))
        application.rollback()
        result = upgrade.result()
    found = sentence_of(result).partition("(P0001: 300ms ")[2].partition("); nothing")[0]
    assert 0 < milliseconds(found) < 60_000


def test_a_statement_that_takes_too_long_is_cancelled(
    environment: Mapping[str, str], head_database: Connection, checkout: Path
) -> None:
    write_revision(checkout, f"{ADD}\nop.execute('SELECT pg_sleep(60)')", DROP)
    brief = dict(environment) | {"MSM_MIGRATION_STATEMENT_TIMEOUT": "1.5"}
    result = migrate("upgrade", "head", environment=brief, folder=checkout)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        StatementCancelledError,
        statement="SELECT pg_sleep(60)",
        reason="canceling statement due to statement timeout",
        outcome=NOTHING_KEPT,
    )
    assert not has_note(head_database)


@pytest.mark.parametrize(
    ("sqlstate", "remedy"),
    [
        ("22012", "fix the revision, or the rows that it works on,"),
        ("53100", "free some space on the server"),
        (
            "53200",
            (
                "raise max_locks_per_transaction of the server, or divide the revision and upgrade "
                "to one part at a time,"
            ),
        ),
    ],
)
def test_refusal_of_the_server_says_how_to_go_on(
    environment: Mapping[str, str],
    head_database: Connection,
    checkout: Path,
    sqlstate: str,
    remedy: str,
) -> None:
    statement = f"DO $$BEGIN RAISE 'no' USING ERRCODE = '{sqlstate}'; END$$"
    failing = f'{ADD}\nop.execute("{statement}")'
    write_revision(checkout, failing, DROP, acknowledged="unread-sql")
    result = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        StatementFailedError,
        statement=statement,
        reason=f"{sqlstate}: no",
        outcome=NOTHING_KEPT,
        remedy=remedy,
    )
    assert not has_note(head_database)


def test_error_of_a_revision_names_its_line(
    environment: Mapping[str, str], head_database: Connection, checkout: Path
) -> None:
    file = write_revision(checkout, f"{ADD}\nraise ValueError('no')", DROP)
    # Otherwise it is refused before it runs.
    unread = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    result = migrate("upgrade", "head", environment=unread, folder=checkout)
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        RevisionRaisedError, error="ValueError: no", file=file, line=14, outcome=NOTHING_KEPT
    )
    assert not has_note(head_database)


def test_read_only_command_has_the_same_lock_timeout(
    environment: Mapping[str, str], application: Connection
) -> None:
    application.execute("LOCK TABLE ms_markets__alembic_version")
    result = migrate("current", environment=impatient(environment))
    assert result.exit_code == 1
    # Nothing watches a command that only reads, so its message names no session.
    statement = sentence_of(result).partition("`")[2].partition("`")[0]
    assert sentence_of(result) == sentence(
        TableBusyError,
        statement=statement,
        reason=f"{LOCK_TIMEOUT}, tried once",
        holder="an unknown session",
        outcome=NOTHING_KEPT,
        end="",
    )


@pytest.mark.slow
def test_a_session_that_is_ended_leaves_nothing(
    fresh_platform: LocalPlatform, watcher: Connection, checkout: Path
) -> None:
    environment = environment_of(fresh_platform)
    write_revision(checkout, "op.execute('SELECT pg_sleep(30)')")
    with Background(watcher) as background:
        upgrade = background.start("upgrade", "head", environment=environment, folder=checkout)
        seen = background.wait_for("pg_sleep")
        watcher.execute("SELECT pg_terminate_backend(%s)", [seen.backend])
        result = upgrade.result()
    assert result.exit_code == 1
    assert sentence_of(result) == sentence(
        ConnectionLostError,
        server=f"127.0.0.1:{watcher.info.port}",
        reason="terminating connection due to administrator command",
        outcome=NOTHING_KEPT,
    )
    assert describe(watcher) == {}


def test_a_credential_without_time_left_is_refused(
    empty_database: Connection, watcher: Connection
) -> None:
    watcher.execute("CREATE ROLE brief LOGIN PASSWORD 'brief' VALID UNTIL 'infinity'")
    try:
        url = url_of(empty_database).set(username="brief", password="brief")  # noqa: S106
        with create_engine(url, poolclass=NullPool).connect() as connection:
            set_timeouts(connection, Limits())
            watcher.execute("ALTER ROLE brief VALID UNTIL '2020-01-01'")
            with pytest.raises(CredentialExpiredError) as caught:
                set_timeouts(connection, Limits())
    finally:
        watcher.execute("DROP ROLE brief")
    assert str(caught.value) == sentence(CredentialExpiredError)


@pytest.mark.parametrize("value", ["soon", "-1", "0", "nan", "1e9"])
def test_limit_outside_its_range_is_refused(value: str) -> None:
    with pytest.raises(LimitError) as caught:
        Limits.from_environment({"MSM_MIGRATION_STATEMENT_TIMEOUT": value})
    assert (caught.value.variable, caught.value.value) == (STATEMENT_TIMEOUT_VARIABLE, value)
    assert str(caught.value) == sentence(
        LimitError,
        variable="MSM_MIGRATION_STATEMENT_TIMEOUT",
        value=value,
        needed="a number from 0.001 to 86400",
    )
