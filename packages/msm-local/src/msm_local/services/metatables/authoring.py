"""What the models say about tables, as generation 2 sends it, in rows of the catalog."""

from dataclasses import replace
from typing import Any

from msm_local.contract.metatables.requests import AuthoredColumn, AuthoredTable
from msm_local.repositories.meta_table_rows import CatalogColumn, MetaTableRow, Shape

__all__ = ["authored_shape", "with_authored", "with_observed"]

TEXTS = ("description", "label", "logical_name")


def with_authored(row: MetaTableRow, authored: AuthoredTable | None) -> MetaTableRow:
    """The row with the texts that are not empty; what the models leave out stays as it is."""
    if authored is None:
        return row
    columns = {column["name"]: column for column in row.table_contract.get("columns", [])}
    for column in authored.columns:
        # A revision may have added the column after the table was reserved.
        columns[column.name] = _column(columns.get(column.name, {"name": column.name}), column)
    contract = {**row.table_contract, "columns": list(columns.values())}
    labels = [" ".join(label.split()) for label in authored.labels if label.strip()]
    description = authored.description or ""
    return replace(
        row,
        description=description if description.strip() else row.description,
        labels=labels or row.labels,
        table_contract=contract,
    )


def authored_shape(shape: Shape) -> Shape:
    """The shape with the descriptions of the models, where they have one; else the comments."""
    return replace(shape, columns=[_described(column) for column in shape.columns])


def with_observed(row: MetaTableRow, shape: Shape) -> MetaTableRow:
    """The row whose contract has the columns of the shape, and no others."""
    columns = [{"data_type": column.data_type, **column.contract_fragment, "name": column.name}
               for column in shape.columns]  # fmt: skip
    return replace(row, table_contract={**row.table_contract, "columns": columns})


def _described(column: CatalogColumn) -> CatalogColumn:
    authored = column.contract_fragment.get("description")
    return replace(column, description=authored or column.description)


def _column(column: dict[str, Any], authored: AuthoredColumn) -> dict[str, Any]:
    given = authored.model_dump(exclude_unset=True)
    texts = {name: given[name] for name in TEXTS if given.get(name)}
    kept = {name: value for name, value in column.items() if name != "encryption"}
    encryption = given.get("encryption", column.get("encryption"))
    # Null says that the column is no longer encrypted.
    return {**kept, **texts, **({"encryption": encryption} if encryption else {})}
