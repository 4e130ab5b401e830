"""Alembic's environment: what happens around the revisions, before and after the SDK's part."""

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
    """Run the command as the package that this file is in does."""
    # Alembic loads this file by its path, without a package, so that a relative import fails. The
    # package is migrations in the repository, msm_migrations in a wheel.
    package = (context.config.get_main_option("script_location") or "").partition(":")[0]
    runner = import_module(f"{package}.run.run")
    runner.run_or_exit(context.config, context.script, changes=changes_the_schema)


if context.is_offline_mode():
    run_mainsequence_alembic_env()
else:
    run_online()
