"""What tables consist of at one point of a history, read from the operations before it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateIndexOp,
    CreateTableCommentOp,
    CreateTableOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableCommentOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    RenameTableOp,
)
from sqlalchemy import (
    CheckConstraint,
    Column,
    DefaultClause,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.schema import AddConstraint
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from msm.base import MarketsBase

from ..autogenerate import DIALECT
from .statements import renames
from .subjects import ColumnTypes, made

__all__ = [
    "ColumnShape",
    "Part",
    "Schema",
    "TableShape",
    "mentions",
    "replace_words",
    "shape_of",
]

type PartKind = Literal[
    "primary key", "foreign key", "unique", "check", "exclusion", "index", "sequence"
]

CONSTRAINTS: dict[type, PartKind] = {
    PrimaryKeyConstraint: "primary key",
    ForeignKeyConstraint: "foreign key",
    UniqueConstraint: "unique",
    CheckConstraint: "check",
    ExcludeConstraint: "exclusion",
}
# Options of an index that say how it is built, and not what it is.
UNWRITTEN = {"postgresql_concurrently", "if_not_exists"}
# Of a name in PostgreSQL, in bytes.
MAX_NAME = 63


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column, as far as a rename has to keep it."""

    type: TypeEngine[Any]
    nullable: bool
    default: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """A constraint, an index or a sequence of a table.

    Attributes:
        kind: what it is.
        name: as in the database.
        definition: what it consists of, as text with the names of columns.
        target: the table that a foreign key refers to; else None.
        remote: the columns there, as text.
    """

    kind: PartKind
    name: str
    definition: str
    target: str | None = None
    remote: str = ""


@dataclass(slots=True)
class TableShape:
    """A table: its comment, its columns, and its parts by name."""

    comment: str | None = None
    columns: dict[str, ColumnShape] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def copy(self) -> "TableShape":
        """Another one, which can be changed without changing this one."""
        return TableShape(self.comment, dict(self.columns), dict(self.parts))


class Schema:
    """The tables that a history has made, by name."""

    def __init__(self, tables: Mapping[str, TableShape] | None = None) -> None:
        self.tables = {name: shape.copy() for name, shape in (tables or {}).items()}

    def copy(self) -> "Schema":
        """Another one, which can be changed without changing this one."""
        return Schema(self.tables)

    def types(self) -> ColumnTypes:
        """The type of every column, by table and column."""
        return {
            (table, name): column.type
            for table, shape in self.tables.items()
            for name, column in shape.columns.items()
        }

    def apply(self, op: MigrateOperation) -> None:
        """Do what an operation does. It must have been run."""
        match op:
            case CreateTableOp():
                table = made(op)
                self.tables[op.table_name] = TableShape() if table is None else shape_of(table)
            case DropTableOp():
                self.tables.pop(op.table_name, None)
            case RenameTableOp():
                self._rename_table(op.table_name, op.new_table_name)
            case CreateTableCommentOp():
                self._table(op.table_name).comment = op.comment
            case DropTableCommentOp():
                self._table(op.table_name).comment = None
            case AddColumnOp() | DropColumnOp() | AlterColumnOp():
                self._change_column(op)
            case ExecuteSQLOp():
                for owner, old, new in renames(op.sqltext):
                    self._rename_part(owner, old, new)
            case _:
                self._change_parts(op)

    def _table(self, name: str) -> TableShape:
        # A table of another history, of which this one has only what it adds.
        return self.tables.setdefault(name, TableShape())

    def _change_column(self, op: AddColumnOp | DropColumnOp | AlterColumnOp) -> None:
        shape = self._table(op.table_name)
        match op:
            case AddColumnOp():
                shape.columns[op.column.name] = _column(op.column)
                table = made(op)
                if table is not None:
                    shape.parts |= shape_of(table).parts
            case DropColumnOp():
                shape.columns.pop(op.column_name, None)
                for part in [p for p in shape.parts.values() if mentions(p, op.column_name)]:
                    del shape.parts[part.name]
            case AlterColumnOp():
                self._alter(shape, op)

    def _alter(self, shape: TableShape, op: AlterColumnOp) -> None:
        column = shape.columns.pop(op.column_name, None)
        name = op.modify_name or op.column_name
        kind = op.modify_type if column is None else op.modify_type or column.type
        if kind is None:
            return
        old = column or ColumnShape(kind, nullable=True, default=None, comment=None)
        shape.columns[name] = ColumnShape(
            kind,
            old.nullable if op.modify_nullable is None else op.modify_nullable,
            _default(op.modify_server_default, old.default),
            old.comment if op.modify_comment is False else op.modify_comment,
        )
        if name != op.column_name:
            words = {op.column_name: name}
            for part in list(shape.parts.values()):
                shape.parts[part.name] = replace(
                    part, definition=replace_words(part.definition, words)
                )
            for other in self.tables.values():
                for part in [p for p in other.parts.values() if p.target == op.table_name]:
                    other.parts[part.name] = replace(part, remote=replace_words(part.remote, words))

    def _change_parts(self, op: MigrateOperation) -> None:
        match op:
            case CreateIndexOp(index_name=str(name)):
                shape = self._table(op.table_name)
                shape.parts[name] = Part("index", name, _index_definition(op))
            case DropIndexOp(index_name=str(name)):
                self._drop_part(name)
            case AddConstraintOp():
                table = op.to_constraint().table
                self._table(table.name).parts |= shape_of(table).parts
            case DropConstraintOp(constraint_name=str(name)):
                # By its name, or by the token that the convention makes a name of.
                self._drop_part(name)
                self._drop_part(_conventional_check(op.table_name, name))

    def _drop_part(self, name: str) -> None:
        for shape in self.tables.values():
            shape.parts.pop(name, None)

    def _rename_table(self, old: str, new: str) -> None:
        self.tables[new] = self.tables.pop(old, TableShape())
        for shape in self.tables.values():
            for part in [p for p in shape.parts.values() if p.target == old]:
                shape.parts[part.name] = replace(part, target=new)

    def _rename_part(self, table: str | None, old: str, new: str) -> None:
        for name, shape in self.tables.items():
            if table in {None, name} and old in shape.parts:
                shape.parts[new] = replace(shape.parts.pop(old), name=new)


