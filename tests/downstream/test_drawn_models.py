"""Models drawn from the supported types, defaults, keys, indexes and checks go the whole way.

``MSM_DRAWN_MODELS=200`` draws so many models, others in each run; without it the test draws the
same 25.
"""

import os
from collections.abc import Mapping
from itertools import batched
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from psycopg import Connection

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import environment_of
from tests.downstream.conftest import project_of
from tests.downstream.cycle import go_round, look, models_of
from tests.downstream.drawn import DrawnModel, models, sources_of
from tests.support.janitor import new_database

pytestmark = pytest.mark.slow

TOGETHER = 25
DRAWN = int(os.environ.get("MSM_DRAWN_MODELS", TOGETHER))
COLOR = """
class Color(enum.StrEnum):
    RED = "red"
    ODD = "it's 5%"


"""
# What is in the schema: tables, sequences and indexes; types; functions; constraints.
NAMES = """
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION SELECT typname FROM pg_type WHERE typnamespace = 'public'::regnamespace
    UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""


def names_in(connection: Connection) -> set[str]:
    return {name for (name,) in connection.execute(NAMES) if "alembic_version" not in name}


def draw() -> list[DrawnModel]:
    drawn: list[DrawnModel] = []

    # The first one that is drawn is always the smallest.
    @settings(
        max_examples=DRAWN,
        database=None,
        derandomize=DRAWN == TOGETHER,
        # A model is a large thing to draw, and the machine may have other work.
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(models())
    def add(model: DrawnModel) -> None:
        drawn.append(model)

    add()
    return drawn


def test_drawn_models_go_the_whole_way(cluster: Cluster, tmp_path: Path) -> None:
    for number, together in enumerate(batched(draw(), TOGETHER, strict=False)):
        take_round(sources_of(together), cluster, tmp_path / str(number))


def take_round(sources: Mapping[str, str], cluster: Cluster, folder: Path) -> None:
    folder.mkdir()
    project = project_of("downstream-beside", "globex", folder)
    models_of(project, COLOR + "\n".join(sources.values()), *sources)
    with (
        new_database(cluster, "drawn") as database,
        LocalPlatform(cluster.platform_url(database)) as platform,
        psycopg.connect(cluster.admin_url(database), autocommit=True) as connection,
    ):
        environment = environment_of(platform)
        before = names_in(connection)
        go_round(project, environment)
        assert len(names_in(connection)) > len(before) + len(sources)
        down = project.migrate("downgrade", "base", environment=environment)
        assert down.exit_code == 0, down.stderr
        assert names_in(connection) == before
        again = project.migrate("upgrade", "heads", environment=environment)
        assert again.exit_code == 0, again.stderr
        clean = look(project, "check", environment=environment)
        assert clean.value == 0, clean.stdout
