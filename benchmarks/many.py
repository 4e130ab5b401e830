"""Databases far larger than ours: 10,000 tables, and 100 namespaces of all our tables.

    ./dev run python -m benchmarks.many                          both, about an hour
    ./dev run python -m benchmarks.many --tables 250 1000        4 times as many of other tables
    ./dev run python -m benchmarks.many --namespaces 10

It is a command of its own, and no group of ``python -m benchmarks``, because it takes long.
"""

import argparse
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from msm_local.postgres.cluster import Cluster
from tests.support.janitor import new_database
from tests.support.migrating import unload_ours

from .forks import in_fork
from .local import server_of
from .report import machine, publish
from .scale import Site, attach_seconds, check, new_site, provider_of, workshop, write_project
from .timing import Figure, Group, Sample, figure, interleave, timed

__all__ = ["main", "measure_namespaces", "measure_tables"]

TABLES = (2_500, 10_000)
NAMESPACES = 100
# For four times the tables, and for what one namespace costs beside the others.
GROWTH, BESIDE = 4.5, 1.2
NAMESPACE = "bench.n{n:03}"
VARIABLE = "MSM_AUTO_REGISTER_NAMESPACE"
ADDED = "one_more"
# Alembic writes these where a revision has no operations.
NOTHING = "    pass\n"


