"""The command of the SDK's command line that runs now."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

__all__ = ["running_command"]


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