def shape_of(bare: Table) -> TableShape:
    """A table with the names that it has in the database."""
    metadata = MarketsBase.metadata
    table = bare
    if bare.metadata is not metadata:
        table = bare.to_metadata(MetaData(naming_convention=metadata.naming_convention))
    shape = TableShape(
        comment=table.comment, columns={column.name: _column(column) for column in table.columns}
    )
    parts = [*_constraints(table), *_indexes(bare), *_sequences(table)]
    # SQLAlchemy keeps constraints in a set: the lines of a rename have an order.
    shape.parts = {part.name: part for part in sorted(parts, key=lambda part: part.name)}
    return shape


def mentions(part: Part, column: str) -> bool:
    """Whether a part contains a column of its table."""
    return re.search(rf"\b{re.escape(column)}\b", part.definition) is not None


def replace_words(text: str, words: Mapping[str, str]) -> str:
    """A text with other names of columns."""
    return re.sub(r"\w+", lambda found: words.get(found.group(), found.group()), text)


def _column(column: Column[Any]) -> ColumnShape:
    return ColumnShape(
        column.type,
        bool(column.nullable),
        _default(column.server_default, None),
        column.comment,
    )


def _default(default: object, before: str | None) -> str | None:
    match default:
        case False:
            return before
        case DefaultClause(arg=str(value)) | str(value):
            escaped = value.replace("'", "''")
            return f"'{escaped}'"
        case DefaultClause():
            return str(default.arg)
        case ClauseElement():
            return str(default)
    # None, or a column that PostgreSQL computes.
    return None


def _constraints(table: Table) -> Iterator[Part]:
    for constraint in table.constraints:
        kind = CONSTRAINTS.get(type(constraint))
        if kind is None or not isinstance(constraint.name, str):
            continue
        name = str(constraint.name)
        match constraint:
            case ForeignKeyConstraint():
                targets = [key.target_fullname for key in constraint.elements]
                yield Part(
                    kind,
                    name,
                    f"({_listed(constraint.column_keys)}) {constraint.ondelete or ''}",
                    targets[0].rpartition(".")[0],
                    _listed(target.rpartition(".")[2] for target in targets),
                )
            case CheckConstraint():
                yield Part(kind, name, " ".join(str(constraint.sqltext).split()))
            case ExcludeConstraint():
                statement = AddConstraint(constraint, isolate_from_table=False)
                written = str(statement.compile(dialect=DIALECT))
                yield Part(kind, name, written.partition("EXCLUDE ")[2])
            case PrimaryKeyConstraint() | UniqueConstraint():
                if constraint.columns:
                    names = _listed(column.name for column in constraint.columns)
                    yield Part(kind, name, f"({names})")


def _indexes(table: Table) -> Iterator[Part]:
    # Of the original: the copy of an index on an expression loses its name.
    for index in table.indexes:
        if isinstance(index.name, str):
            yield Part("index", str(index.name), _index_definition(CreateIndexOp.from_index(index)))


def _index_definition(op: CreateIndexOp) -> str:
    options = sorted(
        f"{key}={' '.join(str(value).split())}"
        for key, value in op.kw.items()
        if str(value) not in {"None", "False", "[]", "{}"} and key not in UNWRITTEN
    )
    columns = _listed(_text_of(column) for column in op.columns)
    return f"{'unique ' if op.unique else ''}({columns}) {' '.join(options)}".strip()


def _text_of(column: object) -> str:
    return column.name if isinstance(column, Column) else " ".join(str(column).split())


def _sequences(table: Table) -> Iterator[Part]:
    counted = {column.name for column in table.columns if column.identity is not None}
    if table.autoincrement_column is not None:
        counted.add(table.autoincrement_column.name)
    for name in sorted(counted):
        yield Part("sequence", _sequence_name(table.name, name), f"({name})")


def _sequence_name(table: str, column: str) -> str:
    """The name that PostgreSQL gives to the sequence of a counted column."""
    # It shortens the longer of both until the name fits.
    room = MAX_NAME - len("__seq")
    table_length, column_length = len(table), len(column)
    while table_length + column_length > room:
        if table_length > column_length:
            table_length -= 1
        else:
            column_length -= 1
    return f"{table[:table_length]}_{column[:column_length]}_seq"


def _conventional_check(table: str, token: str) -> str:
    checked = Table(table, MetaData(naming_convention=MarketsBase.metadata.naming_convention))
    constraint = CheckConstraint("true", name=token)
    checked.append_constraint(constraint)
    return str(constraint.name)


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names))
