"""What differs in a column or a table, and the SQL that makes it what the model says."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table
from sqlalchemy.schema import SetColumnComment

from ..autogenerate import COMPILER, DIALECT
from .definitions import NOT_VALID, ColumnDefinition, ConstraintDefinition, Name, TableDefinition

__all__ = [
    "Change",
    "add_column",
    "change_column",
    "change_constraint",
    "change_table",
    "literal",
    "quoted",
]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a column or table.

    Attributes:
        aspect: what differs, in the words of autogenerate where it has one.
        detail: what the database has, and what the model says.
        sql: the statement.
    """

    aspect: str
    detail: str
    sql: str


def quoted(name: str) -> str:
    """A name as in SQL."""
    return str(DIALECT.identifier_preparer.quote(name))


def literal(comment: str | None) -> str:
    """A comment as in COMMENT ON ... IS."""
    return "NULL" if comment is None else "'" + comment.replace("'", "''") + "'"


def add_column(table: Table, column: Column[object]) -> str:
    """The SQL that adds a column of a model."""
    specification = COMPILER.get_column_specification(column)  # type: ignore[no-untyped-call]
    sql = f"ALTER TABLE {quoted(table.name)} ADD COLUMN {specification};"
    if column.comment is None:
        return sql
    return f"{sql}\n{SetColumnComment(column).compile(dialect=DIALECT)};"


def change_column(
    name: Name, column: Column[object], stored: ColumnDefinition, authored: ColumnDefinition
) -> Iterator[Change]:
    """What makes the stored column the authored one."""
    table = quoted(name[0])
    alter = f"ALTER TABLE {table} ALTER COLUMN {quoted(name[1])}"
    if stored.computed != authored.computed and authored.computed is not None:
        # PostgreSQL before 17 cannot change an expression in place.
        drop = f"ALTER TABLE {table} DROP COLUMN {quoted(name[1])};\n"
        detail = f"it is {_formula(stored)}, not {_formula(authored)}"
        yield Change("computed", detail, drop + add_column(column.table, column))
        return
    if stored.computed != authored.computed:
        detail = f"it is {_formula(stored)}, not a plain column"
        yield Change("computed", detail, f"{alter} DROP EXPRESSION;")
    if (stored.type, stored.collation) != (authored.type, authored.collation):
        aspect = "type" if stored.collation == authored.collation else "collation"
        detail = f"the type is {stored.whole_type}, not {authored.whole_type}"
        yield Change(aspect, detail, f"{alter} TYPE {authored.whole_type};")
    if stored.default != authored.default:
        detail = f"the default is {stored.default or 'absent'}, not {authored.default or 'absent'}"
        value = "DROP DEFAULT" if authored.default is None else f"SET DEFAULT {authored.default}"
        yield Change("default", detail, f"{alter} {value};")
    if stored.is_nullable != authored.is_nullable:
        detail = "it takes NULL" if stored.is_nullable else "it does not take NULL"
        verb = "SET" if stored.is_nullable else "DROP"
        yield Change("nullable", detail, f"{alter} {verb} NOT NULL;")
    # An identity needs NOT NULL.
    yield from _identity(alter, stored, authored)
    if stored.comment != authored.comment:
        sql = f"COMMENT ON COLUMN {table}.{quoted(name[1])} IS {literal(authored.comment)};"
        yield Change("comment", "the comment differs", sql)


def _formula(column: ColumnDefinition) -> str:
    return "a plain column" if column.computed is None else f"computed AS {column.computed}"


def _identity(alter: str, stored: ColumnDefinition, authored: ColumnDefinition) -> Iterator[Change]:
    before, after = stored.identity, authored.identity
    if before == after:
        return
    detail = f"the identity is {before or 'absent'}, not {after or 'absent'}"
    if after is None:
        sql = f"{alter} DROP IDENTITY;"
    elif before is None:
        sql = f"{alter} ADD {after};"
    else:
        # Not dropped and added: the sequence would begin again, at numbers that are taken.
        options = " ".join(f"SET {option}" for option in after.options)
        kind = "ALWAYS" if after.is_always else "BY DEFAULT"
        sql = f"{alter} SET GENERATED {kind} {options};"
    yield Change("default", detail, sql)


def change_table(name: str, stored: TableDefinition, authored: TableDefinition) -> Iterator[Change]:
    """What makes the stored table the authored one, but for its comment."""
    alter = f"ALTER TABLE {quoted(name)}"
    if stored.is_unlogged != authored.is_unlogged:
        logged = "SET UNLOGGED" if authored.is_unlogged else "SET LOGGED"
        detail = "it is UNLOGGED, so a crash of PostgreSQL empties it"
        yield Change(
            "logged", detail if stored.is_unlogged else "it is logged", f"{alter} {logged};"
        )
    if stored.options != authored.options:
        extra = sorted(option.partition("=")[0] for option in stored.options - authored.options)
        wanted = sorted(authored.options - stored.options)
        detail = (
            f"the storage parameters are {_listed(stored.options)}, not {_listed(authored.options)}"
        )
        reset = f"{alter} RESET ({', '.join(extra)});" if extra else ""
        set_ = f"{alter} SET ({', '.join(wanted)});" if wanted else ""
        yield Change("options", detail, "\n".join(filter(None, (reset, set_))))
    if stored.partition_key != authored.partition_key:
        detail = (
            f"it is partitioned by {stored.partition_key or 'nothing'}, not by "
            f"{authored.partition_key or 'nothing'}; write the revision that docs/scale.md has for "
            "it, which loses no row"
        )
        yield Change("partition_key", detail, "")


def _listed(options: frozenset[str]) -> str:
    return ", ".join(sorted(options)) or "none"


def change_constraint(
    name: Name, stored: ConstraintDefinition, authored: ConstraintDefinition
) -> Change:
    """What makes the stored constraint the authored one."""
    alter, constraint = f"ALTER TABLE {quoted(name[0])}", quoted(name[1])
    has, says = stored.definition, authored.definition
    detail = f"the database has {has}, not {says}"
    if has == says + NOT_VALID:
        return Change("", detail, f"{alter} VALIDATE CONSTRAINT {constraint};")
    if has == says:
        detail = f"its index is {stored.index}, not {authored.index}"
    sql = f"{alter} DROP CONSTRAINT {constraint};\n{alter} ADD CONSTRAINT {constraint} {says};"
    return Change("", detail, sql)
