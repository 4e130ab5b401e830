"""On a local platform, the refusals of a database also say how to replace it."""

from collections.abc import Mapping

import pytest
from psycopg import Connection

from msm.models import AssetSnapshotsTS
from tests.support.migrating import migrate, sentence_of


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE ms_markets__alembic_version SET version_num = '9912'",
        "DELETE FROM ms_markets__alembic_version",
        f"DROP TABLE {AssetSnapshotsTS.__tablename__}",
    ],
    ids=["ahead", "without a version row", "without a table"],
)
def test_a_local_database_can_be_replaced(
    damage: str, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(damage)
    local = {**environment, "MSM_LOCAL_COMMAND": "msm-local --name x"}
    assert sentence_of(migrate("upgrade", "head", environment=local)).endswith(
        "; or, if you need no row of it, replace this local database: `msm-local --name x reset`."
    )
    assert " reset`" not in sentence_of(migrate("upgrade", "head", environment=environment))
