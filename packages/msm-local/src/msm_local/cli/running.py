"""The verbs for the server and its data: start, stop, status, logs, reset."""

import json
import os
import shutil
from dataclasses import asdict

import click

from msm_local.cli.group import (
    api_option,
    database_option,
    json_option,
    port_option,
    provider_option,
    say,
)
from msm_local.cli.report import Report, print_report
from msm_local.errors import NotRunningError, ProgramMissingError
from msm_local.instances.apis import METATABLES
from msm_local.instances.health import probe
from msm_local.instances.instance import Instance
from msm_local.instances.lifecycle import EMBEDDED, ensure_started, stop
from msm_local.status.providers import Provider
from msm_local.system.files import exists

__all__ = [
    "logs_command",
    "reset_command",
    "start_command",
    "status_command",
    "stop_command",
]

EXIT_CODES = {"healthy": 0, "stopped": 3, "degraded": 4}


@click.command("start")
@api_option
@port_option
@database_option
@click.option("--embedded", is_flag=True, help="Go back to the embedded PostgreSQL.")
@provider_option
@json_option
@click.pass_obj
def start_command(
    instance: Instance,
    api: str | None,
    port: int | None,
    database_url: str | None,
    providers: tuple[Provider, ...],
    *,
    embedded: bool,
    as_json: bool,
) -> None:
    """Start the platform unless it is running, and print its status.

    It returns when a migration would work. If the role of --database-url lacks a privilege, it
    ends with exit code 5 and prints SQL for an administrator.
    """
    if embedded:
        database_url = EMBEDDED
    ensure_started(instance, port=port, database_url=database_url, api=api, report=say)
    print_report(Report(instance, probe(instance), providers), as_json=as_json)


@click.command("stop")
@click.pass_obj
def stop_command(instance: Instance) -> None:
    """Stop the platform; its data stays."""
    stopped = stop(instance, say)
    click.echo(f"{instance.name}: {'stopped' if stopped else 'was not running'}")


@click.command("status")
@provider_option
@json_option
@click.pass_context
def status_command(
    context: click.Context, providers: tuple[Provider, ...], *, as_json: bool
) -> None:
    """Print the status of the platform.

    The exit code is 0 for healthy, 3 for stopped and 4 for degraded.
    """
    instance: Instance = context.obj
    health = probe(instance)
    print_report(Report(instance, health, providers), as_json=as_json)
    context.exit(EXIT_CODES[health.status])


@click.command("logs")
@click.option("-f", "--follow", is_flag=True, help="Keep printing until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(0), default=50, show_default=True)
@click.option("--postgresql", is_flag=True, help="Print the log of the embedded PostgreSQL.")
@click.pass_obj
def logs_command(instance: Instance, lines: int, *, follow: bool, postgresql: bool) -> None:
    """Print the end of the server's log."""
    path = instance.folder / "postgres.log" if postgresql else instance.log_path
    if not exists(path):
        raise NotRunningError(
            f"There is no log {path} yet; start the platform with `{instance.command('start')}`."
        )
    tail = shutil.which("tail")
    if tail is None:
        raise ProgramMissingError(f"There is no `tail` on PATH to print {path}; install it.")
    # -F follows the name, and so also a log that is deleted and created again.
    os.execv(tail, [tail, "-n", str(lines), *(["-F"] if follow else []), str(path)])  # noqa: S606


@click.command("reset")
@click.option(
    "--to",
    "target",
    envvar="MSM_LOCAL_RESET_TO",
    help="A revision, a branch, head for the end of every history, or base.  [default: the target "
    "of each provider, or head]",
)
@click.option("--force", is_flag=True, help="End the sessions of connected clients.")
@provider_option
@json_option
@click.pass_obj
def reset_command(
    instance: Instance,
    target: str | None,
    providers: tuple[Provider, ...],
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Replace the database with a fresh one at a revision.

    All rows are lost. The new database is cloned from a template, which is built again when
    revision files changed. It works on a stopped platform too, and refuses while clients are
    connected.
    """
    # Imported here: it loads the modules of the embedded PostgreSQL.
    if instance.remembered_api() == METATABLES:
        from msm_local.reset.metatables import reset_metatables as reset
    else:
        from msm_local.reset.reset import reset

    done = reset(instance, providers=providers, target=target, force=force, report=say)
    if as_json:
        click.echo(json.dumps(asdict(done), indent=2))
        return
    click.echo(f"{instance.name}: a fresh database at {done.target}, in {done.seconds:.1f} s")
