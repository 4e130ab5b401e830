"""Creating model classes in tests, which conftest.py removes from the shared base afterwards."""

from typing import Any

from sqlalchemy.orm import Mapped

from msm.base import MarketsMetaTable, MarketsModel, MarketsTimeIndexMetaTable
from msm.types import UuidKey

__all__ = ["AcmeTimeIndex", "columns", "define", "time_indexed"]


class AcmeMetaTable(MarketsMetaTable):
    __abstract__ = True
    __application__ = "acme"


class AcmeTimeIndex(MarketsTimeIndexMetaTable):
    __abstract__ = True
    __application__ = "acme"


def define(
    name: str, body: dict[str, Any], base: type[MarketsModel] = AcmeMetaTable
) -> type[MarketsModel]:
    """Create a model class as a class statement in this module would."""
    return type(name, (base,), {"__module__": __name__, "__qualname__": name} | body)


def columns(**more: Any) -> dict[str, Any]:
    annotations: dict[str, Any] = {"uid": Mapped[UuidKey]} | more
    return {"__annotations__": annotations}


def time_indexed(settings: dict[str, Any], **annotations: Any) -> type[MarketsModel]:
    body = {"__doc__": "One.", "__annotations__": annotations} | settings
    return define("QuoteTS", body, AcmeTimeIndex)
