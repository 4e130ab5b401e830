"""Reading rows of the catalog, for the API of each generation."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.api.endpoints.dependencies import Platform
from msm_local.contract.filters import FilterClause, Page, ResourceKind
from msm_local.repositories.meta_table_rows import MetaTableRow
from msm_local.repositories.settings import Settings
from msm_local.services import meta_tables

__all__ = ["read_page", "read_row"]

type Present[T] = Callable[[Connection[Any], Settings, Sequence[MetaTableRow]], list[T]]


def read_page[T](
    platform: Platform,
    resource: ResourceKind,
    clauses: list[FilterClause],
    page: Page,
    present: Present[T],
) -> tuple[int, list[T]]:
    """The number of rows that match, and the answers about those of a page.

    Args:
        platform: whose catalog is read.
        resource: which of both resources.
        clauses: what rows have to match.
        page: which of them.
        present: makes the answers of a generation.
    """
    with platform.database.transaction() as connection:
        count, rows = meta_tables.list_page(connection, resource, clauses, page)
        return count, present(connection, platform.database.settings, rows)


def read_row[T](platform: Platform, resource: ResourceKind, uid: UUID, present: Present[T]) -> T:
    """The answer about one row.

    Args:
        platform: whose catalog is read.
        resource: which of both resources.
        uid: of the row.
        present: makes the answers of a generation.

    Raises:
        NotFoundError: there is no such row.
    """
    with platform.database.transaction() as connection:
        row = meta_tables.get(connection, resource, uid)
        [answer] = present(connection, platform.database.settings, [row])
    return answer
