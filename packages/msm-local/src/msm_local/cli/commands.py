"""The verbs that hand over to another program: env, exec, psql."""

import json
import os
import shutil
from collections.abc import Sequence
from http.client import HTTPException
from pathlib import Path
from typing import cast

import click

from msm_local.cli.group import database_option, json_option, port_option, say
from msm_local.cli.report import other_endpoint
from msm_local.client.environment import Format, child_environment, render, sdk_environment
from msm_local.client.execution import NOT_FOUND, run_on_platform
from msm_local.client.git_context import missing_context
from msm_local.errors import UnhealthyError
from msm_local.instances.health import call_health
from msm_local.instances.instance import Instance
from msm_local.instances.lifecycle import ensure_started, running_state

__all__ = ["env_command", "exec_command", "psql_command"]

# What follows the options of the verb belongs to the other program.
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
@click.option("--check", is_flag=True, help="Prove it by one call instead of printing it.")
@json_option
@click.pass_obj
def env_command(instance: Instance, style: str, *, check: bool, as_json: bool) -> None:
    """Print the environment that the SDK reads, token included."""
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
            f"Nothing usable answers at {endpoint} ({error}); see `msm-local{instance.option} "
            "status`."
        ) from error
    if as_json:
        click.echo(json.dumps({"endpoint": endpoint, "postgresql": answer["postgresql"]}, indent=2))
        return
    click.echo(f"{endpoint} takes this token: PostgreSQL {answer['postgresql']} behind it")


@click.command("exec", context_settings=PASSING_ON)
@port_option
@database_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def exec_command(
    context: click.Context, port: int | None, database_url: str | None, command: Sequence[str]
) -> None:
    """Run COMMAND with the SDK's environment, starting the platform if needed.

    Its exit code is passed on; 127 where there is no such command, 126 where it cannot be run.
    The platform keeps running. Where it dies under COMMAND and is not back in 10 s, COMMAND ends.
    """
    instance: Instance = context.obj
    # Before a platform is started for it.
    if shutil.which(command[0]) is None:
        say(f"There is no command {command[0]!r} to run; install it, or check its name and PATH.")
        context.exit(NOT_FOUND)
    state, started = ensure_started(instance, port=port, database_url=database_url, report=say)
    if started:
        say(f"Started the platform {instance.name!r} at {state.endpoint}; it keeps running.")
    variables = sdk_environment(instance, state, Path.cwd(), os.environ)
    elsewhere = other_endpoint(state)
    if elsewhere:
        say(f"{elsewhere}; {command[0]} gets {state.endpoint}, the one of {instance.root}.")
    if started and "GIT_DIR" in variables:
        missing = missing_context(Path.cwd(), os.environ)
        say(f"The SDK needs a Git context, and here is {missing}; it gets a stand-in.")
    environment = child_environment(os.environ, variables)
    context.exit(run_on_platform(instance, state, command, environment, say))


@click.command("psql", context_settings=PASSING_ON)
@click.option(
    "--role",
    type=click.Choice(["runtime", "owner", "platform", "superuser"]),
    default="runtime",
    show_default=True,
    help="Rows only, as operations; tables, as migrations; the catalog; everything.",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def psql_command(instance: Instance, role: str, arguments: Sequence[str]) -> None:
    """Open psql on the database of the platform; ARGUMENTS go to psql.

    The superuser exists in the embedded PostgreSQL only.
    """
    # It needs psycopg, which no other verb of this file waits for.
    from msm_local.client.psql import Role, psql_call

    call = psql_call(instance, running_state(instance), cast("Role", role), arguments)
    os.execve(call.program, call.arguments, call.environment)  # noqa: S606
