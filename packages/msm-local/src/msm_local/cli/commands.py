"""The verbs that run another program, or prepare one: env, exec, psql."""

import json
import os
import shutil
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import cast

import click

from msm_local.cli.group import api_option, database_option, json_option, port_option, say
from msm_local.cli.report import other_endpoint
from msm_local.client.environment import Format, child_environment, render, sdk_environment
from msm_local.client.execution import NOT_FOUND, UNUSABLE, run_on_platform
from msm_local.client.git_context import missing_context
from msm_local.client.sdk_command import is_sdk_8, why_not
from msm_local.errors import UnhealthyError
from msm_local.instances.health import call_health
from msm_local.instances.instance import Instance
from msm_local.instances.lifecycle import ensure_started, running_state

__all__ = ["env_command", "exec_command", "psql_command"]

# All arguments after the verb's own options belong to the other program.
PASSING_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}


@click.command("env")
@click.option(
    "--format",
    "style",
    envvar="MSM_LOCAL_ENV_FORMAT",
    type=click.Choice(["sh", "dotenv", "json"]),
    default="sh",
    show_default=True,
    help="For a shell, a .env file or a program.",
)
@click.option("--check", is_flag=True, help="Check it with one call instead of printing it.")
@json_option
@click.pass_obj
def env_command(instance: Instance, style: str, *, check: bool, as_json: bool) -> None:
    """Print the variables that the SDK reads, including the token."""
    state = running_state(instance)
    variables = sdk_environment(instance, state, Path.cwd(), os.environ)
    if not check:
        click.echo(render(variables, cast("Format", "json" if as_json else style)))
        return
    endpoint = variables["MAINSEQUENCE_ENDPOINT"]
    try:
        answer = call_health(endpoint, variables["MAINSEQUENCE_ACCESS_TOKEN"])
    except (OSError, HTTPException, ValueError) as error:
        raise UnhealthyError(
            f"No healthy platform answers at {endpoint} ({error}); see "
            f"`{instance.command('status')}`."
        ) from error
    if as_json:
        click.echo(json.dumps({"endpoint": endpoint, "postgresql": answer["postgresql"]}, indent=2))
        return
    click.echo(f"{endpoint} accepts this token; its PostgreSQL is {answer['postgresql']}")


@click.command("exec", context_settings=PASSING_ON)
@api_option
@port_option
@database_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def exec_command(
    context: click.Context,
    api: str | None,
    port: int | None,
    database_url: str | None,
    command: Sequence[str],
) -> None:
    """Run COMMAND against the platform, which is started if needed.

    The exit code is that of COMMAND; 127 if there is no such command, 126 if it cannot be run.
    The platform keeps running. If it dies and is not back within 10 s, COMMAND is ended.
    """
    instance: Instance = context.obj
    # Checked first, so that no platform is started for nothing.
    found, reason = shutil.which(command[0]), why_not(instance, command)
    if found is None and not reason:
        remedy = "install it, or check its name and PATH"
        if command[0].startswith("-"):
            remedy = "write the options of msm-local, --name and --state-dir, before `exec`"
        reason = f"There is no command {command[0]!r} to run; {remedy}."
    if reason:
        say(reason)
        context.exit(NOT_FOUND if found is None else UNUSABLE)
    state, started = ensure_started(
        instance, port=port, database_url=database_url, api=api, report=say
    )
    if started:
        say(f"Started the platform {instance.name!r} at {state.endpoint}; it keeps running.")
    variables = sdk_environment(instance, state, Path.cwd(), os.environ)
    elsewhere = other_endpoint(state, metatables=not is_sdk_8(command))
    if elsewhere:
        say(f"{elsewhere}; {command[0]} gets {state.endpoint}, the one of {instance.root}.")
    if started and "GIT_DIR" in variables:
        missing = missing_context(Path.cwd(), os.environ)
        say(f"The SDK needs a Git context, and this folder has {missing}; it gets a stand-in.")
    environment = child_environment(os.environ, variables)
    context.exit(run_on_platform(instance, state, command, environment, say))


@click.command("psql", context_settings=PASSING_ON)
@click.option(
    "--role",
    type=click.Choice(["runtime", "owner", "platform", "superuser"]),
    help="May use rows; tables; the catalog; everything.  [default: runtime, or owner with the "
    "metatables API]",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql_command(instance: Instance, role: str | None, arguments: Sequence[str]) -> None:
    """Open psql on the database of the platform; ARGUMENTS go to psql.

    The superuser exists in the embedded PostgreSQL only.
    """
    # Imported here: it loads psycopg, which the other verbs of this module do not need.
    from msm_local.client.psql import Role, default_role, psql_call

    state = running_state(instance)
    chosen = cast("Role", role) if role else default_role(state)
    call = psql_call(instance, state, chosen, arguments)
    os.execve(call.program, call.arguments, call.environment)  # noqa: S606
