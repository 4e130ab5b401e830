"""What adopt finds different: what would be lost is refused, all else is reported and kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from psycopg import Connection

from migrations.history.published import UNBOUNDED_COLUMNS
from tests.support.adopting import ADOPTED, ALWAYS, ASSET, adopt, lines_of, state
from tests.support.generation import GENERATION, only_metatables
from tests.support.hypertables import STAND_IN
from tests.support.migrating import migrate
from tests.support.published import ROWS, checksums
from tests.support.schema import describe
from tests.support.tools import differences

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Change:
    """A change by hand to a database of ms-markets, and the lines that name it."""

    ddl: str
    lines: tuple[str, ...]


REFUSED = {
    "a renamed column": Change(
        f"ALTER TABLE {ASSET} RENAME asset_type TO kind",
        (
            f"{ASSET}.asset_type: the database has no such column; 1003 has asset_type VARCHAR(64)",
            f"{ASSET}.kind: 1003 has no such column; the database has kind VARCHAR(64)",
            (
                f"{ASSET}.ix__ms_markets__asset__asset_type: the database has CREATE INDEX "
                f"ix__ms_markets__asset__asset_type ON {ASSET} (kind); 1003 has CREATE INDEX "
                f"ix__ms_markets__asset__asset_type ON {ASSET} (asset_type)"
            ),
        ),
    ),
    "a changed type": Change(
        "ALTER TABLE ms_markets__tradests ALTER price TYPE numeric(20, 6)",
        (
            (
                "ms_markets__tradests.price: the database has price NUMERIC(20, 6); 1003 has "
                "price DOUBLE PRECISION"
            ),
        ),
    ),
    "a column that takes NULL": Change(
        "ALTER TABLE ms_markets__calendar ALTER timezone DROP NOT NULL",
        (
            (
                "ms_markets__calendar.timezone: the database has timezone VARCHAR(64); 1003 has "
                "timezone VARCHAR(64) NOT NULL"
            ),
        ),
    ),
    "a default": Change(
        "ALTER TABLE ms_markets__calendar ALTER timezone SET DEFAULT 'CET'",
        (
            (
                "ms_markets__calendar.timezone: the database has timezone VARCHAR(64) DEFAULT "
                "'CET'::character varying NOT NULL; 1003 has timezone VARCHAR(64) NOT NULL"
            ),
        ),
    ),
    "an extra column": Change(
        f"ALTER TABLE {ASSET} ADD note text",
        (f"{ASSET}.note: 1003 has no such column; the database has note TEXT",),
    ),
    "a missing table": Change(
        "DROP TABLE ms_markets__tradests",
        ("ms_markets__tradests: the database has no such table; 1003 has a table",),
    ),
    "another primary key": Change(
        "ALTER TABLE ms_markets__issuer DROP CONSTRAINT pk__ms_markets__issuer CASCADE,"
        " ADD CONSTRAINT pk__ms_markets__issuer PRIMARY KEY (uid, unique_identifier)",
        (
            (
                "ms_markets__issuer.pk__ms_markets__issuer: the database has PRIMARY KEY "
                "(uid, unique_identifier); 1003 has PRIMARY KEY (uid)"
            ),
        ),
    ),
    "a foreign key with another action": Change(
        "ALTER TABLE ms_markets__calendardate"
        " DROP CONSTRAINT fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953,"
        " ADD CONSTRAINT fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953"
        " FOREIGN KEY (calendar_uid) REFERENCES ms_markets__calendar (uid) ON DELETE SET NULL",
        ("ON DELETE SET NULL; 1003 has",),
    ),
    "a check with another condition": Change(
        "ALTER TABLE ms_markets__index"
        " DROP CONSTRAINT ck__ms_markets__index__index_value_format_valid,"
        " ADD CONSTRAINT ck__ms_markets__index__index_value_format_valid"
        " CHECK (value_format IN ('decimal', 'percent', 'bps'))",
        ("ms_markets__index.ck__ms_markets__index__index_value_format_valid: the database has",),
    ),
    "a check that is not valid": Change(
        "ALTER TABLE ms_markets__index"
        " DROP CONSTRAINT ck__ms_markets__index__index_value_format_valid,"
        " ADD CONSTRAINT ck__ms_markets__index__index_value_format_valid"
        " CHECK (value_format IN ('decimal', 'percent')) NOT VALID",
        (
            (
                "ms_markets__index.ck__ms_markets__index__index_value_format_valid: PostgreSQL "
                "marks the check as not valid"
            ),
        ),
    ),
    "an index with another condition": Change(
        "DROP INDEX uix__ms_markets__indexformuladefinition__index_uid;"
        " CREATE UNIQUE INDEX uix__ms_markets__indexformuladefinition__index_uid"
        " ON ms_markets__indexformuladefinition (index_uid) WHERE status = 'draft'",
        (
            (
                "ms_markets__indexformuladefinition"
                ".uix__ms_markets__indexformuladefinition__index_uid: the database has"
            ),
            "(index_uid) WHERE ((status)::text = 'draft'::text); 1003 has",
            "(index_uid) WHERE status = 'active'\n",
        ),
    ),
    "an index of another method": Change(
        "DROP INDEX ix__ms_markets__asset__asset_type;"
        f" CREATE INDEX ix__ms_markets__asset__asset_type ON {ASSET} USING hash (asset_type)",
        (f"ON {ASSET} USING hash (asset_type); 1003 has",),
    ),
    "an index with another collation": Change(
        "DROP INDEX ix__ms_markets__asset__asset_type;"
        f' CREATE INDEX ix__ms_markets__asset__asset_type ON {ASSET} (asset_type COLLATE "C")',
        ('(asset_type COLLATE "C"); 1003 has CREATE INDEX',),
    ),
    "a missing index": Change(
        "DROP INDEX ix__ms_markets__asset__asset_type",
        (f"{ASSET}.ix__ms_markets__asset__asset_type: the database has no such index; 1003 has",),
    ),
    "a missing foreign key": Change(
        "ALTER TABLE ms_markets__calendardate"
        " DROP CONSTRAINT fk__ms_markets__calendardate__calendar_uid__ms_marke_d1ea943953",
        (
            (
                "ms_markets__calendardate.fk__ms_markets__calendardate__calendar_uid__ms_marke_"
                "d1ea943953: the database has no such key; 1003 has"
            ),
        ),
    ),
    "a missing check": Change(
        "ALTER TABLE ms_markets__index"
        " DROP CONSTRAINT ck__ms_markets__index__index_value_format_valid",
        (
            (
                "ms_markets__index.ck__ms_markets__index__index_value_format_valid: the database "
                "has no such check; 1003 has"
            ),
        ),
    ),
    "an index that is not valid": Change(
        "UPDATE pg_index SET indisvalid = false"
        " WHERE indexrelid = 'ix__ms_markets__asset__asset_type'::regclass",
        (f"{ASSET}.ix__ms_markets__asset__asset_type: PostgreSQL marks the index as not valid",),
    ),
}
OWNER = f"ALTER TABLE {ASSET} OWNER TO CURRENT_USER"
if GENERATION == "mainsequence8":
    REFUSED["a table of another owner"] = Change(
        OWNER,
        (
            f"{ASSET}: it belongs to ",
            (
                "and the role of this migration may not change it; let an administrator run `ALTER "
                f"TABLE public.{ASSET} OWNER TO published_template_owner`\n"
            ),
        ),
    )


def test_value_that_does_not_fit_is_counted_and_kept(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(
        "SET session_replication_role = replica;"
        " UPDATE ms_markets__tradests SET asset_identifier = repeat('ä', 256) || trade_time;"
        " UPDATE ms_markets__ordersts SET account_identifier = repeat(' ', 256)"
        " WHERE order_time = (SELECT min(order_time) FROM ms_markets__ordersts);"
        " SET session_replication_role = DEFAULT"
    )
    before, rows = state(superuser), checksums(superuser)
    for arguments in ([], ["--dry-run"]):
        result = adopt(environment, *arguments)
        assert (result.value, result.stderr) == (1, "")
        for column, values, longest in [
            ("ms_markets__tradests.asset_identifier", f"{ROWS} values are", 278),
            ("ms_markets__ordersts.account_identifier", "1 value is", 256),
        ]:
            assert (
                f"  {column}: {values} longer than 1003 allows (the longest has {longest} "
                "characters), and adopt cuts no value\n"
            ) in result.stdout
        assert "\nNothing was changed, because 2 differences prevent it" in result.stdout
    assert (state(superuser), checksums(superuser)) == (before, rows)


def test_hypertable_is_adopted_and_its_columns_named(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    """TimescaleDB is not there: views with the names and the columns of its own stand in."""
    superuser.execute(STAND_IN)
    superuser.execute(
        "CREATE INDEX ms_markets__tradests_trade_time_idx ON ms_markets__tradests (trade_time DESC)"
    )
    before = describe(superuser)
    result = adopt(environment)
    added = {
        (
            f"ms_markets__tradests.{column}: adopt leaves it without a length, because "
            "ms_markets__tradests is a hypertable, and TimescaleDB refuses another type while "
            "chunks are compressed; nothing needs the length, and after decompress_chunk() `ALTER "
            f"TABLE public.ms_markets__tradests ALTER COLUMN {column} TYPE varchar(255)` gives it "
            "one"
        )
        for column in UNBOUNDED_COLUMNS["ms_markets__tradests"]
    }
    assert lines_of(result, ADOPTED) - set(ALWAYS) == added
    after = describe(superuser)
    assert after["ms_markets__tradests"] == before["ms_markets__tradests"]
    assert after["ms_markets__ordersts"] != before["ms_markets__ordersts"]
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    left = {(found["kind"], found["subject"]) for found in differences(environment)}
    assert left == {
        ("changed_column", f"ms_markets__tradests.{column}")
        for column in UNBOUNDED_COLUMNS["ms_markets__tradests"]
    }


@only_metatables
def test_platform_refuses_a_table_of_another_owner(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    """It issues no connection then, so that nothing can be compared."""
    superuser.execute(OWNER)
    before = state(superuser)
    result = adopt(environment)
    assert (result.value, result.stdout) == (2, "")
    assert f" refused a migration connection (409): public.{ASSET} must belong to " in result.stderr
    assert "; run `REASSIGN OWNED BY " in result.stderr
    assert state(superuser) == before


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED.keys())
def test_what_would_be_lost_is_named_and_refused(
    change: Change, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(change.ddl.encode())
    before = state(superuser)
    result = adopt(environment)
    assert (result.value, result.stderr) == (1, "")
    for line in change.lines:
        assert line in result.stdout
    assert "\nNothing was changed, because " in result.stdout
    assert state(superuser) == before


def test_what_1003_does_not_have_is_kept(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(
        f"CREATE INDEX by_hand ON {ASSET} (asset_type, uid);"
        f" ALTER TABLE {ASSET} ADD CONSTRAINT not_empty CHECK (unique_identifier <> ''),"
        " ADD CONSTRAINT no_other UNIQUE (uid, unique_identifier),"
        " ADD CONSTRAINT apart EXCLUDE (unique_identifier WITH =),"
        f" ADD CONSTRAINT itself FOREIGN KEY (uid) REFERENCES {ASSET} (uid);"
        " CREATE TABLE ms_markets__extra ()".encode()
    )
    before = describe(superuser)
    result = adopt(environment)
    assert lines_of(result, ADOPTED) - set(ALWAYS) == {
        (
            f"{ASSET}.not_empty: 1003 has no such check; the database has CHECK "
            "unique_identifier::text <> ''::text"
        ),
        (
            f"{ASSET}.by_hand: 1003 has no such index; the database has CREATE INDEX by_hand ON "
            f"{ASSET} (asset_type, uid)"
        ),
        (
            f"{ASSET}.no_other: 1003 has no such key; the database has UNIQUE "
            "(uid, unique_identifier)"
        ),
        (
            f"{ASSET}.apart: 1003 has no such key; the database has EXCLUDE USING btree "
            "(unique_identifier WITH =)"
        ),
        (
            f"{ASSET}.itself: 1003 has no such key; the database has FOREIGN KEY(uid) REFERENCES "
            f"{ASSET} (uid)"
        ),
        "ms_markets__extra: 1003 has no such table",
    }
    after = describe(superuser)
    assert after[ASSET] == before[ASSET]
    assert after.keys() == before.keys()
