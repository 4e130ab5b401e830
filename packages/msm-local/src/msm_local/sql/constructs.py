"""What an operation may contain: only constructs that compute from rows and arguments.

These are lists of what is allowed, and not of what is forbidden: what a later PostgreSQL adds must
be refused until somebody has looked at it.
"""

from collections.abc import Iterable

import postgast
from google.protobuf.message import Message
from postgast import pg_query_pb2 as tree

from msm_local.errors import StatementRefusedError
from msm_local.sql.functions import ALLOWED

__all__ = ["check_construct", "texts"]

STATEMENTS = """
    DeleteStmt InferClause InsertStmt OnConflictClause ReturningClause ReturningOption SelectStmt
    UpdateStmt
"""
QUERIES = """
    A_Star Alias CTECycleClause CTESearchClause ColumnDef ColumnRef CommonTableExpr GroupingFunc
    GroupingSet IndexElem JoinExpr LockingClause MultiAssignRef RangeFunction RangeSubselect
    RangeVar ResTarget SetToDefault SortBy SubLink WindowDef WithClause
"""
EXPRESSIONS = """
    A_ArrayExpr A_Const A_Expr A_Indices A_Indirection BitString BoolExpr Boolean BooleanTest
    CaseExpr CaseWhen CoalesceExpr CollateClause Float FuncCall Integer List MinMaxExpr
    NamedArgExpr NullTest
    ParamRef RowExpr SQLValueFunction String TypeCast TypeName
"""
JSON = """
    JsonAggConstructor JsonArgument JsonArrayAgg JsonArrayConstructor JsonArrayQueryConstructor
    JsonBehavior JsonFormat JsonFuncExpr JsonIsPredicate JsonKeyValue JsonObjectAgg
    JsonObjectConstructor JsonOutput JsonParseExpr JsonReturning JsonScalarExpr JsonSerializeExpr
    JsonTable JsonTableColumn JsonTablePathSpec JsonValueExpr
"""
# Text that is cast to one of these types is looked up in the system catalogs or the roles.
CATALOG = """
    aclitem regclass regcollation regconfig regdatabase regdictionary regnamespace regoper
    regoperator regproc regprocedure regrole regtype
"""
# The parser's node for an optional part that is missing.
NOTHING = "Node"
CONSTRUCTS = frozenset(" ".join((STATEMENTS, QUERIES, EXPRESSIONS, JSON, NOTHING)).split())
CATALOG_TYPES = frozenset(CATALOG.split())
SYSTEM = "pg_catalog"


def check_construct(node: Message) -> None:
    """Refuse a node of a statement's tree that an operation may not contain.

    Raises:
        StatementRefusedError: a construct, function, type or operator outside the lists.
    """
    name = type(node).__name__
    if name not in CONSTRUCTS:
        raise StatementRefusedError(
            f"Operations may not contain a {name}; they only select, insert, update and delete "
            "rows of their tables."
        )
    match node:
        case tree.FuncCall():
            _check_function(texts(node.funcname))
        case tree.TypeName():
            _check_type(texts(node.names))
        case tree.A_Expr():
            _check_operator(texts(node.name))
        case tree.SubLink():
            _check_operator(texts(node.oper_name))
        case tree.SortBy():
            _check_operator(texts(node.use_op))
        case tree.SQLValueFunction():
            _check_value(tree.SQLValueFunctionOp.Name(node.op))


def texts(names: Iterable[Message]) -> list[str]:
    """The parts of a name, which may be qualified."""
    parts = (postgast.unwrap_node(part) for part in names)
    return [part.sval if isinstance(part, tree.String) else "" for part in parts]


def _check_function(names: list[str]) -> None:
    if names[:-1] not in ([], [SYSTEM]) or names[-1] not in ALLOWED:
        raise StatementRefusedError(
            f"Operations may not call {'.'.join(names)}; compute the value in Python, or use a "
            "function of the allow-list."
        )


def _check_type(names: list[str]) -> None:
    # The parser writes arrays as _type.
    plain = names[-1].lstrip("_")
    outside = names[:-1] not in ([], [SYSTEM], ["public"])
    if outside or plain in CATALOG_TYPES or plain.startswith("pg_"):
        raise StatementRefusedError(
            f"Operations may not use the type {'.'.join(names)}; it gives access to more than rows "
            "of tables."
        )


def _check_operator(names: list[str]) -> None:
    # An operator of another schema calls a function that this database defines.
    if names[:-1] not in ([], [SYSTEM]):
        raise StatementRefusedError(
            f"Operations may not use the operator {'.'.join(names)}; only PostgreSQL's own are "
            "allowed."
        )


def _check_value(name: str) -> None:
    # CURRENT_DATE and similar are times; the others, as CURRENT_USER, are facts about the server.
    if "DATE" not in name and "TIME" not in name:
        value = name.removeprefix("SVFOP_")
        raise StatementRefusedError(
            f"Operations may not use {value}; the platform chooses their role and database."
        )
