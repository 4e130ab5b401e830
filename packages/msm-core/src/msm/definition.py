"""Rules of a model's table that hold when its class is created, before anything is sent."""

import ast
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ClauseElement,
    Column,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    schema,
)
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.sql import visitors

from msm.column_types import alternative_to
from msm.errors import ModelDefinitionError

__all__ = [
    "MAX_NAME_LENGTH",
    "docstring_of",
    "keys_without_time",
    "labels_of",
    "refuse_text_targets",
    "refuse_wrong_table",
]

# Bytes of a name in PostgreSQL. The platform refuses a longer one in a storage layout.
MAX_NAME_LENGTH = 63
# Of a table in PostgreSQL.
MAX_COLUMNS = 1600


def docstring_of(cls: type) -> str | None:
    """The docstring of a class, from its source where ``python -OO`` removed it."""
    docstring: str | None = cls.__dict__.get("__doc__")
    if docstring is None and sys.flags.optimize > 1:
        file = sys.modules[cls.__module__].__dict__.get("__file__")
        return None if file is None else _docstrings(Path(file)).get(cls.__qualname__)
    return docstring


@cache
def _docstrings(file: Path) -> dict[str, str | None]:
    """The docstring of each class in a source file; nothing of a file without source."""
    if file.suffix != ".py":
        return {}
    found: dict[str, str | None] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.ClassDef(name=name):
                    found[prefix + name] = ast.get_docstring(child, clean=False)
                    visit(child, f"{prefix}{name}.")
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    visit(child, f"{prefix}{name}.<locals>.")
                case _:
                    visit(child, prefix)

    visit(ast.parse(file.read_bytes()), "")
    return found


def refuse_text_targets(cls: type, metadata: MetaData, items: Sequence[object]) -> None:
    """Refuse a foreign key whose target is a text that is wrong here or in another namespace.

    A text for a table that nobody has defined yet passes: the provider looks for it.

    Args:
        cls: the model.
        metadata: of all models.
        items: columns and constraints of the model, before they are in a table.

    Raises:
        ModelDefinitionError: there is such a key.
    """
    for column, key in _foreign_keys(items):
        # An attribute, also one of the class itself, needs no table's name.
        if _is_text(key):
            _refuse_unusual_target(cls, column, key.target_fullname)
            _refuse_name_of_one_namespace(cls, metadata, column, key.target_fullname)


def _foreign_keys(items: Sequence[object]) -> Iterator[tuple[str, ForeignKey]]:
    """Each foreign key of a table's columns and constraints, with the column that has it."""
    for item in items:
        match item:
            case Column():
                yield from ((item.name, key) for key in item.foreign_keys)
            case ForeignKeyConstraint():
                yield from zip(item.column_keys, item.elements, strict=True)


def _is_text(key: ForeignKey) -> bool:
    try:
        key.column  # noqa: B018 - it raises
    except InvalidRequestError:
        # A text is looked up in the metadata of the key's own table, which does not exist yet.
        return True
    return False


def _refuse_unusual_target(cls: type, column: str, target: str) -> None:
    table, _, referred = target.rpartition(".")
    if not table:
        raise ModelDefinitionError(
            cls,
            f'refers from {column} to "{target}", which does not name a table and a column; '
            'write both, such as "ms_markets__asset.uid", or the attribute, such as Asset.uid.',
        )
    # With a schema, every autogenerate would drop the key and create it again.
    if "." in table:
        schema, _, table = table.rpartition(".")
        raise ModelDefinitionError(
            cls,
            f'refers from {column} to "{target}"; remove `{schema}.`, as in '
            f'"{table}.{referred}": tables are named without a schema.',
        )


def _refuse_name_of_one_namespace(cls: type, metadata: MetaData, column: str, target: str) -> None:
    table, _, referred = target.partition(".")
    defined = metadata.tables.get(table)
    own: str = cls.__tablename__  # type: ignore[attr-defined]
    if table == own or (defined is not None and referred in defined.columns):
        raise ModelDefinitionError(
            cls,
            f'refers from {column} to "{target}" as text, and in another namespace that table has '
            "another name; write the attribute, such as ForeignKey(Asset.uid), or ForeignKey(uid) "
            "for a column of the class itself, which is then defined above it with "
            "mapped_column().",
        )


