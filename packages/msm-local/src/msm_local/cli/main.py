"""The group of all verbs, and the options that identify an instance."""

from pathlib import Path

import click

from msm_local.cli.commands import env_command, exec_command, psql_command
from msm_local.cli.group import VerbGroup
from msm_local.cli.looking import open_command
from msm_local.cli.machine import destroy_command, doctor_command, list_command
from msm_local.cli.running import (
    logs_command,
    reset_command,
    start_command,
    status_command,
    stop_command,
)
from msm_local.instances.instance import DEFAULT_NAME, find_instance

__all__ = ["main"]

SETTINGS = {"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "MSM_LOCAL"}


@click.group(cls=VerbGroup, context_settings=SETTINGS)
@click.option("--name", default=DEFAULT_NAME, show_default=True, help="Name of the instance.")
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    help="State folder.  [default: .msm-local of the project]",
)
@click.pass_context
def main(context: click.Context, name: str, state_dir: Path | None) -> None:
    """Run a local stand-in for the Main Sequence platform.

    Variables set options too: MSM_LOCAL_LIKE_THIS, MSM_LOCAL_VERB_LIKE_THIS.
    """
    context.obj = find_instance(name, state_dir)


for command in (
    start_command,
    stop_command,
    status_command,
    logs_command,
    open_command,
    env_command,
    exec_command,
    psql_command,
    reset_command,
    list_command,
    destroy_command,
    doctor_command,
):
    main.add_command(command)
