"""What both generations of the SDK, and their typer, keep private, and msm cannot do without."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

__all__ = ["bind_meta_table", "forget_meta_table", "omit_script_context", "running_command"]


def bind_meta_table(model: Any, meta_table: Any) -> None:
    """Attach a catalog resource to a model.

    The SDK has no public name for it: its own migrations call this classmethod, and every read of
    ``get_meta_table()`` depends on it.
    """
    model._bind_meta_table(meta_table)  # noqa: SLF001 - the SDK offers no public way to bind


def forget_meta_table(model: Any) -> None:
    """Detach a model from its catalog resource, so that the SDK looks for it again.

    The SDK has no public name for it, and does the same where a migration has dropped the table.
    """
    model.__metatable__ = None
    model.__metatable_uid__ = None


def omit_script_context(migrations_cli: Any) -> None:
    """Have the SDK's CLI run a provider that has revisions in several folders.

    The SDK's provider takes several. But before a command its CLI prints, for information, the one
    folder of Alembic's script directory, and Alembic raises where there are several. So that line
    is left out there. The SDK has no public way to turn it off.

    Args:
        migrations_cli: the SDK's module of migration commands.
    """
    emit = migrations_cli._emit_alembic_script_context  # noqa: SLF001 - see above

    def emit_where_possible(config: Any, **options: Any) -> None:
        if len(config.attributes["version_locations"]) == 1:
            emit(config, **options)

    migrations_cli._emit_alembic_script_context = emit_where_possible  # noqa: SLF001 - see above


def running_command() -> tuple[str, Mapping[str, Any]] | None:
    """The name of the command that runs, and its options by name; None outside of a command."""
    # Where nothing has imported typer no command runs, and a service does not need it.
    if "typer" not in sys.modules:
        return None
    import typer

    # Since 0.26 typer has a click of its own, and contexts of that.
    core = typer.Context.__mro__[1].__module__
    current = import_module(f"{core.rpartition('.')[0]}.globals").get_current_context(silent=True)
    return None if current is None else (current.info_name, current.params)
