"""When each generation of the SDK used this database first and last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

__all__ = ["Generation", "GenerationUse", "find_uses", "record"]

Generation = Literal["mainsequence8", "metatables"]
FIND = """
SELECT generation, first_used_at, last_used_at FROM msm_local.generations
WHERE database_oid = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
RECORD = """
INSERT INTO msm_local.generations (database_oid, generation, first_used_at, last_used_at)
SELECT oid, %(generation)s, %(at)s, %(at)s FROM pg_database WHERE datname = current_database()
ON CONFLICT (database_oid, generation) DO UPDATE SET
    first_used_at = least(generations.first_used_at, EXCLUDED.first_used_at),
    last_used_at = greatest(generations.last_used_at, EXCLUDED.last_used_at)
"""


@dataclass(frozen=True, slots=True)
class GenerationUse:
    """The first and the last time that a generation was seen."""

    generation: Generation
    first_used_at: datetime
    last_used_at: datetime


def find_uses(connection: Connection[Any]) -> dict[Generation, GenerationUse]:
    """The generations that have used this database."""
    with connection.cursor(row_factory=class_row(GenerationUse)) as cursor:
        return {row.generation: row for row in cursor.execute(FIND)}


def record(connection: Connection[Any], used_at: Mapping[Generation, datetime]) -> None:
    """Record that these generations used the database at these times."""
    with connection.cursor() as cursor:
        values = [{"generation": generation, "at": at} for generation, at in used_at.items()]
        cursor.executemany(RECORD, values)
