"""The verbs about this machine: list, destroy, doctor."""

import json
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import click

from msm_local.cli.group import json_option, say
from msm_local.errors import StateFolderError
from msm_local.instances.health import probe
from msm_local.instances.instance import Instance
from msm_local.instances.registry import known_instances
from msm_local.system.launcher import own_command

__all__ = ["destroy_command", "doctor_command", "list_command"]


@click.command("list")
@json_option
def list_command(*, as_json: bool) -> None:
    """Print the instances of all projects on this machine."""
    rows = [_row(instance) for instance in known_instances()]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo(f"There is no instance on this machine; `{own_command('start')}` creates one.")
    widths = {key: max(len(row[key]) for row in rows) for key in (rows[0] if rows else ())}
    for row in rows:
        click.echo("  ".join(f"{row[key]:<{width}}" for key, width in widths.items()).rstrip())


@click.command("destroy")
@click.option("--dry-run", is_flag=True, help="Only print what would be deleted.")
@click.option("--force", is_flag=True, help="Stop it first if it is running.")
@json_option
@click.pass_obj
def destroy_command(instance: Instance, *, dry_run: bool, force: bool, as_json: bool) -> None:
    """Delete the instance with all its data.

    Only folders with the marker of msm-local are deleted. A database of --database-url is not
    touched.
    """
    # Imported here: it loads the modules of the embedded PostgreSQL, which `list` does not need.
    from msm_local.instances.destruction import destroy, folders_of

    folders = folders_of(instance) if dry_run else destroy(instance, force=force, report=say)
    if as_json:
        click.echo(json.dumps({"dry_run": dry_run, "folders": [str(f) for f in folders]}, indent=2))
        return
    action = "would delete" if dry_run else "deleted"
    for folder in folders:
        click.echo(f"{action} {folder}{f' ({_megabytes(folder)} MB)' if dry_run else ''}")
    if not folders:
        click.echo(f"{instance.name}: there is nothing to delete")


@click.command("doctor")
@json_option
@click.pass_context
def doctor_command(context: click.Context, *, as_json: bool) -> None:
    """Check what a platform needs, and print how to fix each problem.

    Nothing is started or changed. The exit code is 0 if all checks pass, else 1.
    """
    # Imported here: it loads psycopg and packaging, which the other verbs do not need.
    from msm_local.doctor import examine

    findings = examine(context.obj)
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        width = max(len(finding.subject) for finding in findings)
        for finding in findings:
            status, colour = ("ok  ", "green") if finding.ok else ("FAIL", "red")
            line = f"{click.style(status, fg=colour)}  {finding.subject:<{width}}  {finding.found}"
            click.echo(line)
            if finding.remedy:
                click.echo(f"{'':<{width + 8}}to fix it: {finding.remedy}")
    context.exit(0 if all(finding.ok for finding in findings) else 1)


def _row(instance: Instance) -> dict[str, str]:
    status, endpoint = "damaged", "-"
    # One damaged instance does not hide the others; its own `status` says what to do.
    with suppress(StateFolderError):
        health = probe(instance)
        status, endpoint = health.status, health.state.endpoint if health.state else "-"
    return {
        "name": instance.name,
        "status": status,
        "endpoint": endpoint,
        "root": str(instance.root),
        "folder": str(instance.folder),
    }


def _megabytes(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*")) >> 20
