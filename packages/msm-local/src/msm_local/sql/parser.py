"""What a statement does, from PostgreSQL's own parser: its kind, its tables, its JSON casts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import postgast
from google.protobuf.message import DecodeError, Message
from postgast import pg_query_pb2 as tree

from msm_local.errors import StatementRefusedError
from msm_local.sql.constructs import check_construct, texts

__all__ = ["PUBLIC", "Statement", "StatementKind", "TableName", "invalid_text", "parse"]

StatementKind = Literal["select", "insert", "update", "delete", "upsert"]
TableName = tuple[str, str]

PLACEHOLDER = re.compile(r"%(?:%|\((?P<name>[^()]+)\)s|(?P<other>.?))", re.DOTALL)
JSON_TYPES = frozenset({"json", "jsonb"})
# PostgreSQL finds these before the row type of any table: they need no lookup in the catalog.
SYSTEM = """
    bool bpchar char date float4 float8 int2 int4 int8 interval json jsonb name numeric oid text
    time timestamp timestamptz timetz unknown uuid varchar
"""
SYSTEM_TYPES = frozenset(SYSTEM.split())
PUBLIC = "public"
MAX_CACHED = 512
MAX_CACHED_LENGTH = 20_000
MAX_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement.

    Attributes:
        text: the text that was parsed, with $1, $2 ... as placeholders; it is run unchanged.
        kind: what it does; ``upsert`` is an INSERT with ON CONFLICT.
        reads: the tables it reads, as (schema, name).
        writes: the one table it writes.
        members: the names behind a dot, such as price in ``a.price``: columns, or functions that
            take a row.
        types: names of types that may be row types of tables.
        locks: whether it locks rows that it reads (FOR UPDATE and similar).
        placeholders: names of its placeholders, $1 first.
        json_placeholders: those that are cast to JSON or JSONB.
    """

    text: str
    kind: StatementKind
    reads: frozenset[TableName]
    writes: frozenset[TableName]
    members: frozenset[str]
    types: frozenset[str]
    locks: bool
    placeholders: tuple[str, ...]
    json_placeholders: frozenset[str]


def parse(text: str) -> Statement:
    """Parse one statement with ``%(name)s`` placeholders.

    Raises:
        StatementRefusedError: not one SELECT, INSERT, UPDATE or DELETE, or it contains what
            operations may not: writing CTEs, SELECT INTO, constructs, functions, types or operators
            outside the lists, tables outside schema public.
    """
    if len(text) > MAX_LENGTH:
        raise StatementRefusedError(
            f"The statement has {len(text)} characters, and the limit is {MAX_LENGTH}; send the "
            "values as parameters, or several statements."
        )
    # A long text is rarely sent twice, and hundreds of them would fill the memory.
    return _parse_cached(text) if len(text) <= MAX_CACHED_LENGTH else _parse(text)


def invalid_text(text: str) -> str | None:
    """The text with $1, $2 ... as placeholders where it is not valid SQL; None if it is valid."""
    try:
        numbered, _names = _numbered(text)
        postgast.parse(numbered)
    except postgast.PgQueryError:
        return numbered
    except (DecodeError, StatementRefusedError):
        return None
    return None


def _parse(text: str) -> Statement:
    # PostgreSQL's parser knows $1 and not %(name)s.
    numbered, names = _numbered(text)
    try:
        result = postgast.parse(numbered)
    except postgast.PgQueryError as error:
        raise StatementRefusedError(f"The statement is not valid SQL: {error.message}.") from error
    except DecodeError as error:
        raise StatementRefusedError(
            "The statement is nested too deeply; move parts of it into CTEs, or send several."
        ) from error
    if len(result.stmts) != 1:
        raise StatementRefusedError(
            f"An operation is one statement; this text contains {len(result.stmts)}."
        )
    root = _unwrap(result.stmts[0].stmt)
    visitor = _Visitor(names)
    kind = _kind(root)
    visitor.visit_statement(root, frozenset())
    return Statement(
        text=numbered,
        kind=kind,
        reads=frozenset(visitor.reads),
        writes=frozenset(visitor.writes),
        members=frozenset(visitor.members),
        types=frozenset(visitor.types - SYSTEM_TYPES),
        locks=visitor.locks,
        placeholders=tuple(names),
        json_placeholders=frozenset(visitor.json_placeholders),
    )


# Programs send the same few statements over and over, and parsing one takes half a millisecond.
_parse_cached = lru_cache(maxsize=MAX_CACHED)(_parse)


def _numbered(text: str) -> tuple[str, list[str]]:
    """The text with $n for each placeholder and % for each %%, and the names in order of n."""
    names: list[str] = []

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            if match[0] == "%%":
                return "%"
            raise StatementRefusedError(
                f"Write placeholders as %(name)s, and a percent sign as %%, not {match[0]!r}."
            )
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return PLACEHOLDER.sub(replace, text), names


def _kind(root: Message) -> StatementKind:
    match root:
        case tree.SelectStmt():
            return "select"
        case tree.InsertStmt():
            return "upsert" if root.HasField("on_conflict_clause") else "insert"
        case tree.UpdateStmt():
            return "update"
        case tree.DeleteStmt():
            return "delete"
    raise StatementRefusedError(
        f"An operation is a SELECT, INSERT, UPDATE or DELETE, not a {type(root).__name__}."
    )


