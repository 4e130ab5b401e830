"""What start and status print: rows for a person, or JSON for a program."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from msm_local.instances.apis import METATABLES, ROOTS
from msm_local.instances.health import Health
from msm_local.instances.instance import Instance, State
from msm_local.instances.variables import ENDPOINT, METATABLES_URL, platform_variables
from msm_local.status.providers import Provider

# Only for the type checker: at run time these load psycopg.
if TYPE_CHECKING:
    from msm_local.repositories.contents.split import SplitTable
    from msm_local.status.overview import Overview, VersionTable

__all__ = ["Report", "other_endpoint", "print_report"]


SDK_NAMES = {"metatables": "metatables", "mainsequence8": "SDK 8"}


@dataclass(frozen=True, slots=True)
class Report:
    """The facts to report about an instance.

    Attributes:
        instance: the instance.
        health: the status of its platform.
        providers: the migration providers whose revision files have the heads.
    """

    instance: Instance
    health: Health
    providers: Sequence[Provider]

    def overview(self) -> "Overview | None":
        """The contents of its database; None if the platform is not healthy."""
        if self.health.status != "healthy" or self.health.state is None:
            return None
        # Imported here: they load psycopg, which a status without a running platform does not need.
        from msm_local.database.libpq import forget_variables
        from msm_local.repositories.contents.overview import METATABLES_CATALOG, OWN_CATALOG
        from msm_local.status.overview import read_overview

        if self.health.state.embedded:
            forget_variables()
        state = self.health.state
        catalog = METATABLES_CATALOG if state.api == METATABLES else OWN_CATALOG
        return read_overview(state.database_url, self.instance.root, self.providers, catalog)


def print_report(report: Report, *, as_json: bool) -> None:
    """Print the report to standard output."""
    if as_json:
        click.echo(json.dumps(_as_json(report), indent=2))
        return
    rows = _rows(report)
    width = max(len(label) for label, _text in rows)
    for label, text in rows:
        click.echo(f"{label:<{width}}  {text}")


def other_endpoint(state: State, *, metatables: bool = True) -> str:
    """A warning if the variables of an SDK name another platform; otherwise empty.

    Args:
        state: the server.
        metatables: whether the variable counts that SDK 8 does not read.
    """
    ours = platform_variables(state.endpoint, state.token, ROOTS[state.api])
    others = [
        f"{name} is {named}"
        for name in ((ENDPOINT, METATABLES_URL) if metatables else (ENDPOINT,))
        if (named := os.environ.get(name, "")) not in {"", ours[name]}
    ]
    return f"{' and '.join(others)}, another platform" if others else ""


def _rows(report: Report) -> list[tuple[str, str]]:
    instance, health = report.instance, report.health
    rows = [("instance", f"{instance.name} of {instance.root}"), ("status", health.status)]
    if health.reason:
        rows.append(("reason", health.reason))
    if health.state is not None:
        rows += _details(health.state, health.postgresql)
        rows += _contents(report.overview())
        if health.generations:
            rows.append(("used by", _users(health.generations)))
        rows.append(("log", health.state.log_path))
        elsewhere = other_endpoint(health.state)
        if elsewhere:
            ours = instance.command("exec -- ...")
            rows.append(("warning", f"{elsewhere}; run commands here with `{ours}`"))
    verb = "start" if health.state is None else "stop"
    return [*rows, (f"to {verb}", instance.command(verb))]


def _details(state: State, postgresql: str) -> list[tuple[str, str]]:
    where = f"embedded, 127.0.0.1:{state.postgres_port}" if state.embedded else "--database-url"
    data = state.data_folder or "in the database of --database-url"
    return [
        ("endpoint", state.endpoint),
        ("API", state.api),
        ("database", f"PostgreSQL {postgresql or 'unknown'} ({where})"),
        ("data", f"{data} (kept when it stops)"),
    ]


def _contents(overview: "Overview | None") -> list[tuple[str, str]]:
    if overview is None:
        return []
    if overview.problem:
        return [("revision", f"unknown ({overview.problem})")]
    several = len(overview.versions) > 1
    revisions = [
        ("revision", _revision(version) + (f" in {version.table}" if several else ""))
        for version in overview.versions
    ]
    tables = f"{overview.active} active, {overview.reserved} reserved"
    split = [(table.kind, _split(table)) for table in overview.split]
    return [*(revisions or [("revision", "- (never migrated)")]), ("tables", tables), *split]


def _split(table: "SplitTable") -> str:
    part = "chunk" if table.kind == "hypertable" else "partition"
    text = f"{table.name}: {table.parts:,} {part}{'' if table.parts == 1 else 's'}"
    if table.compressed:
        text += f" ({table.compressed / table.parts:.0%} compressed)"
    if table.interval is not None:
        text += f" of {table.interval}"
    size = "locked by a migration" if table.size is None else f"{table.size / 1e6:,.1f} MB"
    return f"{text}, {size}"


def _users(generations: Mapping[str, str | None]) -> str:
    """The generations of the SDK that have used the platform, the most recent one first."""
    last = {name: datetime.fromisoformat(at) for name, at in generations.items() if at is not None}
    return (
        "; ".join(
            f"{SDK_NAMES[name]}, last at {last[name].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            for name in sorted(last, key=last.__getitem__, reverse=True)
        )
        or "- (no SDK yet)"
    )


def _revision(version: "VersionTable") -> str:
    current = ", ".join(version.revisions) or "base"
    if version.problem:
        head = version.problem
    elif version.revisions == version.heads:
        head = "head"
    else:
        head = f"head {', '.join(version.heads) or 'unknown'}"
    return f"{current} ({head}) of {version.namespace}"


def _as_json(report: Report) -> dict[str, object]:
    instance, health, overview = report.instance, report.health, report.overview()
    content: dict[str, object] = {
        "instance": instance.name,
        "root": str(instance.root),
        "folder": str(instance.folder),
        "status": health.status,
        "reason": health.reason,
        "postgresql": health.postgresql,
        "contents": None if overview is None else asdict(overview),
        "generations": health.generations or None,
    }
    if health.state is not None:
        # Both are secrets; `env` is the verb that prints the token.
        hidden = {"token", "database_url"}
        content |= {k: v for k, v in asdict(health.state).items() if k not in hidden}
        content["persistence"] = "data_folder" if health.state.embedded else "database_url"
    return content
