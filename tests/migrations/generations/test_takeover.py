"""The recipe of docs/from-sdk8.md on the vendor's server: a database moves with its rows."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, RUNTIME_PASSWORD, environment_of
from tests.support.environments import migrate_with, python_with
from tests.support.generation import only_metatables
from tests.support.history import HEAD, RESOURCES, TABLES
from tests.support.janitor import new_database
from tests.support.moving import blocks_for, type_in
from tests.support.published import ROWS, checksums, fill
from tests.support.vendor_platform import vendor_platform

pytestmark = [pytest.mark.slow, only_metatables]

# Attaches every model, and prints how many rows a service reads of each table.
READ = """
import json
import msm
from sqlalchemy import select
from tests.support.history import MODELS
runtime = msm.start_engine(MODELS)
print(json.dumps({m.__tablename__: runtime.execute(select(m)).row_count for m in MODELS}))
"""


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A cluster without the roles that other tests made."""
    with Cluster.temporary() as cluster:
        yield cluster


def test_database_of_sdk_8_moves_to_the_vendors_server(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    with (
        new_database(own_cluster, "old") as name,
        LocalPlatform(own_cluster.platform_url(name), runtime_password=RUNTIME_PASSWORD) as ours,
    ):
        migrate_with("mainsequence8", "upgrade", "head", environment=environment_of(ours))
        fill(make_url(own_cluster.platform_url(name)))
        with psycopg.connect(own_cluster.admin_url(name)) as connection:
            before = checksums(connection)
        assert {count for count, _ in before.values()} == {ROWS}

        with vendor_platform(own_cluster, "new", tmp_path / "vendor", ROOT) as theirs:
            environment = environment_of(theirs)
            old, new = own_cluster.admin_url(name), own_cluster.admin_url("new")
            [script] = blocks_for("test_the_dump_gives_the_tables_to_the_server")
            type_in(tmp_path, script, OLD_DATABASE_URL=old, NEW_DATABASE_URL=new)

            answer, said = migrate_with(
                "metatables", "upgrade", "head", "--json", environment=environment
            )
            assert json.loads(answer)["active_count"] == RESOURCES
            assert "Running upgrade" not in said
            checked = python_with("metatables", "-m", "migrations.check", environment=environment)
            assert checked == (
                f"At {HEAD}, the head: database and catalog are as the models say.\n"
            )
            read = python_with("metatables", "-c", READ, environment=environment)
            assert json.loads(read) == dict.fromkeys(TABLES, ROWS)
            with psycopg.connect(new) as connection:
                assert checksums(connection) == before
