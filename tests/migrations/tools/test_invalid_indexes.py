"""An index whose build did not end is named by the check, and by the upgrade that meets it."""

import json
from collections.abc import Mapping
from pathlib import Path

from psycopg import Connection

from migrations.errors import InvalidIndexError
from tests.support.forked import run_forked
from tests.support.history import NEXT
from tests.support.migrating import migrate, run_check_fresh, sentence_of, write_revision
from tests.support.refusals import KEPT, sentence
from tests.support.tools import differences

BUILD = """with op.get_context().autocommit_block():
    op.create_index("ix_test", "ms_markets__asset", ["asset_type"], unique=True,
        postgresql_concurrently=True)"""
ROWS = "INSERT INTO ms_markets__asset (unique_identifier, asset_type) VALUES ('a', 'x'), ('b', 'x')"
ASSET_TYPE = "ix__ms_markets__asset__asset_type"


def test_upgrade_says_which_invalid_index_to_drop(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    superuser.execute(ROWS)
    write_revision(checkout, BUILD, 'op.drop_index("ix_test", "ms_markets__asset")')
    failed = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert failed.exit_code == 1
    assert KEPT in sentence_of(failed)

    refused = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert refused.exit_code == 6
    facts = {"index": "ix_test", "table": "ms_markets__asset", "revision": NEXT}
    assert sentence_of(refused) == sentence(InvalidIndexError, **facts)
    seen = run_forked(run_check_fresh, environment=environment, folder=checkout)
    (found,) = [
        each for each in json.loads(seen.stdout)["differences"] if each["kind"] == "invalid_index"
    ]
    assert found["subject"] == "ms_markets__asset.ix_test"
    assert "`DROP INDEX CONCURRENTLY ix_test`" in found["detail"]

    superuser.execute("DROP INDEX CONCURRENTLY ix_test")
    superuser.execute("DELETE FROM ms_markets__asset")
    done = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert done.exit_code == 0, done.stderr


def test_check_says_how_to_rebuild_an_index(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [ASSET_TYPE]
    )
    (found,) = differences(environment)
    assert found["kind"] == "invalid_index"
    assert f"`REINDEX INDEX CONCURRENTLY {ASSET_TYPE}`" in found["detail"]
    superuser.execute(f"REINDEX INDEX CONCURRENTLY {ASSET_TYPE}".encode())
    assert differences(environment) == []
