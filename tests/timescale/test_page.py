"""The SQL of docs/scale.md, in the order of the page."""

import psycopg
from psycopg import Connection

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, environment_of
from tests.support.hypertables import can_compress
from tests.support.markdown import blocks_of
from tests.support.migrating import migrate


def test_statements_of_the_page_run(
    cluster: Cluster, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    blocks = [block for block in blocks_of(ROOT / "docs" / "scale.md") if block.language == "sql"]
    assert len(blocks) == 3
    url = cluster.admin_url(empty_database.info.dbname)
    with psycopg.connect(url, autocommit=True) as superuser:
        for block in blocks:
            for statement in filter(str.strip, block.text.split(";")):
                # Compression is no part of the packages of Debian.
                if "columnstore" not in statement or can_compress(superuser):
                    superuser.execute(statement.encode())
