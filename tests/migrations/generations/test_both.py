"""One database and both generations of the SDK: one after the other, and at once."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import make_url

from msm.generation import Generation
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import environment_of, platform_on
from tests.support.auditing import audit, created
from tests.support.crashing import State, read_state, read_versions
from tests.support.environments import (
    BOTH,
    migrate_with,
    migration_of,
    python_with,
    start_with,
)
from tests.support.history import HEAD, RESOURCES, TABLES
from tests.support.published import checksums, fill

pytestmark = pytest.mark.slow

# Attaches every model, writes one row, and prints the rows of every table.
SERVICE = """
import json, sys
import msm
from msm.models import Asset
from sqlalchemy import select
from tests.support.history import MODELS
runtime = msm.start_engine(MODELS)
runtime.upsert(Asset, [{"unique_identifier": "written", "asset_type": sys.argv[1]}])
tables = [model.__table__ for model in MODELS]
found = {table.name: runtime.execute(select(table)).mappings().all() for table in tables}
print(json.dumps({name: sorted(map(repr, rows)) for name, rows in found.items()}))
"""


def serve(
    generation: Generation, kind: str, *, environment: Mapping[str, str]
) -> dict[str, list[str]]:
    """Write a row of this kind as a service of a generation does, and read the rows of all."""
    found: dict[str, list[str]] = json.loads(
        python_with(generation, "-c", SERVICE, kind, environment=environment)
    )
    return found


def facts(state: State) -> dict[str, Any]:
    """The state without what a generation says in its own way."""
    # Generation 1 records the target as it was typed.
    catalog = [{**row, "alembic_revision": None} for row in state.catalog]
    return {
        "versions": state.versions,
        "tables": state.tables,
        "details": state.details,
        "catalog": catalog,
    }


@pytest.mark.parametrize(
    "first", [pytest.param("metatables", marks=pytest.mark.long), "mainsequence8"]
)
def test_database_of_one_generation_is_used_by_the_other_and_back(
    first: Generation, fresh_platform: LocalPlatform, empty_database: Connection, empty_url: str
) -> None:
    (second,) = set(BOTH) - {first}
    environment = environment_of(fresh_platform)
    migrate_with(first, "upgrade", "head", environment=environment)
    fill(make_url(empty_url))
    rows = serve(first, "kept", environment=environment)
    before, sums = facts(read_state(empty_url)), checksums(empty_database)
    empty_database.rollback()
    for generation in (second, first):
        assert f"{HEAD} (head)" in "".join(
            migrate_with(generation, "current", environment=environment)
        )
        answer, said = migrate_with(
            generation, "upgrade", "head", "--json", environment=environment
        )
        assert json.loads(answer)["active_count"] == RESOURCES
        assert "Running upgrade" not in said
        checked = python_with(generation, "-m", "migrations.check", environment=environment)
        assert checked == f"At {HEAD}, the head: database and catalog are as the models say.\n"
        assert serve(generation, "kept", environment=environment) == rows
    assert checksums(empty_database) == sums
    assert facts(read_state(empty_url)) == before


def test_both_generations_make_the_same_schema(
    cluster: Cluster, empty_database: Connection, second_empty_database: Connection
) -> None:
    made = []
    for generation, database in zip(BOTH, (empty_database, second_empty_database), strict=True):
        url = cluster.platform_url(database.info.dbname)
        with platform_on(database) as platform:
            environment = environment_of(platform)
            migrate_with(generation, "upgrade", "head", environment=environment)
            up = facts(read_state(url))
            migrate_with(generation, "downgrade", "base", environment=environment)
            down = read_state(url)
            migrate_with(generation, "upgrade", "head", environment=environment)
            assert facts(read_state(url)) == up
        assert (down.versions, down.tables) == ([], {})
        # Not the catalogs: each client writes rows of its own.
        made.append({name: up[name] for name in ("versions", "tables", "details")})
    assert made[0] == made[1]


def test_both_generations_upgrade_one_database_at_once(
    fresh_platform: LocalPlatform, watcher: Connection
) -> None:
    audit(watcher)
    environment = environment_of(fresh_platform) | {"MSM_MIGRATION_LOCK_TIMEOUT": "110"}
    running = [
        start_with(
            generation, *migration_of(generation, "upgrade", "head"), environment=environment
        )
        for generation in BOTH
    ]
    ended = [(process.communicate(timeout=180), process.returncode) for process in running]
    assert [code for _, code in ended] == [0, 0], ended
    # The version table too.
    assert len(created(watcher)) == len(set(created(watcher))) == len(TABLES) + 1
    assert read_versions(watcher) == [HEAD]
    assert sum("Running upgrade" in said[1] for said, _ in ended) == 1
