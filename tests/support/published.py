"""Databases of the published ms-markets: tables, rows, and the rows of the catalog."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg
from psycopg import sql
from sqlalchemy import URL, Column, MetaData, String, Table, create_engine, insert
from sqlalchemy.pool import NullPool

from tests.support.generation import sdk

__all__ = [
    "RECORDED",
    "ROWS",
    "Recorded",
    "checksums",
    "create_published",
    "fill",
    "register_published",
]

DATA = Path(__file__).parents[1] / "data"
ROWS = 50
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The DDL of a database that ms-markets made; ``tests/data/README.md`` says how.

    Attributes:
        row: of its version table.
        file: in ``tests/data``.
        is_legacy: whether it began before 0018, and so has the names of that time.
    """

    row: str
    file: str
    is_legacy: bool = False

    def ddl(self) -> bytes:
        content = (DATA / self.file).read_bytes()
        return gzip.decompress(content) if self.file.endswith(".gz") else content


RECORDED = {
    "0017": Recorded("0017", "ms_markets_0017.sql", is_legacy=True),
    "0018": Recorded("0018", "ms_markets_0018.sql.gz"),
    "0019": Recorded("0019", "ms_markets_0019.sql.gz"),
    "0020": Recorded("0020", "ms_markets_0020.sql.gz"),
    "0017 at 0020": Recorded("0020", "ms_markets_0017_at_0020.sql.gz", is_legacy=True),
}

VALUES: dict[type, Callable[[str, int], Any]] = {
    UUID: lambda name, n: uuid5(NAMESPACE_OID, f"{name} {n}"),
    str: lambda name, n: f"{n} ä%' {name}",
    bool: lambda _, n: n % 2 == 0,
    int: lambda _, n: n + 1,
    Decimal: lambda _, n: Decimal(n + 1) / 8,
    float: lambda _, n: (n + 1) / 3,
    date: lambda _, n: (START + timedelta(days=n)).date(),
    time: lambda _, n: time(n % 24, n // 24),
    datetime: lambda _, n: START + timedelta(days=n),
    object: lambda name, n: {"name": name, "n": n},
}
# Values that CHECK constraints need.
CHOSEN: dict[str, dict[str, Any]] = {
    "accountholdingsts": {"direction": -1},
    "index": {"calculation_method": "formula", "value_format": "decimal"},
    "indexdatasetavailability": {
        "population_state": "populated",
        "error_code": None,
        "error_message": None,
    },
    "indexformuladefinition": {
        "alignment_policy": "asof",
        "missing_data_policy": "fail",
        "status": "active",
        "valid_to": None,
    },
    "indexformulainput": {"asset_uid": None},
    "targetpositionsts": {
        "target_type": "asset",
        "portfolio_uid": None,
        "weight_notional_exposure": 0.5,
        "constant_notional_exposure": None,
        "single_asset_quantity": None,
    },
    "virtualfundholdingsts": {"direction": 1},
}


def create_published(
    connection: psycopg.Connection[Any], owner: str, recorded: Recorded = RECORDED["0017"]
) -> None:
    """Create the tables of a recorded database, owned by ``owner``, and its version row."""
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
        connection.execute(recorded.ddl())
        connection.execute("INSERT INTO ms_markets__alembic_version VALUES (%s)", [recorded.row])


def fill(url: URL) -> None:
    """Insert rows into every table, first into those that foreign keys refer to."""
    metadata = MetaData()
    engine = create_engine(url, poolclass=NullPool)
    metadata.reflect(engine)
    made: dict[str, list[dict[str, Any]]] = {}
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name != "ms_markets__alembic_version":
                made[table.name] = [_row(table, number, made) for number in range(ROWS)]
                connection.execute(insert(table), made[table.name])


def _row(table: Table, number: int, made: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    chosen = CHOSEN.get(table.name.removeprefix("ms_markets__"), {})
    row = {
        column.name: chosen[column.name] if column.name in chosen else _value(column, number, made)
        for column in table.columns
    }
    if table.name == "ms_markets__targetpositionsts":
        row["target_uid"] = row["asset_uid"]
    return row


def _value(column: Column[Any], number: int, made: dict[str, list[dict[str, Any]]]) -> Any:
    for key in column.foreign_keys:
        return made[key.column.table.name][number][key.column.name]
    kind = column.type.python_type
    value = VALUES[kind](column.name, number)
    # TEXT has no length, and a slice to None is the whole.
    return value[: column.type.length] if isinstance(column.type, String) else value


def checksums(connection: psycopg.Connection[Any]) -> dict[str, tuple[int, str]]:
    """Row count and a digest of the rows, by table, without Alembic's version table."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename <> 'ms_markets__alembic_version'"
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(
            sql.SQL(
                "SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM {} t"
            ).format(sql.Identifier(name))
        ).fetchone()
        assert row is not None
        found[name] = (row[0], row[1])
    return found


def register_published(recorded: Recorded = RECORDED["0017"]) -> None:
    """Enter the tables into the catalog through the SDK, as the published provider does.

    It has our package, namespace and table names, but another identifier for its registry. Its
    first revision created a table for which its last release has no model.
    """
    from sqlalchemy.orm import Mapped, mapped_column

    from migrations import migration
    from msm.base import MarketsBase, MarketsTimeIndexMetaTable
    from msm.sdk.migrations import build_alembic_version_metatable

    class InterpolatedPricesTS(MarketsTimeIndexMetaTable):
        """An interpolated price bar."""

        __identity_dimensions__ = ("asset_identifier",)

        time_index: Mapped[datetime]
        asset_identifier: Mapped[str] = mapped_column(String(255))

    provider = sdk("migrations").build_metatable_migration_provider(
        package="msm",
        migration_namespace="mainsequence.markets",
        target_metadata=MarketsBase.metadata,
        alembic_registry=build_alembic_version_metatable(
            class_name="Version",
            namespace="mainsequence.markets",
            identifier="msm.alembic_version",
            schema=None,
            table_name="ms_markets__alembic_version",
        ),
        metatable_models=[
            *migration.metatable_models,
            *([InterpolatedPricesTS] if recorded.is_legacy else []),
        ],
        script_location="migrations:",
    )
    provider.ensure_alembic_registry()
    provider.finalize_metatable_catalog(
        prepared=provider.prepare_for_alembic(), alembic_revision=recorded.row
    )
