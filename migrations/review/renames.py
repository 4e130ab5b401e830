"""Drops and creations that may be one rename, and the lines that keep the rows instead."""

import difflib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    CreateIndexOp,
    CreateTableOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableOp,
    MigrateOperation,
)

from .hazards import sql_type
from .history import Revision
from .lines import alter_column, comment_on, rename_part, rename_table
from .recorder import Operation
from .schema import ColumnShape, Part, Schema, TableShape, mentions, replace_words

__all__ = ["Rename", "find_renames"]


@dataclass(slots=True)
class Rename:
    """A rename that a revision may mean.

    Attributes:
        old: the table, or ``table.column``.
        new: its new name, in the same form.
        operations: those of ``upgrade()`` that the lines replace.
        upgrade: lines that rename, with every name that is made of the old one.
        downgrade: lines that undo them.
        columns: new names of columns by their old ones, where a table and its columns are renamed.
    """

    old: str
    new: str
    operations: list[Operation] = field(default_factory=list)
    upgrade: list[str] = field(default_factory=list)
    downgrade: list[str] = field(default_factory=list)
    columns: Mapping[str, str] = field(default_factory=dict)

    def add(self, there: str, back: str) -> None:
        """Add a line, and the one that undoes it."""
        self.upgrade.append(there)
        self.downgrade.insert(0, back)


@dataclass(frozen=True, slots=True)
class _Names:
    """New names: of tables by their old name, of columns by table and old name."""

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of_columns(self, table: str) -> dict[str, str]:
        return {old: new for (owner, old), new in self.columns.items() if owner == table}

    def signature(self, table: str, part: Part) -> object:
        """What a part is after the renames, without its own name."""
        target = part.target
        return (
            self.tables.get(table, table),
            part.kind,
            replace_words(part.definition, self.of_columns(table)),
            None if target is None else self.tables.get(target, target),
            "" if target is None else replace_words(part.remote, self.of_columns(target)),
        )


def find_renames(revision: Revision) -> list[Rename]:
    """Every rename that a revision may mean: of tables first, then of columns."""
    tables, columns = _table_pairs(revision)
    alone = _column_pairs(revision)
    if not tables and not alone:
        return []
    after = revision.before.copy()
    for operation in revision.upgrade.operations:
        after.apply(operation.op)

    def stays(table: str, names: Iterable[str]) -> bool:
        # What the revision makes, it may drop or rename again.
        return table in after.tables and after.tables[table].columns.keys() >= set(names)

    def called(table: str) -> Iterable[str]:
        return (columns.get((table, name), name) for name in revision.before.tables[table].columns)

    tables = {old: new for old, new in tables.items() if stays(new, called(old))}
    alone = {old: new for old, new in alone.items() if stays(old[0], [new])}
    names = _Names(tables, columns | alone)
    finder = _Finder(revision, names, after)
    return [
        *(finder.of_table(old, new) for old, new in tables.items()),
        *(finder.of_column(*old, new) for old, new in alone.items()),
    ]


def _table_pairs(revision: Revision) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """New names of tables, and of the columns that are renamed with their table."""
    before = revision.before.tables
    operations = [operation.op for operation in revision.upgrade.operations]
    dropped = [op.table_name for op in operations if isinstance(op, DropTableOp)]
    answered = "drop-table" in revision.acknowledged
    # Autogenerate drops no table: the old one of a renamed model is left over.
    gone = [name for name in dropped if not answered] or sorted(revision.left_over)
    gone = [name for name in gone if name in before and before[name].columns]
    pairs: dict[str, str] = {}
    columns: dict[tuple[str, str], str] = {}
    for op in operations:
        if isinstance(op, CreateTableOp) and op.table_name not in before:
            created = {c.name: sql_type(c.type) for c in op.to_table().columns}
            renamed = {
                name: words
                for name in gone
                if name not in pairs
                if (words := _renamed_columns(_types(before[name]), created)) is not None
            }
            fewest = min(map(len, renamed.values()), default=0)
            alike = [name for name, words in renamed.items() if len(words) == fewest]
            if old := _closest(op.table_name, alike):
                pairs[old] = op.table_name
                columns |= {(old, name): new for name, new in renamed[old].items()}
    return pairs, columns


def _renamed_columns(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str] | None:
    """The columns that have another name in a table of the same types; None for another table.

    At least half of them have to be as they were: many tables consist of a key and some texts.
    """
    gone = [name for name, kind in before.items() if after.get(name) != kind]
    new = [name for name, kind in after.items() if before.get(name) != kind]
    if len(gone) != len(new) or 2 * len(gone) > len(before):
        return None
    pairs: dict[str, str] = {}
    for name in gone:
        alike = [other for other in new if after[other] == before[name]]
        found = _closest(name, [other for other in alike if other not in pairs.values()])
        if found is None:
            return None
        pairs[name] = found
    return pairs


