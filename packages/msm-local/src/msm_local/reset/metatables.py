"""A fresh database of the metatables API: made next to the old one, which it then replaces.

There is no template: the API registers each database under its name, and only its own start changes
that.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing

import psycopg

from msm_local.database.libpq import forget_variables
from msm_local.engines.metatables.database import prepare_embedded
from msm_local.engines.metatables.platform import MetatablesPlatform
from msm_local.engines.metatables.serving import API_FOLDER
from msm_local.instances.health import probe
from msm_local.instances.instance import Instance
from msm_local.instances.lifecycle import ensure_started, stop
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE, NEXT, PREVIOUS
from msm_local.repositories import databases
from msm_local.reset.checks import (
    cluster_of,
    explained_by_postgresql,
    refuse_clients,
    refuse_foreign,
    refuse_little_disk,
)
from msm_local.reset.reset import Reset
from msm_local.reset.steps import Step, plan_steps
from msm_local.reset.templates import run_revisions
from msm_local.status.providers import HEAD, Provider

__all__ = ["reset_metatables"]

# The sessions of the API have no name.
OWN_SESSIONS = ("",)


def reset_metatables(
    instance: Instance,
    *,
    providers: Sequence[Provider],
    target: str | None = None,
    force: bool = False,
    report: Callable[[str], None] = lambda _text: None,
) -> Reset:
    """Replace the database of an instance with the metatables API; see ``reset``.

    A running platform keeps running while the new database is made, and is then started again.

    Raises:
        NotEmbeddedError, UnknownRevisionError, ClientsConnectedError, UnhealthyError,
        TemplateFailedError, ResetFailedError: as ``reset``.
        StartFailedError: the API does not start.
    """
    began = time.monotonic()
    forget_variables()
    with instance.lock(report):
        health = probe(instance)
        refuse_foreign(instance, health, providers)
        steps = plan_steps(instance.root, providers, target)
        with explained_by_postgresql(), cluster_of(instance, health) as cluster:
            refuse_little_disk(cluster)
            refuse_clients(cluster, OWN_SESSIONS, force=force)
            report(f"Making a fresh database at {target or HEAD} ...")
            _make(cluster, instance, steps)
            if health.state is None:
                _exchange(cluster)
    if health.state is not None:
        stop(instance, report)
        with (
            instance.lock(report),
            explained_by_postgresql(),
            Cluster(instance.folder, port=health.state.postgres_port) as cluster,
        ):
            _exchange(cluster)
        ensure_started(instance, report=report)
    return Reset(target or HEAD, "", built=True, seconds=time.monotonic() - began)


def _make(cluster: Cluster, instance: Instance, steps: Sequence[Step]) -> None:
    password = instance.secrets()[1]
    for leftover in (NEXT, PREVIOUS):
        cluster.drop_database(leftover)
    prepare_embedded(cluster, DATABASE, password)
    fresh = prepare_embedded(cluster, NEXT, password)
    with MetatablesPlatform(
        instance.folder / API_FOLDER, log_path=instance.log_path, root=instance.root
    ) as platform:
        platform.open(fresh)
        if steps:
            run_revisions(instance, platform.environment(), steps)


def _exchange(cluster: Cluster) -> None:
    with closing(psycopg.connect(cluster.admin_url(), autocommit=True)) as connection:
        databases.end_sessions(connection, [DATABASE, NEXT], 5000)
        databases.swap(connection, current=DATABASE, fresh=NEXT, previous=PREVIOUS)
    cluster.drop_database(PREVIOUS)
