"""What the parts of a table are, in words, and the code that uses it."""

from collections.abc import Sequence

from msm_local.repositories.physical import Column, ForeignKey, Index
from msm_local.repositories.window.listing import Listed

__all__ = ["ON_DELETE", "ON_DELETE_HERE", "code_of", "key_words"]

OURS = frozenset({"msm", "msm_portfolio", "msm_pricing"})
ON_DELETE = {
    "a": "a referred row cannot be deleted",
    "r": "a referred row cannot be deleted",
    "c": "deleting the referred row deletes this one",
    "n": "deleting the referred row sets NULL",
    "d": "deleting the referred row sets the default",
}

# The same, seen from the table that is referred to.
ON_DELETE_HERE = {
    "a": "a row here cannot be deleted while one refers to it",
    "r": "a row here cannot be deleted while one refers to it",
    "c": "deleting a row here deletes those",
    "n": "deleting a row here sets NULL there",
    "d": "deleting a row here sets the default there",
}


def key_words(index: Index) -> str:
    """What an index is for."""
    parts = [*index.columns] + ([index.expression] if index.expression else [])
    place = ", ".join(parts)
    where = f", for rows where {index.predicate}" if index.predicate else ""
    method = "" if index.method == "btree" else f" ({index.method})"
    if index.primary:
        return f"identifies a row: {place}"
    if index.unique:
        return f"no two rows have the same {place}{where}"
    return f"finds rows by {place}{where}{method}"


def code_of(table: Listed, columns: Sequence[Column], keys: Sequence[ForeignKey]) -> str | None:
    """The calls that read and write a table; None where the catalog does not name its model."""
    if table.module is None or table.model is None:
        return None
    # Ours are exported there; another project's may be found in its module alone.
    module = f"{table.package}.models" if table.package in OURS else table.module
    model = table.model.rpartition(".")[2]
    needed = [
        column
        for column in columns
        if not column.nullable and column.server_default is None and column.name != "uid"
    ]
    linked = {name for key in keys for name in key.source_columns}
    row = [f'        "{column.name}": {_example(column, linked)},' for column in needed]
    first = columns[0].name if columns else "uid"
    lines = [
        "import datetime",
        "",
        "from sqlalchemy import select",
        "",
        "import msm",
        f"from {module} import {model}",
        "",
        f"runtime = msm.start_engine([{model}])",
        "",
        f"query = select({model}).order_by({model}.{first})",
        "for row in runtime.execute(query.limit(10)):",
        "    print(row)",
        "",
        f"runtime.upsert({model}, [",
        "    {",
        *row,
        "    },",
        "])",
    ]
    if table.time_index:
        lines += ["", f"print(runtime.latest({model}).frame())"]
    used = any("datetime." in line for line in row)
    return "\n".join(lines if used else lines[2:])


def _example(column: Column, linked: set[str]) -> str:
    kind = column.data_type
    if kind.startswith("timestamp"):
        return "datetime.datetime.now(datetime.UTC)"
    if kind == "date":
        return "datetime.date.today()"
    if kind == "boolean":
        return "True"
    if kind in {"integer", "bigint", "smallint"}:
        return "1"
    if kind.startswith(("double", "real", "numeric")):
        return "1.0"
    if kind.startswith("json"):
        return "{}"
    if kind == "uuid":
        return '"uid of the row that it refers to"' if column.name in linked else '"a uuid"'
    return f'"{column.name}"'
