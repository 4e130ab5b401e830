"""The models that tests define do not stay on the shared base."""

from collections.abc import Iterator

import pytest

from msm.base import MarketsBase
from tests.models import defining


@pytest.fixture(autouse=True)
def _remove_models() -> Iterator[None]:
    yield
    for model in MarketsBase.models():
        if model.__module__ == defining.__name__:
            MarketsBase.metadata.remove(MarketsBase.metadata.tables[model.__tablename__])
    registry = MarketsBase.registry
    for manager in list(registry._managers):
        if manager.class_.__module__ == defining.__name__:
            registry._dispose_manager_and_mapper(manager)
            registry._managers.pop(manager)
