"""How a time-indexed table is stored, which the platform derives where its author says nothing."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msm_local.errors import InvalidRequestError
from msm_local.repositories.meta_table_rows import MetaTableRow

__all__ = ["check_layout", "layout_of"]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
HINTS = {
    "postgresql": {
        "secondary_index_method": "btree",
        "time_index_method": "brin",
        "uniqueness_method": "btree",
    }
}


def layout_of(row: MetaTableRow) -> dict[str, Any]:
    """The layout of a time-indexed table: as its author wrote it, or as it is derived."""
    return {**_derived(row.index_names), **(row.storage_layout or {})}


def check_layout(
    table: str, index_names: Sequence[str], authored: Mapping[str, Any] | None
) -> None:
    """Refuse what the platform refuses, which it does before the first revision runs.

    Args:
        table: its qualified name, for the message.
        index_names: the time index and the dimensions of a row's identity.
        authored: the layout of its author; None to derive it.

    Raises:
        InvalidRequestError: the name of a secondary index is not one for PostgreSQL.
    """
    layout = _derived(index_names) if authored is None else authored
    for index in layout.get("secondary_indexes", []):
        name = str(index.get("name", ""))
        if NAME.fullmatch(name) is None:
            source = "joins the identity dimensions" if authored is None else "is in the layout"
            raise InvalidRequestError(
                f"The secondary index {name!r} of {table} ({len(name)} characters) {source}, and "
                "is not a name of at most 63 letters, digits and underscores; give the model a "
                "__storage_layout__ whose secondary index has such a name."
            )


def _derived(index_names: Sequence[str]) -> dict[str, Any]:
    dimensions = list(index_names[1:])
    lookup = {"name": "_".join(dimensions), "columns": dimensions, "kind": "lookup"}
    return {
        "version": 1,
        "time_index": {"name": index_names[0]},
        "identity_dimensions": dimensions,
        "index_progress": {"grain": dimensions},
        "uniqueness": {"columns": list(index_names)},
        "tail_delete": {"scope_dimensions": dimensions},
        "partitioning": {"strategy": "backend_default"},
        "secondary_indexes": [lookup] if dimensions else [],
        "backend_hints": HINTS,
    }
