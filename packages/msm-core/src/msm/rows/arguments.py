"""Models and columns in the forms that callers pass them in."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table, inspect
from sqlalchemy.orm import ColumnProperty, Mapper, QueryableAttribute

from msm.base import MarketsBase, MarketsModel
from msm.errors import StatementError
from msm.errors.formatting import shortened

__all__ = ["ColumnName", "ColumnNames", "column_names", "model_of"]

type ColumnName = str | QueryableAttribute[Any] | Column[Any]
type ColumnNames = ColumnName | Iterable[ColumnName]

ONE = (str, QueryableAttribute, Column)


def model_of(given: Any) -> type[MarketsModel]:
    """The model that an argument means: the model itself, or that of its table.

    Raises:
        StatementError: it is neither.
    """
    found = inspect(given, raiseerr=False)
    if isinstance(found, Mapper) and found.entity is given and issubclass(given, MarketsModel):
        model: type[MarketsModel] | None = given
    else:
        model = MarketsBase.model_of(found.name) if isinstance(found, Table) else None
    if model is None:
        raise StatementError(
            f"Expected the class of a model, such as msm.models.Asset, got {shortened(given)}, a "
            f"{type(given).__name__}."
        )
    return model


def column_names(model: type[MarketsModel], given: ColumnNames) -> list[str]:
    """The names of columns of a model, one or several: of names, attributes or columns.

    A text that is neither an attribute nor a column is passed on: the caller knows which ones
    are possible.

    Raises:
        StatementError: it is something else, or belongs to another model.
    """
    # An attribute and a column are no iterables, and have the method of one.
    names: Iterable[object] = [given] if isinstance(given, ONE) else _iterable(model, given)
    return [_name_of(model, one) for one in names]


def _iterable(model: type[MarketsModel], given: object) -> Iterable[object]:
    if not isinstance(given, Iterable):
        raise _no_column(model, given)
    return given


def _name_of(model: type[MarketsModel], given: object) -> str:
    attributes = model.__mapper__.column_attrs
    match given:
        case str() if given in model.__table__.c or given not in attributes:
            return given
        case str():
            return str(attributes[given].columns[0].name)
        case QueryableAttribute(property=ColumnProperty(columns=[Column() as column])) if (
            given.class_ is model
        ):
            return column.name
        case Column(table=table) if table is model.__table__:
            return given.name
    raise _no_column(model, given)


def _no_column(model: type[MarketsModel], given: object) -> StatementError:
    # An attribute shows itself as Asset.uid only by str().
    shown = str(given) if isinstance(given, QueryableAttribute | Column) else shortened(given)
    return StatementError(
        f"{shown} is not a column of {model.__name__}; pass names or attributes of its columns, or "
        "join the models in a select, and execute() it."
    )
