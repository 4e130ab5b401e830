"""Every supported type of a column goes the whole way of a revision, on both engines."""

import datetime
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import msm
from msm.column_types import SUPPORTED
from msm.errors import MsmError
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import environment_of
from tests.downstream.conftest import Project
from tests.downstream.cycle import go_round, models_of
from tests.local.conftest import next_name
from tests.support.forked import run_forked
from tests.support.generation import only_metatables
from tests.support.janitor import new_database
from tests.support.rows import dictionaries

pytestmark = pytest.mark.slow

COLUMNS = [f"c{number}: Mapped[{row.annotation}]" for number, row in enumerate(SUPPORTED)]
CODE = f"""
    class Color(enum.StrEnum):
        RED = "it's red"
        BLUE = "100%"


    class Cents(sa.TypeDecorator):
        impl = sa.Integer
        cache_ok = True

        def process_bind_param(self, value, dialect):
            return None if value is None else round(value * 100)

        def process_result_value(self, value, dialect):
            return None if value is None else value / 100


    class Document(sa.TypeDecorator):
        impl = sa.JSON
        cache_ok = True

        def load_dialect_impl(self, dialect):
            return dialect.type_descriptor(postgresql.JSONB())


    class Kind(MarketsMetaTable):
        '''One column of each type.'''

        __application__ = "globex"

        number: Mapped[int] = mapped_column(primary_key=True)
        {"\n        ".join(COLUMNS)}


    class Mine(MarketsMetaTable):
        '''Enumerations, and types of a project.'''

        __application__ = "globex"

        number: Mapped[int] = mapped_column(primary_key=True)
        color: Mapped[Color]
        shade: Mapped[Literal["dark", "light"] | None]
        price: Mapped[float] = mapped_column(Cents)
        prices: Mapped[list[float]] = mapped_column(sa.ARRAY(Cents()))
        document: Mapped[Any] = mapped_column(Document)
        span: Mapped[datetime.timedelta] = mapped_column(server_default=text("'1 hour'"))
        day: Mapped[datetime.time] = mapped_column(server_default="12:30")
        tags: Mapped[list[str]] = mapped_column(server_default=text("'{{}}'"))
        blob: Mapped[bytes] = mapped_column(server_default=text(r"'\\x00'"))
"""
ROW: dict[str, Any] = {
    "color": "it's red",
    "shade": "dark",
    "price": 1.25,
    "prices": [0.5, None],
    "document": {"a": [1]},
}


@pytest.fixture(params=["msm-local", pytest.param("metatables", marks=only_metatables)])
def environment(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, str]]:
    """What a process needs to use one of the two engines, whose database is empty."""
    if request.param == "metatables":
        # Here, because the vendor's server is not installed with SDK 8.
        from tests.conformance.engines import engine

        folder = tmp_path_factory.mktemp("metatables")
        with engine("metatables", cluster, folder, next_name()) as theirs:
            yield theirs.environment
    else:
        with (
            new_database(cluster, next_name()) as database,
            LocalPlatform(cluster.platform_url(database)) as ours,
        ):
            yield environment_of(ours)


def value_in(project: Project, function: Callable[[], Any], environment: Mapping[str, str]) -> Any:
    done = run_forked(function, environment=environment, folder=project.folder)
    assert done.exit_code == 0, done.stderr
    return done.value


def write_and_read() -> tuple[list[dict[str, Any]], str]:
    sys.path.insert(0, str(Path.cwd()))
    models = import_module("globex.models")
    mine, red = models.Mine, models.Color.RED
    runtime = msm.start_engine(models=[mine])
    # The database makes an integer key.
    assert runtime.insert(mine, [ROW, ROW | {"color": red}]) == 2
    assert runtime.upsert(mine, [ROW | {"number": 2, "shade": None}], key=["number"]) == 1
    with pytest.raises(MsmError) as caught:
        runtime.insert(mine, [ROW | {"color": "green"}])
    statement = select(mine.__table__).where(mine.color == red).order_by(mine.number)
    return dictionaries(runtime.execute(statement)), str(caught.value)


def test_every_type_goes_round(globex: Project, environment: Mapping[str, str]) -> None:
    models_of(globex, CODE, "Kind", "Mine")
    text = go_round(globex, environment)
    assert "Cents" not in text
    assert "Document" not in text
    made = {
        "span": datetime.timedelta(hours=1),
        "day": datetime.time(12, 30),
        "tags": [],
        "blob": b"\x00",
    }
    rows, refused = value_in(globex, write_and_read, environment)
    shades = ["dark", None]
    assert rows == [
        {"number": number, **ROW, **made, "shade": shade} for number, shade in enumerate(shades, 1)
    ]
    assert "ck__globex__mine__color_values" in refused