def _unwrap(node: Message) -> Message:
    unwrapped: Message = postgast.unwrap_node(node)
    return unwrapped


def _children(node: Message) -> Iterator[Message]:
    for field, value in node.ListFields():
        if field.message_type is None:
            continue
        for child in [value] if isinstance(value, Message) else value:
            yield _unwrap(child)


class _Visitor:
    """Walks a statement, and knows which CTEs are visible at each place.

    A name means a CTE only where PostgreSQL reads it as one: ``WITH a AS (SELECT * FROM a)`` reads
    the table a, and a wrong guess would let a statement read a table outside its scope.
    """

    def __init__(self, placeholders: list[str]) -> None:
        self.reads: set[TableName] = set()
        self.writes: set[TableName] = set()
        self.json_placeholders: set[str] = set()
        self.members: set[str] = set()
        self.types: set[str] = set()
        self.locks = False
        self._placeholders = placeholders

    def visit_statement(self, node: Message, ctes: frozenset[str]) -> None:
        """Visit a SELECT, INSERT, UPDATE or DELETE where these CTEs are visible."""
        match node:
            case tree.InsertStmt() | tree.UpdateStmt() | tree.DeleteStmt():
                self.writes.add(_table_name(node.relation))
                # An UPDATE, DELETE or ON CONFLICT also reads the rows that it changes.
                if not isinstance(node, tree.InsertStmt) or node.HasField("on_conflict_clause"):
                    self.reads.add(_table_name(node.relation))
            case tree.SelectStmt():
                if node.HasField("into_clause"):
                    raise StatementRefusedError(
                        "SELECT INTO creates a table, which operations may not."
                    )
        visible = self._visit_ctes(node, ctes)
        for field, value in node.ListFields():
            if field.message_type is None or field.name == "with_clause":
                continue
            # The target of a write was recorded above, and is not a table that it reads.
            if field.name == "relation" and not isinstance(node, tree.SelectStmt):
                continue
            for child in [value] if isinstance(value, Message) else value:
                self._visit(_unwrap(child), visible)

    def _visit_ctes(self, node: Message, ctes: frozenset[str]) -> frozenset[str]:
        if not isinstance(
            node, tree.SelectStmt | tree.InsertStmt | tree.UpdateStmt | tree.DeleteStmt
        ) or not node.HasField("with_clause"):
            return ctes
        clauses = [_unwrap(cte) for cte in node.with_clause.ctes]
        names = [cte.ctename for cte in clauses if isinstance(cte, tree.CommonTableExpr)]
        visible = ctes | frozenset(names) if node.with_clause.recursive else ctes
        for cte in clauses:
            if isinstance(cte, tree.CommonTableExpr):
                for part in (cte.search_clause, cte.cycle_clause):
                    self._visit(part, ctes)
                query = _unwrap(cte.ctequery)
                if not isinstance(query, tree.SelectStmt):
                    raise StatementRefusedError(
                        f"The CTE {cte.ctename!r} writes; send the write as a separate operation."
                    )
                self.visit_statement(query, visible)
                visible |= {cte.ctename}
        return visible

    def _visit(self, node: Message, ctes: frozenset[str]) -> None:
        check_construct(node)
        match node:
            case tree.SelectStmt():
                self.visit_statement(node, ctes)
                return
            case tree.InsertStmt() | tree.UpdateStmt() | tree.DeleteStmt():
                raise StatementRefusedError("A statement inside another one may not write.")
            case tree.RangeVar():
                if node.schemaname or node.relname not in ctes:
                    self.reads.add(_table_name(node))
            case tree.LockingClause():
                # It names tables of FROM, or their aliases, which are known already.
                self.locks = True
                return
            case tree.ColumnRef():
                self.members.update(texts(node.fields)[1:])
            case tree.A_Indirection():
                self.members.update(texts(node.indirection))
            case tree.TypeName():
                name = texts(node.names)[-1]
                # The array type of a table is its name with an underscore in front.
                self.types.update((name, name.removeprefix("_")))
            case tree.ParamRef():
                self._check_number(node.number)
            case tree.TypeCast():
                self._note_json(node)
        for child in _children(node):
            self._visit(child, ctes)

    def _check_number(self, number: int) -> None:
        if not 1 <= number <= len(self._placeholders):
            raise StatementRefusedError(
                f"Write placeholders as %(name)s; there is no parameter ${number}."
            )

    def _note_json(self, cast: tree.TypeCast) -> None:
        argument = _unwrap(cast.arg)
        if isinstance(argument, tree.ParamRef) and texts(cast.type_name.names)[-1] in JSON_TYPES:
            self._check_number(argument.number)
            self.json_placeholders.add(self._placeholders[argument.number - 1])


def _table_name(node: tree.RangeVar) -> TableName:
    name = (node.schemaname or PUBLIC, node.relname)
    # PostgreSQL looks up an unqualified pg_ name in its system catalog first.
    if node.catalogname or name[0] != PUBLIC or node.relname.startswith("pg_"):
        qualified = ".".join(filter(None, (node.catalogname, node.schemaname, node.relname)))
        raise StatementRefusedError(
            f"Operations use the tables of schema public; {qualified} is not one of them."
        )
    return name
