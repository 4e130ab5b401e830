"""A fresh database at a revision: a clone of a template replaces the old database."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import psycopg

from msm_local.database.bootstrap import prepare_database
from msm_local.database.libpq import forget_variables
from msm_local.database.pools import POOLS
from msm_local.errors import ClientsConnectedError
from msm_local.instances.health import probe
from msm_local.instances.instance import Instance
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE, NEXT, PREVIOUS
from msm_local.repositories import databases
from msm_local.repositories.settings import Settings
from msm_local.reset.checks import (
    cluster_of,
    explained_by_postgresql,
    refuse_clients,
    refuse_foreign,
    refuse_little_disk,
)
from msm_local.reset.steps import plan_steps
from msm_local.reset.templates import Recipe, build_template, end_credentials, prune_templates
from msm_local.status.providers import HEAD, Provider

__all__ = ["Reset", "reset"]

MAX_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Reset:
    """What a reset did.

    Attributes:
        target: the requested revision.
        template: the database that was cloned.
        built: whether the template had to be built first.
        seconds: how long it took, including the time to build the template.
    """

    target: str
    template: str
    built: bool
    seconds: float


def reset(
    instance: Instance,
    *,
    providers: Sequence[Provider],
    target: str | None = None,
    force: bool = False,
    report: Callable[[str], None] = lambda _text: None,
) -> Reset:
    """Replace the database of the instance with a fresh one; a running platform keeps running.

    The old database is unchanged until it is replaced: an interrupted reset leaves the old one or
    the new one.

    Args:
        instance: the instance.
        providers: the migration providers of the project, in the order in which they run.
        target: ``head``, ``base``, or a revision or branch of one of them, which is then the last
            that runs; None for the targets of the providers.
        force: end the sessions of clients instead of refusing.
        report: called with a sentence about each slow step.

    Raises:
        NotEmbeddedError: the database is that of --database-url.
        UnknownRevisionError: the project has no such revision.
        UnreadableRevisionError: a file of revisions cannot be read.
        ClientsConnectedError: clients are connected, and ``force`` is False.
        UnhealthyError: the platform is running, but does not answer.
        TemplateFailedError: the revisions do not run.
        ResetFailedError: the disk is nearly full, or PostgreSQL refused a step.
    """
    began = time.monotonic()
    forget_variables()
    with instance.lock(report):
        health = probe(instance)
        refuse_foreign(instance, health, providers)
        steps = plan_steps(instance.root, providers, target)
        with explained_by_postgresql(), cluster_of(instance, health) as cluster:
            refuse_little_disk(cluster)
            refuse_clients(cluster, POOLS, force=force)
            settings = _current_settings(cluster, instance)
            recipe = Recipe(steps, settings)
            built = recipe.name not in cluster.databases()
            if built:
                build_template(cluster, instance, recipe, report)
                prune_templates(cluster)
                # Again, because building the template takes long enough for a client to connect.
                refuse_clients(cluster, POOLS, force=force)
            _exchange(cluster, instance, recipe.name)
            # If the old database cannot be dropped now, the next start drops it.
            with suppress(psycopg.Error):
                # A server that keeps running finishes the drop alone; one that stops now would not.
                cluster.drop_database(PREVIOUS, wait=health.state is None)
    return Reset(target or HEAD, recipe.name, built, time.monotonic() - began)


def _current_settings(cluster: Cluster, instance: Instance) -> Settings:
    if DATABASE not in cluster.databases():
        cluster.create_database(DATABASE)
    return prepare_database(cluster.platform_url(DATABASE), instance.secrets()[1])


def _exchange(cluster: Cluster, instance: Instance, template: str) -> None:
    for leftover in (NEXT, PREVIOUS):
        cluster.drop_database(leftover)
    cluster.create_database(NEXT, template=template)
    # A clone does not have the privileges on the database itself: they are granted again.
    prepare_database(cluster.platform_url(NEXT), instance.secrets()[1])
    # The roles of migration credentials belong to the server, and would outlive their database.
    end_credentials(cluster, DATABASE)
    _rename(cluster)


def _rename(cluster: Cluster) -> None:
    url = cluster.admin_url()
    swap = partial(databases.swap, current=DATABASE, fresh=NEXT, previous=PREVIOUS)
    with (
        psycopg.connect(url, autocommit=True) as connection,
        psycopg.connect(url, autocommit=True) as other,
        ThreadPoolExecutor(1) as executor,
    ):
        for attempt in range(1, MAX_ATTEMPTS + 1):
            databases.end_sessions(other, [DATABASE, NEXT], 5000)
            # In a thread, because the statement returns only when the sessions have ended.
            renaming = executor.submit(swap, connection)
            # While PostgreSQL waits to rename a database, no session can start in it. Sessions that
            # started before are ended here: the platform's own pools reconnect at once.
            while not renaming.done():
                databases.end_sessions(other, [DATABASE, NEXT], 0)
                time.sleep(0.02)
            try:
                renaming.result()
            except psycopg.errors.ObjectInUse as error:
                if attempt == MAX_ATTEMPTS:
                    names = databases.find_sessions(other, [DATABASE, NEXT])
                    raise ClientsConnectedError(
                        f"Sessions cannot be ended ({', '.join(names)}); stop their clients, and "
                        "reset again.",
                        clients=len(names),
                    ) from error
            else:
                return