def _column_pairs(revision: Revision) -> dict[tuple[str, str], str]:
    if "drop-column" in revision.acknowledged:
        return {}
    operations = [operation.op for operation in revision.upgrade.operations]
    added = [op for op in operations if isinstance(op, AddColumnOp)]
    pairs: dict[tuple[str, str], str] = {}
    for op in operations:
        if not isinstance(op, DropColumnOp):
            continue
        known = revision.column_types.get((op.table_name, op.column_name))
        taken = {new for (table, _), new in pairs.items() if table == op.table_name}
        alike = [
            other.column.name
            for other in added
            if other.table_name == op.table_name and other.column.name not in taken
            if known is not None and sql_type(known) == sql_type(other.column.type)
        ]
        if new := _closest(op.column_name, alike):
            pairs[op.table_name, op.column_name] = new
    return pairs


def _types(shape: TableShape) -> dict[str, str]:
    return {name: sql_type(column.type) for name, column in shape.columns.items()}


def _closest(name: str, candidates: Sequence[str]) -> str | None:
    def likeness(other: str) -> float:
        return difflib.SequenceMatcher(None, name, other).ratio()

    return max(candidates, key=likeness, default=None)


class _Finder:
    """Makes the lines of each rename; a part that two of them concern is in the first."""

    def __init__(self, revision: Revision, names: _Names, after: Schema) -> None:
        self._revision = revision
        self._names = names
        self._after = after.tables
        self._done: set[tuple[str, str]] = set()
        # A CHECK of an existing table is only in the model: autogenerate does not write it.
        unchanged = _Names()
        self._wanted = {
            unchanged.signature(table, part): part
            for tables in (after.tables, revision.models)
            for table, shape in tables.items()
            for part in shape.parts.values()
        }

    def of_table(self, old: str, new: str) -> Rename:
        words = self._names.of_columns(old)
        rename = Rename(old, new, columns=words)
        rename.add(rename_table(old, new), rename_table(new, old))
        renamed = self._rename_parts(
            rename,
            (
                (table, part)
                for table, part in self._parts()
                if table == old or (part.target == old and table not in self._names.tables)
            ),
        )
        before, after = self._revision.before.tables[old], self._after[new]
        if before.comment != after.comment:
            there = comment_on(new, before.comment, after.comment)
            rename.add(there, comment_on(new, after.comment, before.comment))
        for name, column in before.columns.items():
            called = words.get(name, name)
            if changed := alter_column(new, name, column, called, after.columns[called]):
                rename.add(changed, alter_column(new, called, after.columns[called], name, column))
        rename.operations += self._operations(
            lambda op: isinstance(op, CreateTableOp | DropTableOp) and op.table_name in {old, new},
            renamed,
        )
        return rename

    def of_column(self, table: str, old: str, new: str) -> Rename:
        rename = Rename(f"{table}.{old}", f"{table}.{new}")
        before, after = self._revision.before.tables[table].columns[old], self._added(table, new)
        there = alter_column(table, old, before, new, after)
        rename.add(there, alter_column(table, new, after, old, before))
        renamed = self._rename_parts(
            rename,
            (
                (owner, part)
                for owner, part in self._parts()
                if (owner == table and mentions(part, old))
                or (part.target == table and replace_words(part.remote, {old: ""}) != part.remote)
            ),
        )
        rename.operations += self._operations(
            lambda op: (
                (isinstance(op, DropColumnOp) and (op.table_name, op.column_name) == (table, old))
                or (isinstance(op, AddColumnOp) and (op.table_name, op.column.name) == (table, new))
            ),
            renamed,
        )
        return rename

    def _added(self, table: str, column: str) -> ColumnShape:
        return self._after[table].columns[column]

    def _parts(self) -> Iterator[tuple[str, Part]]:
        for table, shape in self._revision.before.tables.items():
            for part in shape.parts.values():
                yield table, part

    def _rename_parts(self, rename: Rename, parts: Iterable[tuple[str, Part]]) -> set[str]:
        """Add a line for each part whose name changes, and return their names, old and new."""
        renamed: set[str] = set()
        for table, part in parts:
            wanted = self._wanted.get(self._names.signature(table, part))
            if wanted is None or (table, part.name) in self._done:
                continue
            self._done.add((table, part.name))
            renamed |= {part.name, wanted.name}
            if wanted.name != part.name:
                place = self._names.tables.get(table, table)
                there = rename_part(place, part, wanted.name)
                rename.add(there, rename_part(place, wanted, part.name))
        return renamed

    def _operations(
        self, is_main: Callable[[MigrateOperation], bool], names: Collection[str]
    ) -> list[Operation]:
        """What the lines replace: the operations themselves, and those on parts of these names."""
        return [
            operation
            for operation in self._revision.upgrade.operations
            if is_main(operation.op) or _part_name(operation.op) in names
        ]


def _part_name(op: MigrateOperation) -> str | None:
    match op:
        case CreateIndexOp() | DropIndexOp():
            return None if op.index_name is None else str(op.index_name)
        case AddConstraintOp():
            name = op.to_constraint().name
        case DropConstraintOp():
            name = op.constraint_name
        case _:
            return None
    return name if isinstance(name, str) else None
