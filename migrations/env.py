"""Alembic's environment: what happens around the revisions, before and after the SDK's part."""

import sys
from importlib import import_module

from alembic import context

from msm.sdk import run_mainsequence_alembic_env


def changes_the_schema() -> bool:
    """Whether the command has a revision to go to; Alembic has none for current and revision."""
    try:
        context.get_revision_argument()
    except KeyError:
        return False
    return True


def run_online() -> None:
    """Hand over to the package that this file lies in, whatever it is called here."""
    # Alembic loads this file by its path, where a relative import has nothing to be relative to.
    package = (context.config.get_main_option("script_location") or "").partition(":")[0]
    run, errors = (import_module(f"{package}.{name}") for name in ("run.run", "errors.tree"))
    try:
        run.run(context.config, context.script, changes=changes_the_schema)
    except errors.MigrationError as error:
        # Everything but SystemExit prints a traceback of 75 lines.
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from error


if context.is_offline_mode():
    run_mainsequence_alembic_env()
else:
    run_online()
