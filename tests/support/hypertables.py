"""Tables of TimescaleDB: the time-indexed ones as hypertables, with and without compression."""

from typing import Any

import psycopg
from psycopg import Connection

from msm import MarketsModel, MarketsTimeIndexMetaTable
from tests.support.history import MODELS

__all__ = [
    "STAND_IN",
    "TIME_INDEXED",
    "can_compress",
    "compress",
    "convert",
    "convert_all",
    "convert_database",
]

TIME_INDEXED: tuple[type[MarketsModel], ...] = tuple(
    model for model in MODELS if issubclass(model, MarketsTimeIndexMetaTable)
)
# The extension's views of one hypertable with 104 chunks, half of them compressed, for tests of
# what is said where its server is not there.
STAND_IN = """
    CREATE SCHEMA timescaledb_information;
    GRANT USAGE ON SCHEMA timescaledb_information TO PUBLIC;
    CREATE VIEW timescaledb_information.hypertables AS
        SELECT 'public'::name AS hypertable_schema, 'ms_markets__tradests'::name AS hypertable_name,
            current_user AS owner, true AS compression_enabled;
    CREATE VIEW timescaledb_information.dimensions AS
        SELECT 'public'::name AS hypertable_schema, 'ms_markets__tradests'::name AS hypertable_name,
            1::bigint AS dimension_number, 'trade_time'::name AS column_name,
            interval '7 days' AS time_interval, NULL::bigint AS integer_interval;
    CREATE VIEW timescaledb_information.chunks AS
        SELECT 'public'::name AS hypertable_schema, 'ms_markets__tradests'::name AS hypertable_name,
            ('_hyper_1_' || n || '_chunk')::name AS chunk_name, n <= 52 AS is_compressed
        FROM generate_series(1, 104) n;
    CREATE FUNCTION public.hypertable_size(regclass) RETURNS bigint
        LANGUAGE sql RETURN 5500000000;
    GRANT SELECT ON ALL TABLES IN SCHEMA timescaledb_information TO PUBLIC
"""
EXTENSION = "CREATE EXTENSION IF NOT EXISTS timescaledb"


def convert_database(url: str) -> None:
    """Convert the tables of a database, as :func:`convert_all` does."""
    with psycopg.connect(url, autocommit=True) as superuser:
        convert_all(superuser)


def convert_all(superuser: Connection[Any]) -> list[str]:
    """Make a hypertable of every time-indexed table, half of them with compression if it is there.

    Args:
        superuser: in autocommit mode.

    Returns:
        The tables with compression.
    """
    superuser.execute(EXTENSION)
    compressed = []
    for number, model in enumerate(TIME_INDEXED):
        convert(superuser, model)
        if number % 2 and can_compress(superuser):
            compress(superuser, model)
            compressed.append(model.__tablename__)
    return compressed


def can_compress(connection: Connection[Any]) -> bool:
    """Whether the server has compression, which is no part of the packages of Debian."""
    row = connection.execute("SHOW timescaledb.license").fetchone()
    return row == ("timescale",)


def convert(connection: Connection[Any], model: type[MarketsModel], days: int = 7) -> None:
    """Make the table of a model a hypertable, as TimescaleDB makes it by default."""
    assert issubclass(model, MarketsTimeIndexMetaTable)
    connection.execute(
        "SELECT create_hypertable(%s::regclass, by_range(%s, %s * interval '1 day'),"
        " migrate_data => true)",
        [model.__tablename__, model.__time_index_name__, days],
    )


def compress(connection: Connection[Any], model: type[MarketsModel]) -> None:
    """Turn compression on, segmented by the first dimension, and compress every chunk."""
    assert issubclass(model, MarketsTimeIndexMetaTable)
    segments = ", ".join(model.__identity_dimensions__)
    time, table = model.__time_index_name__, model.__tablename__
    connection.execute(
        f"ALTER TABLE {table} SET (timescaledb.enable_columnstore,"
        f" timescaledb.segmentby = '{segments}', timescaledb.orderby = '{time} DESC')".encode()
    )
    connection.execute("SELECT compress_chunk(c) FROM show_chunks(%s::regclass) c", [table])
