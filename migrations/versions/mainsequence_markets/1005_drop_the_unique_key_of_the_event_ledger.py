"""Drop the unique key of the event ledger.

Revision ID: 1005
Revises: 1004
Create Date: 2026-11-28 22:38:02.316174

A unique key of a hypertable must contain its time, and this one did not: ms-markets dropped it in
2.2.6, so a database of it may be without. The unique index of the grain stays, and an index serves
those who read by these columns. Downgrading needs that no record exists at two times.
"""

from alembic import op

revision: str = "1005"
down_revision: str | None = "1004"
branch_labels: str | None = None
depends_on: str | None = None


TABLE = "ms_markets__portfolioeventledgerts"
COLUMNS = ["portfolio_identifier", "event_identifier", "event_revision", "record_identifier"]
UNIQUE = "uq__ms_markets__portfolioeventledgerts__portfolio_id_256b1e63f2"
INDEX = "ix__ms_markets__portfolioeventledgerts__portfolio_id_af039d635e"


def upgrade() -> None:
    op.create_index(op.f(INDEX), TABLE, COLUMNS)
    op.drop_constraint(op.f(UNIQUE), TABLE, type_="unique", if_exists=True)


def downgrade() -> None:
    op.create_unique_constraint(op.f(UNIQUE), TABLE, COLUMNS)
    op.drop_index(op.f(INDEX), table_name=TABLE)
