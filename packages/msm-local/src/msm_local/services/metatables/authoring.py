"""What the models say about tables, as generation 2 sends it, in rows of the catalog."""

from dataclasses import replace
from typing import Any

from msm_local.contract.metatables.requests import AuthoredColumn, AuthoredTable
from msm_local.repositories.meta_table_rows import MetaTableRow

__all__ = ["with_authored"]

TEXTS = ("description", "label", "logical_name")


def with_authored(row: MetaTableRow, authored: AuthoredTable | None) -> MetaTableRow:
    """The row with the texts that are not empty; what the models leave out stays as it is."""
    if authored is None:
        return row
    columns = {column.name: column for column in authored.columns}
    contract = {
        **row.table_contract,
        "columns": [
            _column(column, columns[column["name"]]) if column["name"] in columns else column
            for column in row.table_contract.get("columns", [])
        ],
    }
    labels = [" ".join(label.split()) for label in authored.labels if label.strip()]
    description = authored.description or ""
    return replace(
        row,
        description=description if description.strip() else row.description,
        labels=labels or row.labels,
        table_contract=contract,
    )


def _column(column: dict[str, Any], authored: AuthoredColumn) -> dict[str, Any]:
    given = authored.model_dump(exclude_unset=True)
    texts = {name: given[name] for name in TEXTS if given.get(name)}
    kept = {name: value for name, value in column.items() if name != "encryption"}
    encryption = given.get("encryption", column.get("encryption"))
    # Null says that the column is no longer encrypted.
    return {**kept, **texts, **({"encryption": encryption} if encryption else {})}
