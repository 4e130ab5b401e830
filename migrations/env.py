"""Alembic's environment, which Alembic loads for every command."""

from importlib import import_module
from typing import Any

from alembic import context
from alembic.runtime.migration import RevisionStep

from msm.sdk.migrations import run_mainsequence_alembic_env


def changes_the_schema() -> bool:
    """Whether the command changes the schema, as upgrade and downgrade do."""
    try:
        context.get_revision_argument()
    except KeyError:
        # Alembic sets no target for current and revision.
        return False
    return True


def steps(rows: tuple[str, ...]) -> list[RevisionStep]:
    """The steps from these rows of the version table to where Alembic was asked to go."""
    # The SDK configures it again, with the connection.
    context.configure(dialect_name="postgresql")
    configured = context.get_context()
    return list(configured.opts["fn"](rows, configured))


def run_online() -> None:
    """Hand over to the package that this file is in."""
    # Alembic loads this file by its path, without a package, so that a relative import fails. The
    # package is migrations in the repository, msm_migrations in a wheel.
    package = (context.config.get_main_option("script_location") or "").partition(":")[0]
    runner = import_module(f"{package}.run.run")

    def judge(*run: Any) -> str:
        # Imported here: commands that only read need no review.
        safeguard = import_module(f"{package}.safeguard").Safeguard(context.script, steps)
        return str(safeguard.judge(*run))

    runner.run_or_exit(context.config, context.script, changes=changes_the_schema, judge=judge)


if context.is_offline_mode():
    # --sql prints statements without a connection: there is nothing to lock or to check.
    run_mainsequence_alembic_env()
else:
    run_online()
