"""A row of the catalog without a table and a model is removed by a command that asks nothing."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from psycopg import Connection

from tests.conftest import ROOT
from tests.support.tools import differences

LEFT_OVER = """
    INSERT INTO msm_local.meta_tables
    SELECT (jsonb_populate_record(t, jsonb_build_object('uid', gen_random_uuid(),
        'identifier', 'ms_markets__former', 'physical_table_name', 'ms_markets__former'))).*
    FROM msm_local.meta_tables t WHERE physical_table_name = 'ms_markets__asset'
"""


@pytest.mark.slow
def test_printed_command_removes_a_left_over_row(
    environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute(LEFT_OVER)
    [found] = differences(environment)
    assert (found["kind"], found["subject"]) == ("dropped_table", "ms_markets__former")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(
        ["/bin/sh", "-c", found["command"]],
        cwd=ROOT,
        env={**os.environ, **environment, "PATH": path},
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=60,
    )
    assert differences(environment) == []
