"""Reads resources of the platform's catalog, however many there are."""

from collections.abc import Iterator
from itertools import count
from typing import Any

from msm.sdk import MetaTable

__all__ = ["every_resource"]

# The platform refuses a larger page.
PAGE = 5_000


def every_resource(resource: type[MetaTable], **filters: Any) -> Iterator[MetaTable]:
    """The resources that match, a page at a time.

    Args:
        resource: MetaTable, or TimeIndexMetaTable.
        **filters: those of ``filter_by_body``.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    for offset in count(step=PAGE):
        page = resource.filter_by_body(limit=PAGE, offset=offset, **filters)
        yield from page
        if len(page) < PAGE:
            return
