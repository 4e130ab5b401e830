"""Keeping a write from returning more rows than one answer carries.

A platform may do such a write and send a part of its rows: those that a delete returned would be
lost. The write counts its rows itself, and fails before it changes one.
"""

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Delete,
    Table,
    Update,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
)

__all__ = ["guarded", "is_refused"]

# PostgreSQL says it in its error: it cannot be read as a boolean.
MARK = "msm: more rows than one answer carries:"


def guarded(statement: Update | Delete, most: int) -> Update | Delete:
    """The same write, or one that fails where it would change more than ``most`` rows.

    What others insert while it runs is not counted, and neither are the rows of a write that joins
    other tables, which may find one row several times.
    """
    table, condition = statement.table, and_(true(), *statement._where_criteria)  # noqa: SLF001 - it has no public name
    if not isinstance(table, Table) or _uses_others(condition, table):
        return statement
    # correlate(None), because the table would be taken for that of the write.
    counted = select(true()).select_from(table).where(condition).limit(most + 1)
    rows = counted.correlate(None).subquery()
    found = func.count()
    # The text depends on the count: PostgreSQL would compute a constant one for every write.
    failing = cast(func.concat(literal(MARK), found), Boolean)
    check = select(case((found > most, failing), else_=true())).select_from(rows).scalar_subquery()
    return statement.where(check)


def _uses_others(condition: ColumnElement[bool], table: Table) -> bool:
    # SQLAlchemy makes the FROM or USING of the write of these; there is no public name.
    return any(
        not isinstance(source, Table) or source.key != table.key
        for source in condition._from_objects  # noqa: SLF001 - see above
    )


def is_refused(detail: str) -> bool:
    """Whether what PostgreSQL said is that a guarded write found too many rows."""
    return MARK in detail