def main() -> None:
    """Measure what the command line asks for, and print a table for each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.many", description=__doc__)
    parser.add_argument("--tables", type=int, nargs=2, metavar=("SOME", "MANY"))
    parser.add_argument("--namespaces", type=int, metavar="COUNT")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--record", action="store_true", help="write docs/benchmarks/large.md")
    wanted = parser.parse_args()
    if wanted.tables and wanted.tables[1] % wanted.tables[0]:
        parser.error("--tables: MANY has to be a multiple of SOME")
    both = wanted.tables is None and wanted.namespaces is None
    print(f"On {machine()}")
    if both or wanted.tables:
        some, many = wanted.tables or TABLES
        work = partial(measure_tables, some, many, wanted.repeats)
        publish("Thousands of tables", work, recorded=wanted.record)
    if both or wanted.namespaces:
        work = partial(measure_namespaces, wanted.namespaces or NAMESPACES, wanted.repeats)
        publish("Many namespaces", work, recorded=wanted.record)


def measure_tables(some: int, many: int, repeats: int) -> Group:
    """Measure projects of two sizes, each in a database of its own.

    Args:
        some: tables of the smaller project.
        many: tables of the larger one.
        repeats: measurements of each figure.
    """
    with workshop() as (folder, cluster), ExitStack() as databases:
        ways: dict[str, Callable[[], float]] = {}
        once: list[Figure] = []
        for size in (some, many):
            project, title = f"many{size}", f"{size:,} tables"
            site = databases.enter_context(
                new_site(folder, f"{project}_migrations", cluster, project)
            )
            replace(site, package="migrations").migrate("upgrade", "head")
            # In parts: each table that one transaction makes takes several locks.
            for present in range(some, size + 1, some):
                write_project(folder, project, present)
                written, upgraded = _create(site), site.migrate("upgrade", "head")
            last = f"{title}, the last {some:,}"
            once += [_once(f"{last}, revision", written), _once(f"{last}, upgrade", upgraded)]
            ways |= _ways(title, site, f"{project}__fact0")
            # What `reset` waits for.
            copy = partial(_copy, cluster, project)
            ways[f"{title}, copy of the database"] = copy
        found = interleave(ways, repeats)
        return Group(
            [*once, *_figures(found, f"{some:,} tables", f"{many:,} tables", GROWTH)],
            server_of(cluster.admin_url()),
        )


def measure_namespaces(count: int, repeats: int) -> Group:
    """Measure one namespace alone in a database, and beside others in another one.

    Args:
        count: namespaces of the second database.
        repeats: measurements of each figure.
    """
    with workshop() as (folder, cluster), ExitStack() as databases:
        alone, crowded = (
            databases.enter_context(new_site(folder, "migrations", cluster, name))
            for name in ("alone", "crowded")
        )
        _create(_named(alone, 0), "--rev-id", "1001")
        _named(alone, 0).migrate("upgrade", "head")
        taken = []
        for n in range(count):
            named = _named(crowded, n)
            if n:
                _create(named, "--rev-id", "1001")
            taken.append(named.migrate("upgrade", "head"))
        once = [
            _once("the first namespace, upgrade from empty", taken[0]),
            _once(f"namespace {count}, upgrade from empty", taken[-1]),
        ]
        ways: dict[str, Callable[[], float]] = {}
        for title, site in (("alone", alone), (f"beside {count - 1}", crowded)):
            ways |= _ways(title, _named(site, 0), f"ms_markets__asset__{_slug(0)}")
        found = interleave(ways, repeats)
        return Group(
            [*once, *_figures(found, "alone", f"beside {count - 1}", BESIDE)],
            server_of(cluster.admin_url()),
        )


def _named(site: Site, n: int) -> Site:
    environment = {**site.environment, VARIABLE: NAMESPACE.format(n=n)}
    return replace(site, environment=environment, slug=_slug(n), measured=_seconds_in_namespace)


def _seconds_in_namespace(
    work: Callable[..., Any], *arguments: Any, environment: Mapping[str, str], folder: Path
) -> float:
    """Seconds in a forked process that reads the namespace, which msm does once, at its import."""
    return float(in_fork(_fresh, work, arguments, environment=environment, folder=folder))


def _fresh(work: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    unload_ours()
    return timed(lambda: work(*arguments))


def _slug(n: int) -> str:
    return NAMESPACE.format(n=n).replace(".", "_")


def _create(site: Site, *options: str) -> float:
    return site.migrate("revision", "--autogenerate", "-m", "create", *options)


def _ways(title: str, site: Site, table: str) -> dict[str, Callable[[], float]]:
    return {
        f"{title}, migrations current": partial(site.migrate, "current"),
        f"{title}, upgrade of one revision": partial(_upgrade_one, site, table),
        f"{title}, revision, nothing found": site.autogenerate,
        f"{title}, check": partial(site.run, check),
        f"{title}, plan": partial(site.run, plan),
        f"{title}, start_engine": partial(site.ask, attach_seconds),
    }


def _upgrade_one(site: Site, table: str) -> float:
    """Seconds of an upgrade by a revision that adds one column; then it is gone again."""
    site.migrate("revision", "-m", ADDED)
    (made,) = site.versions.glob(f"*_{ADDED}.py")
    try:
        text = made.read_text(encoding="utf-8")
        head, upgrade, downgrade = re.split(r"(?=^def )", text, flags=re.MULTILINE)
        add = f'    op.add_column("{table}", sa.Column("{ADDED}", sa.Integer()))\n'
        drop = f'    op.drop_column("{table}", "{ADDED}")\n'
        written = [upgrade.replace(NOTHING, add), downgrade.replace(NOTHING, drop)]
        made.write_text(head + "".join(written), encoding="utf-8")
        seconds = site.migrate("upgrade", "head")
        before = re.search(r'^down_revision: .* = "(.*)"$', head, flags=re.MULTILINE)
        site.migrate("downgrade", before[1] if before else "base")
    finally:
        made.unlink()
    return seconds


def plan(package: str) -> None:
    """``migrations.plan`` of a database that is at head."""
    provider = provider_of(package)
    tool = importlib.import_module("migrations.plan.__main__")
    assert not tool.plan_database(provider, provider.target).steps


def _copy(cluster: Cluster, database: str) -> float:
    def copy() -> None:
        with new_database(cluster, "copied", template=database):
            pass

    return timed(copy)


def _once(name: str, seconds: float) -> Figure:
    return Figure(name, Sample((seconds,)), "s")


def _figures(
    found: Mapping[str, Sample], smaller: str, larger: str, times: float
) -> Iterator[Figure]:
    """The lines of the smaller place, and those of the larger one over them."""
    names = [name.removeprefix(smaller) for name in found if name.startswith(f"{smaller},")]
    yield from (figure(found, smaller + name) for name in names)
    yield from (figure(found, larger + name, smaller + name, times=times) for name in names)


if __name__ == "__main__":
    main()
