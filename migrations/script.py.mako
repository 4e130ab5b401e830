<%
    from importlib import import_module

    # Rendered without a package, like env.py, so that a relative import fails.
    package = config.get_main_option("script_location").partition(":")[0]
    label, dependency = import_module(f"{package}.downstream.branch").label_and_dependency(config, down_revision)
%>\
<%!
    def literal(value):
        """A literal in the style of the formatter, which is not installed everywhere."""
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

Use literals only: no import of msm packages, no query of the live database, no schema="public".
The previous release must still work after this revision. The title says what changes; downgrade()
undoes all of it. Autogenerate does not see CHECKs of existing tables: write those by hand, in both
directions. Put an autocommit_block alone in its revision. A destructive operation needs
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
