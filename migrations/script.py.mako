<%
    from importlib import import_module

    # Rendered without a package, like env.py.
    package = config.get_main_option("script_location").partition(":")[0]
    label, dependency = import_module(f"{package}.downstream.branch").label_and_dependency(config, down_revision)
%>\
<%!
    def literal(value):
        """As the formatter writes it."""
        match value:
            case str():
                return f'"{value}"'
            case tuple() | list():
                return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
        return repr(value)
%>\
"""${message.rstrip(".")}.

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

A revision is literal: no import of msm packages, no look at the live database, no schema="public".
It must work while the previous release still runs. The title says what changes; downgrade() undoes
all of it. Autogenerate does not see CHECKs of tables that exist: write those by hand, in both
directions. An autocommit_block stands alone in its revision. A destructive operation needs
acknowledged = {"rule-name": "reason"} at module level.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision: str = ${literal(up_revision)}
down_revision: str | None = ${literal(down_revision)}
branch_labels: str | None = ${literal(branch_labels or label)}
depends_on: str | None = ${literal(depends_on or dependency)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
