"""Column types of a caller: SQLAlchemy's TypeDecorator, whose conversions are around ours."""

from collections.abc import Callable
from typing import Any, TypeIs

from sqlalchemy import Dialect
from sqlalchemy.types import Interval, TypeDecorator, TypeEngine
from sqlalchemy.util import method_is_overridden

from msm.errors.formatting import excerpt
from msm.values.dialect import DIALECT
from msm.values.texts import UnfitValueError

__all__ = ["bound", "is_decorated", "plain_type", "result_converter"]


def is_decorated(kind: TypeEngine[Any]) -> TypeIs[TypeDecorator[Any]]:
    """Whether it is a TypeDecorator, and not one that SQLAlchemy has for a type of PostgreSQL."""
    return isinstance(kind, TypeDecorator) and not isinstance(kind, Interval)


def plain_type(kind: TypeEngine[Any], dialect: Dialect = DIALECT) -> TypeEngine[Any]:
    """The type that PostgreSQL has for a column: that inside of a TypeDecorator, or the type."""
    while is_decorated(kind):
        kind = kind.load_dialect_impl(dialect)
    return kind


def bound(kind: TypeEngine[Any], value: Any) -> Any:
    """What a TypeDecorator makes of a value before it is sent.

    Raises:
        UnfitValueError: the TypeDecorator refuses the value.
    """
    while is_decorated(kind):
        if method_is_overridden(kind, TypeDecorator.process_bind_param):
            try:
                value = kind.process_bind_param(value, DIALECT)
            except (AttributeError, TypeError, ValueError) as error:
                said = excerpt(str(error))
                raise UnfitValueError(f"is refused by {type(kind).__name__}: {said}") from error
        kind = kind.load_dialect_impl(DIALECT)
    return value


def result_converter(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What a TypeDecorator does to a value that was read, None included; None where nothing."""
    converters: list[TypeDecorator[Any]] = []
    while is_decorated(kind):
        if method_is_overridden(kind, TypeDecorator.process_result_value):
            converters.insert(0, kind)
        kind = kind.load_dialect_impl(DIALECT)
    if not converters:
        return None

    def convert(value: Any) -> Any:
        for converter in converters:
            value = converter.process_result_value(value, DIALECT)
        return value

    return convert
