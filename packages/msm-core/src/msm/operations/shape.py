"""What the rows of a statement are: values, or instances of models among them.

SQLAlchemy itself makes the instances, so that aliases, labels, bundles, ``load_only()`` and
``contains_eager()`` mean what they mean in a Session. Its loading needs a Session, in which a row
that comes twice is one instance. This one has no connection, and is closed before a caller sees an
instance.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import CompoundSelect
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import UnboundExecutionError
from sqlalchemy.orm import Session
from sqlalchemy.orm.context import (
    FromStatement,
    QueryContext,
    _ColumnEntity,
    _ORMCompileState,
    _ORMFromStatementCompileState,
    _ORMSelectCompileState,
)
from sqlalchemy.orm.loading import instances
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.elements import ColumnElement

from msm.errors import StatementError
from msm.sdk.process.forks import unforked

__all__ = ["Shape", "shape_of"]

type Values = tuple[Any, ...]

# What the loading asks of a cursor.
NO_CURSOR = SimpleNamespace(_is_server_side=False)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the values of a row become what callers get.

    Attributes:
        names: the name of each result column.
        columns: what each result column can be looked up by in a row, beside its name.
        statement: the statement as SQLAlchemy's ORM reads it; None for one of tables only.
        state: what its compiler knows of its entities.
    """

    names: tuple[str, ...]
    columns: tuple[Values, ...]
    statement: Any = None
    state: Any = None

    def load(self, rows: Iterator[Values]) -> IteratorResult[*tuple[Any, ...]]:
        """SQLAlchemy's result of the values of some rows.

        Args:
            rows: the values of each row, in the order of ``names``; read when they are asked for.
        """
        metadata = SimpleResultMetaData(self.names, self.columns)
        raw: IteratorResult[*tuple[Any, ...]] = IteratorResult(metadata, rows, context=NO_CURSOR)
        if self.state is None:
            return raw
        # SQLAlchemy numbers sessions and loadings, each under a lock.
        with unforked:
            session = Session()
            context = QueryContext(
                self.state,
                self.statement,
                self.statement,
                {},
                session,
                QueryContext.default_load_options,
            )
            # It is annotated with a cursor's result, and needs no more than this.
            loaded: Any = instances(raw, context)  # type: ignore[arg-type]
        # The loading would only copy rows of plain columns, value by value.
        loaded.iterator = rows if self._is_plain else _detached(loaded.iterator, session)
        result: IteratorResult[*tuple[Any, ...]] = loaded
        return result

    @property
    def _is_plain(self) -> bool:
        entities = self.state._entities  # noqa: SLF001 - SQLAlchemy has no public name for them
        return len(entities) == len(self.names) and all(
            isinstance(entity, _ColumnEntity) for entity in entities
        )


def shape_of(statement: object, compiled: SQLCompiler) -> Shape:
    """What the rows of a statement are.

    Args:
        statement: what a caller passed.
        compiled: the same statement, compiled as it is.

    Raises:
        StatementError: it would load relationships with joins that it does not name.
    """
    entries = compiled._result_columns  # noqa: SLF001 - SQLAlchemy has no public name for them
    names = tuple(entry.keyname for entry in entries)
    columns = tuple(_columns_of(entry.objects) for entry in entries)
    state, read = compiled.compile_state, statement
    if isinstance(statement, UpdateBase) and statement._propagate_attrs and entries:  # noqa: SLF001
        read = FromStatement(statement._returning, statement, _adapt_on_names=False)  # noqa: SLF001
        state = _ORMFromStatementCompileState.create_for_statement(read, compiled)
    # A union has no entities: its rows are values.
    if not isinstance(state, _ORMCompileState) or isinstance(statement, CompoundSelect):
        return Shape(names, columns)
    if isinstance(state, _ORMSelectCompileState) and state.eager_joins:
        raise StatementError(
            "The select would load relationships with joins of its own; join() them in the "
            "statement and add contains_eager(), or read them with a second select."
        )
    return Shape(names, columns, read, state)


def _columns_of(objects: Sequence[Any]) -> Values:
    return tuple(element for element in objects if isinstance(element, ColumnElement))


def _detached(rows: Iterator[Any], session: Session) -> Iterator[Any]:
    try:
        loaded = list(rows)
    except UnboundExecutionError as error:
        raise StatementError(
            "The select would load relationships with statements of their own, as selectinload() "
            "does; join() them in the statement and add contains_eager(), or read them with a "
            "second select."
        ) from error
    session.close()
    yield from loaded
