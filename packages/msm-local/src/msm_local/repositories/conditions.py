"""The WHERE clause of the catalog for declared filters."""

from collections.abc import Sequence
from typing import Any

from psycopg import sql

from msm_local.contract.filters import FilterClause, ResourceKind

__all__ = ["where"]

FIELDS = {"data_source__uid": "data_source_uid::text", "uid": "uid::text"}


def where(
    resource: ResourceKind, clauses: Sequence[FilterClause]
) -> tuple[sql.Composed, list[Any]]:
    """The clause for rows that match every filter and are not deleted, with its parameters."""
    conditions: list[sql.Composable] = [sql.SQL("deleted_at IS NULL")]
    parameters: list[Any] = []
    if resource == "time-index-meta-tables":
        conditions.append(sql.SQL("table_kind = 'time_indexed'"))
    for clause in clauses:
        condition, values = _condition(clause)
        conditions.append(condition)
        parameters.extend(values)
    return sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(conditions)), parameters


def _condition(clause: FilterClause) -> tuple[sql.Composable, list[Any]]:
    first = clause.values[0] if clause.values else ""
    if clause.field == "organization_environment_uid":
        # There is one environment: the condition holds for all rows or for none.
        query = "EXISTS (SELECT 1 FROM msm_local.settings WHERE environment_uid::text = %s)"
        return sql.SQL(query), [first]
    if clause.field == "q":
        names = "concat_ws(chr(10), identifier, physical_table_name)"
        return sql.SQL(f"strpos(lower({names}), lower(%s)) > 0"), [first]
    if clause.field == "labels":
        templates = {
            "exact": "%s = ANY(labels)",
            "in": "labels && %s",
            "contains": "EXISTS (SELECT 1 FROM unnest(labels) AS l WHERE strpos(l, %s) > 0)",
            "contains_any_case": "EXISTS (SELECT 1 FROM unnest(labels) AS l"
            " WHERE strpos(lower(l), lower(%s)) > 0)",
        }
        value: Any = list(clause.values) if clause.lookup == "in" else first
        return sql.SQL(templates[clause.lookup]), [value]
    # Safe as SQL text: only names of declared filters get here.
    column = sql.SQL(FIELDS.get(clause.field, clause.field))
    match clause.lookup:
        case "in":
            return sql.SQL("{} = ANY(%s)").format(column), [list(clause.values)]
        case "contains":
            # Not LIKE: a percent sign or an underscore of the value means itself.
            return sql.SQL("strpos({}, %s) > 0").format(column), [first]
        case "contains_any_case":
            return sql.SQL("strpos(lower({}), lower(%s)) > 0").format(column), [first]
        case "isnull":
            null = sql.SQL("NULL" if first == "true" else "NOT NULL")
            return sql.SQL("{} IS {}").format(column, null), []
        case "exact":
            return sql.SQL("{} = %s").format(column), [first]
