"""What a statement does, from PostgreSQL's own parser: its kind, tables, functions, JSON casts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import postgast
from google.protobuf.message import Message
from postgast import pg_query_pb2 as tree

from msm_local.errors import StatementRefusedError
from msm_local.services.functions import ALLOWED

__all__ = ["Operation", "Statement", "TableName", "parse"]

Operation = Literal["select", "insert", "update", "delete", "upsert"]
TableName = tuple[str, str]

PLACEHOLDER = re.compile(r"%(?:%|\((?P<name>[^()]+)\)s|(?P<other>.?))", re.DOTALL)
JSON_TYPES = frozenset({"json", "jsonb"})
PUBLIC = "public"
CACHED = 512
MAXIMUM_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement.

    Attributes:
        kind: what it does; ``upsert`` is an INSERT with ON CONFLICT.
        reads: the tables it reads, as (schema, name).
        writes: the one table it writes.
        placeholders: names of its placeholders.
        json_placeholders: those that are cast to JSON or JSONB.
    """

    kind: Operation
    reads: frozenset[TableName]
    writes: frozenset[TableName]
    placeholders: frozenset[str]
    json_placeholders: frozenset[str]


@lru_cache(maxsize=CACHED)
def parse(text: str) -> Statement:
    """Parse one statement with ``%(name)s`` placeholders.

    Raises:
        StatementRefusedError: not one SELECT, INSERT, UPDATE or DELETE, or it contains what
            operations may not: writing CTEs, SELECT INTO, functions outside the list, tables
            outside schema public.
    """
    if len(text) > MAXIMUM_LENGTH:
        raise StatementRefusedError(
            f"The statement has {len(text)} characters; at most {MAXIMUM_LENGTH} are taken."
        )
    numbered, names = _numbered(text)
    try:
        result = postgast.parse(numbered)
    except postgast.PgQueryError as error:
        raise StatementRefusedError(f"The statement is not SQL: {error.message}.") from error
    if len(result.stmts) != 1:
        raise StatementRefusedError(
            f"An operation is one statement; this text holds {len(result.stmts)}."
        )
    root = _unwrap(result.stmts[0].stmt)
    visitor = _Visitor(names)
    kind = _kind(root)
    visitor.visit_statement(root, frozenset())
    return Statement(
        kind,
        frozenset(visitor.reads),
        frozenset(visitor.writes),
        frozenset(names),
        frozenset(visitor.json_placeholders),
    )


def _numbered(text: str) -> tuple[str, list[str]]:
    """The text with $n for each placeholder and % for each %%, and the names in order of n."""
    names: list[str] = []

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        if name is None:
            if match[0] == "%%":
                return "%"
            raise StatementRefusedError(
                f"Only %(name)s and %% may follow a percent sign, not {match[0]!r}."
            )
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return PLACEHOLDER.sub(replace, text), names


def _kind(root: Message) -> Operation:
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
    """Walks a statement with the names of the CTEs that are visible at each place.

    A name is a CTE only where PostgreSQL sees it as one: ``WITH a AS (SELECT * FROM a)`` reads
    the table a.
    """

    def __init__(self, placeholders: list[str]) -> None:
        self.reads: set[TableName] = set()
        self.writes: set[TableName] = set()
        self.json_placeholders: set[str] = set()
        self._placeholders = placeholders

    def visit_statement(self, node: Message, ctes: frozenset[str]) -> None:
        match node:
            case tree.InsertStmt() | tree.UpdateStmt() | tree.DeleteStmt():
                self.writes.add(_table_name(node.relation))
                if not isinstance(node, tree.InsertStmt) or node.HasField("on_conflict_clause"):
                    self.reads.add(_table_name(node.relation))
            case tree.SelectStmt():
                if node.HasField("into_clause"):
                    raise StatementRefusedError("SELECT INTO makes a table; operations may not.")
        visible = self._visit_ctes(node, ctes)
        for field, value in node.ListFields():
            if field.message_type is None or field.name == "with_clause":
                continue
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
                query = _unwrap(cte.ctequery)
                if not isinstance(query, tree.SelectStmt):
                    raise StatementRefusedError(
                        f"The CTE {cte.ctename!r} writes; a write is an operation of its own."
                    )
                self.visit_statement(query, visible)
                visible |= {cte.ctename}
        return visible

    def _visit(self, node: Message, ctes: frozenset[str]) -> None:
        match node:
            case tree.SelectStmt():
                self.visit_statement(node, ctes)
                return
            case tree.InsertStmt() | tree.UpdateStmt() | tree.DeleteStmt() | tree.MergeStmt():
                raise StatementRefusedError("A statement inside a statement may not write.")
            case tree.RangeVar():
                if node.schemaname or node.relname not in ctes:
                    self.reads.add(_table_name(node))
            case tree.FuncCall():
                _check_function(node)
            case tree.TypeCast():
                self._note_json(node)
        for child in _children(node):
            self._visit(child, ctes)

    def _note_json(self, cast: tree.TypeCast) -> None:
        argument = _unwrap(cast.arg)
        if isinstance(argument, tree.ParamRef) and _last_name(cast.type_name.names) in JSON_TYPES:
            self.json_placeholders.add(self._placeholders[argument.number - 1])


def _table_name(node: tree.RangeVar) -> TableName:
    name = (node.schemaname or PUBLIC, node.relname)
    # An unqualified pg_ name would find the system catalog before schema public.
    if node.catalogname or name[0] != PUBLIC or node.relname.startswith("pg_"):
        qualified = ".".join(filter(None, (node.catalogname, node.schemaname, node.relname)))
        raise StatementRefusedError(
            f"Operations reach the tables of schema public; {qualified} is none of them."
        )
    return name


def _check_function(call: tree.FuncCall) -> None:
    names = [_text(part) for part in call.funcname]
    if names[:-1] not in ([], ["pg_catalog"]) or names[-1] not in ALLOWED:
        raise StatementRefusedError(
            f"Operations may not call {'.'.join(names)}; compute it in Python, or with a function "
            "of the allow-list."
        )


def _last_name(names: object) -> str:
    texts = [_text(part) for part in names]  # type: ignore[attr-defined]
    return texts[-1] if texts else ""


def _text(node: Message) -> str:
    inner = _unwrap(node)
    return inner.sval if isinstance(inner, tree.String) else ""
