"""PostgreSQL as a platform runs it, for SQLAlchemy."""

from typing import Any

from sqlalchemy import BinaryExpression, BindParameter, ColumnClause, all_, any_, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.sql.compiler import OPERATORS
from sqlalchemy.types import ARRAY, JSON, Float, LargeBinary, NullType, Numeric, TupleType

__all__ = ["DIALECT", "MAX_LIST", "PLAIN"]

# A longer list of an IN is sent as one array. Each value of a list has a placeholder of its own,
# which all that handles a statement pays for: with 10,000 values, 2 s instead of 0.1 s.
MAX_LIST = 100


class _List(ARRAY[Any]):
    """The values of a long IN, whose type PostgreSQL takes from the other side.

    A cast to the type of the column would cut texts, and round numbers.
    """


def _as_array(binary: BinaryExpression[Any]) -> BindParameter[Any] | None:
    """The array of the values of a long IN; None where the list stays as it is."""
    match binary.right:
        case BindParameter(expanding=True, value=list() | tuple() as values):
            if len(values) > MAX_LIST and not isinstance(
                binary.right.type, ARRAY | JSON | NullType | TupleType
            ):
                # Errors name a value by its placeholder.
                name = binary.left.key if isinstance(binary.left, ColumnClause) else "in"
                return bindparam(name, list(values), _List(binary.right.type), unique=True)
    return None


class _Compiler(psycopg.PGCompiler_psycopg):
    def visit_in_op_binary(
        self, binary: BinaryExpression[Any], operator: Any, **options: Any
    ) -> str:
        """Send a long list as one array."""
        array = _as_array(binary)
        if array is None:
            text: str = self._generate_generic_binary(binary, OPERATORS[operator], **options)
            return text
        return str(self.process(binary.left == any_(array), **options))

    def visit_not_in_op_binary(
        self, binary: BinaryExpression[Any], operator: Any, **options: Any
    ) -> str:
        """Send a long list as one array."""
        array = _as_array(binary)
        if array is None:
            text: str = super().visit_not_in_op_binary(binary, operator, **options)  # type: ignore[no-untyped-call]
            return text
        return str(self.process(binary.left != all_(array), **options))

    def render_bind_cast(self, type_: Any, dbapi_type: Any, sqltext: str) -> str:
        """Leave the type of a long list to PostgreSQL."""
        if isinstance(type_, _List):
            return sqltext
        text: str = super().render_bind_cast(type_, dbapi_type, sqltext)  # type: ignore[no-untyped-call]
        return text

    def visit_array(self, element: postgresql.array[Any], **options: Any) -> str:
        """Name the type of an array of numbers, bytes or intervals, which are sent as text."""
        text: str = super().visit_array(element, **options)  # type: ignore[no-untyped-call]
        match element.type:
            case ARRAY(item_type=Numeric() | LargeBinary() | postgresql.INTERVAL() as item) if (
                element.clauses
            ):
                if not isinstance(item, Float):
                    text += f"::{self.dialect.type_compiler_instance.process(element.type)}"
        return text


class _Dialect(psycopg.PGDialect_psycopg):
    statement_compiler = _Compiler
    supports_statement_cache = True


# The platform runs psycopg, which takes named placeholders as %(name)s.
DIALECT = _Dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
# Its types have names that revisions and contracts can say; psycopg has some of its own.
PLAIN = PGDialect()  # type: ignore[no-untyped-call]
