"""What a database contains, as PostgreSQL prints it, and what the table facts describe."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.support.generation import sdk

__all__ = ["FACTS", "TableShape", "create_from_facts", "defaults_and_comments", "describe"]

FACTS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "ms_markets.json").read_text(encoding="utf-8")
)


@dataclass(slots=True)
class TableShape:
    """One table: columns as (name, type, not null), constraints and indexes by name."""

    columns: list[tuple[str, str, bool]] = field(default_factory=list)
    constraints: dict[str, str] = field(default_factory=dict)
    indexes: dict[str, str] = field(default_factory=dict)


def describe(connection: psycopg.Connection) -> dict[str, TableShape]:
    """Every table of the schema public, without defaults, comments and Alembic's version table."""
    shapes: dict[str, TableShape] = {}
    for table, *column in connection.execute(
        """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
          AND a.attnum > 0 AND NOT a.attisdropped AND c.relname NOT LIKE '%alembic_version%'
        ORDER BY c.relname, a.attnum
        """
    ):
        name, kind, not_null = column
        shapes.setdefault(table, TableShape()).columns.append((name, kind, not_null))
    for table, name, definition in connection.execute(
        """
        SELECT c.relname, k.conname, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.connamespace = 'public'::regnamespace AND k.contype <> 'n'
        """
    ):
        if table in shapes:
            shapes[table].constraints[name] = definition
    for table, name, definition in connection.execute(
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    ):
        if table in shapes:
            shapes[table].indexes[name] = definition
    return shapes


def defaults_and_comments(connection: psycopg.Connection) -> tuple[dict[str, str], dict[str, str]]:
    """Column defaults by ``table.column``, and comments by ``table`` or ``table.column``."""
    defaults = connection.execute(
        """
        SELECT table_name || '.' || column_name, column_default FROM information_schema.columns
        WHERE table_schema = 'public' AND column_default IS NOT NULL
        """
    ).fetchall()
    comments = connection.execute(
        """
        SELECT c.relname || coalesce('.' || a.attname, ''), d.description
        FROM pg_description d JOIN pg_class c ON d.classoid = 'pg_class'::regclass
          AND d.objoid = c.oid AND c.relnamespace = 'public'::regnamespace
        LEFT JOIN pg_attribute a ON d.objsubid > 0 AND a.attrelid = c.oid AND a.attnum = d.objsubid
        WHERE c.relname NOT LIKE '%alembic_version%'
        """
    ).fetchall()
    return dict(defaults), dict(comments)


def create_from_facts(connection: psycopg.Connection) -> None:
    """Create the schema that ``tests/data/ms_markets.json`` describes, without our code."""
    for facts in FACTS:
        lines = [
            f'"{column["name"]}" {column["type"]}{"" if column["nullable"] else " NOT NULL"}'
            for column in facts["columns"]
        ]
        keys = [f'"{column["name"]}"' for column in facts["columns"] if column.get("primary_key")]
        if keys:
            lines.append(f"CONSTRAINT {facts['primary_key_name']} PRIMARY KEY ({', '.join(keys)})")
        lines += [
            f"CONSTRAINT {unique['name']} UNIQUE ({', '.join(unique['columns'])})"
            for unique in facts["unique_constraints"]
        ]
        lines += [
            f"CONSTRAINT {check['name']} CHECK ({check['sql']})"
            for check in facts["check_constraints"]
        ]
        connection.execute(f"CREATE TABLE {facts['table']} ({', '.join(lines)})".encode())
        for index in facts["indexes"]:
            unique, where = "UNIQUE" if index["unique"] else "", index["where"]
            connection.execute(
                f"CREATE {unique} INDEX {index['name']} ON {facts['table']} "
                f"({', '.join(index['columns'])}) {f'WHERE {where}' if where else ''}".encode()
            )
    name_of = sdk("names").schema_foreign_key_name
    for facts in FACTS:
        for key in facts["foreign_keys"]:
            # By the convention: the one name in the facts that is different is not reproduced.
            target, referred = key["references"], key["referred_columns"]
            name = name_of(facts["table"], key["columns"], target, referred)
            connection.execute(
                f"ALTER TABLE {facts['table']} ADD CONSTRAINT {name} "
                f"FOREIGN KEY ({', '.join(key['columns'])}) REFERENCES {target} "
                f"({', '.join(referred)}) ON DELETE {key['ondelete']}".encode()
            )
