"""PostgreSQL as a platform runs it, for SQLAlchemy."""

from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.types import ARRAY, Float, Numeric

__all__ = ["DIALECT"]


class _Compiler(psycopg.PGCompiler_psycopg):
    def visit_array(self, element: postgresql.array[Any], **options: Any) -> str:
        """Name the type of an array of numbers, which are sent as text."""
        text: str = super().visit_array(element, **options)  # type: ignore[no-untyped-call]
        match element.type:
            case ARRAY(item_type=Numeric() as item) if element.clauses:
                if not isinstance(item, Float):
                    text += f"::{self.dialect.type_compiler_instance.process(element.type)}"
        return text


class _Dialect(psycopg.PGDialect_psycopg):
    statement_compiler = _Compiler
    supports_statement_cache = True


# The platform runs psycopg, which takes named placeholders as %(name)s.
DIALECT = _Dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
