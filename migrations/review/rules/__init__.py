"""Every rule, in the order of the report."""

from .acknowledgement import WARNINGS, idle_acknowledgement
from .base import Fault, Rule
from .bodies import autocommit_beside, empty_upgrade, no_downgrade, upgrade_raises
from .destructive import DESTRUCTIVE
from .keys import unique_without_time
from .names import long_name, schema_public, unnamed
from .operations import batch_alter_table, raw_ddl, unchanged_foreign_key, unknown_table
from .source import live_inspection, outside_folder, package_import, title

__all__ = ["DESTRUCTIVE", "OUTSIDE_FOLDER", "RULES", "WARNINGS", "Fault", "Rule"]

# The only rule for a file that is outside: it has not been run.
OUTSIDE_FOLDER = outside_folder

RULES: tuple[Rule, ...] = (
    outside_folder,
    title,
    package_import,
    live_inspection,
    empty_upgrade,
    upgrade_raises,
    no_downgrade,
    autocommit_beside,
    batch_alter_table,
    raw_ddl,
    unknown_table,
    unchanged_foreign_key,
    schema_public,
    unnamed,
    long_name,
    unique_without_time,
    *DESTRUCTIVE,
    idle_acknowledgement,
)
