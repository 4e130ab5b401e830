"""What a project asked of the plugin."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from msm_local.errors import ProjectSettingsError
from msm_local.status.providers import Provider

__all__ = ["PluginSettings", "ResetMode", "read_mode"]

type ResetMode = Literal["delete", "clone"]


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """The options of pytest's configuration and of its command line.

    Attributes:
        root: the project.
        providers: its migration providers, in the order in which they run.
        models: what to attach: modules of models, or ``module:name``; empty for the core tables.
        reset: how a test gets a clean database.
        keep: whether PostgreSQL's data and the templates stay for the next run.
        rebuild: whether the templates of earlier runs are built again.
        database_url: a PostgreSQL to use instead of one of our own; None for that.
    """

    root: Path
    providers: tuple[Provider, ...]
    models: tuple[str, ...]
    reset: ResetMode
    keep: bool
    rebuild: bool
    database_url: str | None


def read_mode(text: str) -> ResetMode:
    """A reset mode.

    Raises:
        ProjectSettingsError: there is no such mode.
    """
    if text not in {"delete", "clone"}:
        raise ProjectSettingsError(f"There is no reset mode {text!r}; write delete or clone.")
    return cast("ResetMode", text)