def refuse_wrong_table(cls: type, table: Table, time_index: str | None = None) -> None:
    """Refuse a table that PostgreSQL, or a hypertable, could not hold.

    Args:
        cls: the model.
        table: its table, already made.
        time_index: the time column of a time-indexed model.

    Raises:
        ModelDefinitionError: the table breaks a rule.
    """
    fault = (
        _wrong_size(table)
        or next(filter(None, map(_wrong_column, table.columns)), None)
        or next(_texts_with_parameters(table), None)
    )
    if fault is None and time_index is not None:
        for name, columns in keys_without_time(table, time_index):
            fault = (
                f"has {name}, which is unique over {', '.join(columns)} without the time index "
                f"{time_index}, and {_holder(table)} cannot hold that; add {time_index} to it, or "
                "keep what is unique in a relational model."
            )
            break
    if fault is not None:
        # Removed, so that the class can be defined again after it has been fixed.
        table.metadata.remove(table)
        raise ModelDefinitionError(cls, fault)


def _holder(table: Table) -> str:
    is_partitioned = table.dialect_options["postgresql"]["partition_by"] is not None
    return "a partitioned table" if is_partitioned else "a hypertable"


def _wrong_size(table: Table) -> str | None:
    if len(table.columns) > MAX_COLUMNS:
        return (
            f"has {len(table.columns)} columns, and PostgreSQL allows {MAX_COLUMNS}; split the "
            "table, or keep some of them in a column of JSONB."
        )
    parts = [table, *table.columns, *table.constraints, *table.indexes]
    for name in sorted(str(part.name) for part in parts if part.name is not None):
        length = len(name.encode())
        if length > MAX_NAME_LENGTH:
            return (
                f"has the name {name}, of {length} bytes, and PostgreSQL keeps "
                f"{MAX_NAME_LENGTH}; choose a shorter one."
            )
    return None


def _wrong_column(column: Column[Any]) -> str | None:
    alternative = alternative_to(column.type)
    if alternative is not None:
        return f"has the column {column.name} of the type {column.type!r}; {alternative}."
    match column.default:
        case None:
            pass
        case schema.Sequence():
            return (
                f"takes {column.name} from a sequence, which no revision would create; use "
                "Identity()."
            )
        case _:
            return (
                f"sets default= on {column.name}, which only a session of SQLAlchemy would apply; "
                "set server_default=, which PostgreSQL applies to every row that has no value."
            )
    if column.onupdate is not None:
        return (
            f"sets onupdate= on {column.name}, which only a session of SQLAlchemy would apply; "
            "write the value with the others."
        )
    match column.server_default:
        # Alembic takes such a quote for that of the literal, and leaves it out of a revision.
        case schema.DefaultClause(arg=str() as text) if text.startswith("'") or text.endswith("'"):
            return (
                f"has the default {text!r} on {column.name}, which begins or ends with a quote; "
                "write it as SQL, such as server_default=text(\"'it''s'\")."
            )
    return None


def _texts_with_parameters(table: Table) -> Iterator[str]:
    """What is wrong with each text of a table that has a parameter."""
    # SQLAlchemy writes NULL for it, without a word.
    for place, expression in _expressions(table):
        for item in visitors.iterate(expression):
            if isinstance(item, BindParameter) and item.required:
                yield (
                    f"has :{item.key} in {place}, which text() takes for a parameter, and for "
                    f"NULL; write \\:{item.key} if it is a part of the SQL."
                )


def _expressions(table: Table) -> Iterator[tuple[str, ClauseElement]]:
    """The expressions of a table, and where they are."""
    for column in table.columns:
        match column.server_default:
            case schema.DefaultClause(arg=ClauseElement() as sql):
                yield f"the default of {column.name}", sql
        if column.computed is not None:
            yield f"the computed column {column.name}", column.computed.sqltext
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            yield f"the CHECK {constraint.name}", constraint.sqltext
    for index in table.indexes:
        where = index.dialect_options["postgresql"]["where"]
        for sql in (*index.expressions, *([] if where is None else [where])):
            yield f"the index {index.name}", sql


def keys_without_time(table: Table, time_index: str) -> Iterator[tuple[str, list[str]]]:
    """Name and columns of each unique key of a table that does not contain its time."""
    parts: list[Constraint | Index] = [*table.constraints, *table.indexes]
    for part in sorted(parts, key=lambda part: str(part.name)):
        if isinstance(part, UniqueConstraint | PrimaryKeyConstraint) or (
            isinstance(part, Index) and part.unique
        ):
            columns = [column.name for column in part.columns]
            # SQLAlchemy gives every table a primary key, which is empty where there is none.
            is_key = bool(columns) or isinstance(part, Index)
            if is_key and time_index not in columns:
                yield str(part.name), columns


def labels_of(cls: type) -> list[str]:
    """The package and the area of a model: ``msm.models.assets.bonds`` gives msm and assets."""
    package, _, rest = cls.__module__.partition(".")
    area = rest.removeprefix("models.").partition(".")[0]
    return [package, area] if area else [package]
