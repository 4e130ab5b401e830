"""The command line ``msm-local``."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import cast

import click

from msm_local.environment import Format, child_environment, render, sdk_environment
from msm_local.errors import MsmLocalError
from msm_local.git_context import missing_context
from msm_local.instance import Instance, State, find_instance
from msm_local.lifecycle import Health, ensure_started, probe, running_state, stop

__all__ = ["main"]

EXIT_CODES = {"healthy": 0, "stopped": 3, "degraded": 4}
COMMAND_UNUSABLE = 126
COMMAND_NOT_FOUND = 127
SIGNAL_BASE = 128
FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Group(click.Group):
    """Turns errors of ours into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except MsmLocalError as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--name", default="default", envvar="MSM_LOCAL_NAME", show_default=True, help="The instance."
)
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    envvar="MSM_LOCAL_STATE_DIR",
    help="Where state lies.  [default: .msm-local of the project]",
)
@click.pass_context
def main(context: click.Context, name: str, state_dir: Path | None) -> None:
    """Run a local stand-in for the Main Sequence platform."""
    context.obj = find_instance(name, state_dir)


@main.command("start")
@click.option("--port", type=click.IntRange(1, 65535), help="A port it must have.")
@click.option(
    "--database-url",
    envvar="MSM_LOCAL_DATABASE_URL",
    help="A PostgreSQL to use instead of the embedded one.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def start_command(
    instance: Instance, port: int | None, database_url: str | None, *, as_json: bool
) -> None:
    """Start the platform, unless it runs; print where things are."""
    ensure_started(instance, port=port, database_url=database_url, report=_say)
    _print_health(instance, probe(instance), as_json=as_json)


@main.command("stop")
@click.pass_obj
def stop_command(instance: Instance) -> None:
    """Stop the platform; its data stays."""
    stopped = stop(instance)
    click.echo(f"{instance.name}: {'stopped' if stopped else 'was not running'}")


@main.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def status_command(context: click.Context, *, as_json: bool) -> None:
    """Print what the platform is up to: exit code 0 healthy, 3 stopped, 4 degraded."""
    instance: Instance = context.obj
    health = probe(instance)
    _print_health(instance, health, as_json=as_json)
    context.exit(EXIT_CODES[health.word])


@main.command("env")
@click.option(
    "--format",
    "style",
    type=click.Choice(["sh", "dotenv", "json"]),
    default="sh",
    show_default=True,
    help="For a shell, a .env file or a program.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def env_command(instance: Instance, style: str, *, as_json: bool) -> None:
    """Print the environment that the SDK reads, token included."""
    state = running_state(instance)
    variables = sdk_environment(instance, state, Path.cwd(), os.environ)
    click.echo(render(variables, cast("Format", "json" if as_json else style)))


@main.command("exec", context_settings={"ignore_unknown_options": True})
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def exec_command(context: click.Context, command: Sequence[str]) -> None:
    """Run COMMAND with the SDK's environment, starting the platform if needed."""
    instance: Instance = context.obj
    # Before a platform is started for it.
    if shutil.which(command[0]) is None:
        _say(f"There is no command {command[0]!r} to run; install it, or check its name and PATH.")
        context.exit(COMMAND_NOT_FOUND)
    state, started = ensure_started(
        instance, database_url=os.environ.get("MSM_LOCAL_DATABASE_URL"), report=_say
    )
    if started:
        _say(f"Started the platform {instance.name!r} at {state.endpoint}; it keeps running.")
    variables = sdk_environment(instance, state, Path.cwd(), os.environ)
    elsewhere = _other_endpoint(state)
    if elsewhere:
        _say(f"{elsewhere}; {command[0]} gets {state.endpoint}, the one of {instance.root}.")
    if started and "GIT_DIR" in variables:
        missing = missing_context(Path.cwd(), os.environ)
        _say(f"The SDK needs a Git context, and here is {missing}; it gets a stand-in.")
    context.exit(_run(command, child_environment(os.environ, variables)))


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    try:
        process = subprocess.Popen(list(command), env=environment)
    except OSError as error:
        _say(f"{command[0]!r} cannot be run ({error.strerror}); a script needs a first line #!.")
        return COMMAND_UNUSABLE

    def forward(number: int, _frame: FrameType | None) -> None:
        # At a terminal the command gets Ctrl-C itself; twice would look like a second one.
        if number != signal.SIGINT or not sys.stdin.isatty():
            process.send_signal(number)

    for number in FORWARDED:
        signal.signal(number, forward)
    code = process.wait()
    return SIGNAL_BASE - code if code < 0 else code


def _print_health(instance: Instance, health: Health, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_as_json(instance, health), indent=2))
        return
    rows = [("instance", f"{instance.name} of {instance.root}"), ("status", health.word)]
    if health.reason:
        rows.append(("reason", health.reason))
    if health.state is not None:
        rows += _details(health.state, health.postgresql)
        elsewhere = _other_endpoint(health.state)
        if elsewhere:
            rows.append(("beware", f"{elsewhere}; run commands here with `msm-local exec -- ...`"))
    rows.append(_advice(instance, health))
    width = max(len(label) for label, _text in rows)
    for label, text in rows:
        click.echo(f"{label:<{width}}  {text}")


def _details(state: State, postgresql: str) -> list[tuple[str, str]]:
    where = f"embedded, 127.0.0.1:{state.postgres_port}" if state.embedded else "--database-url"
    rows = [("endpoint", state.endpoint), ("database", f"PostgreSQL {postgresql} ({where})")]
    if state.embedded:
        rows.append(("data", state.data_folder))
    rows.append(("log", state.log_path))
    return rows


def _other_endpoint(state: State) -> str:
    """A warning where the environment leads to another platform; empty otherwise."""
    named = os.environ.get("MAINSEQUENCE_ENDPOINT")
    if not named or named == state.endpoint:
        return ""
    return f"MAINSEQUENCE_ENDPOINT is {named}, another platform"


def _advice(instance: Instance, health: Health) -> tuple[str, str]:
    option = "" if instance.name == "default" else f" --name {instance.name}"
    verb = "start" if health.state is None else "stop"
    return (f"to {verb}", f"msm-local{option} {verb}")


def _as_json(instance: Instance, health: Health) -> dict[str, object]:
    content: dict[str, object] = {
        "instance": instance.name,
        "root": str(instance.root),
        "folder": str(instance.folder),
        "status": health.word,
        "reason": health.reason,
        "postgresql": health.postgresql,
    }
    if health.state is not None:
        # Token and URL are secrets; `env` is the verb that prints the one the SDK needs.
        hidden = {"token", "database_url"}
        content |= {k: v for k, v in asdict(health.state).items() if k not in hidden}
    return content


def _say(text: str) -> None:
    click.echo(f"msm-local: {text}", err=True)


if __name__ == "__main__":
    main()
