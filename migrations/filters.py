"""What Alembic compares, limited to the tables of some models."""

from collections.abc import Callable, Collection
from typing import Any

from msm.base import MarketsModel

__all__ = ["only"]

type IncludeName = Callable[[str | None, str, dict[str, Any]], bool]
type IncludeObject = Callable[[Any, str | None, str, bool, Any], bool]


def only(models: Collection[type[MarketsModel]]) -> tuple[IncludeName, IncludeObject]:
    """Alembic's two filters, for the tables of these models and what belongs to them.

    Without them autogenerate would propose to drop the tables of others.
    """
    tables = {model.__tablename__ for model in models}

    def include_name(name: str | None, kind: str, parents: dict[str, Any]) -> bool:
        # A schema has no table among its parents, and is never left out.
        return kind == "schema" or (name if kind == "table" else parents["table_name"]) in tables

    def include_object(item: Any, name: str | None, kind: str, _: bool, __: Any) -> bool:
        return (name if kind == "table" else item.table.name) in tables

    return include_name, include_object
