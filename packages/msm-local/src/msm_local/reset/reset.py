"""A fresh database at a revision: a clone of a template replaces the old database."""

import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg

from msm_local.client.sdk_command import migration_command
from msm_local.database.bootstrap import prepare_database
from msm_local.database.libpq import forget_variables, message_of
from msm_local.database.pools import POOLS
from msm_local.errors import (
    ClientsConnectedError,
    NotEmbeddedError,
    ResetFailedError,
    UnhealthyError,
    UnknownRevisionError,
)
from msm_local.instances.health import Health, probe
from msm_local.instances.instance import Instance
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE, NEXT, PREVIOUS
from msm_local.postgres.initdb import LITTLE_DISK
from msm_local.repositories import databases
from msm_local.repositories.settings import Settings
from msm_local.reset.templates import BASE, Recipe, build_template, end_credentials, prune_templates
from msm_local.status.revisions import find_versions, read_ids
from msm_local.system.launcher import own_command

__all__ = ["HEAD", "Reset", "reset"]

HEAD = "head"
MAX_SHOWN = 3
MAX_ATTEMPTS = 3
DISCONNECT_TIMEOUT = 1.0


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
    provider: str,
    target: str = HEAD,
    force: bool = False,
    report: Callable[[str], None] = lambda _text: None,
) -> Reset:
    """Replace the database of the instance with a fresh one; a running platform keeps running.

    The old database is unchanged until it is replaced: an interrupted reset leaves the old one or
    the new one.

    Args:
        instance: the instance.
        provider: the migration provider of the project, such as ``migrations:migration``.
        target: ``head``, the id of a revision, or ``base``.
        force: end the sessions of clients instead of refusing.
        report: called with a sentence about each slow step.

    Raises:
        NotEmbeddedError: the database is that of --database-url.
        UnknownRevisionError: the project has no such revision.
        ClientsConnectedError: clients are connected, and ``force`` is False.
        UnhealthyError: the platform is running, but does not answer.
        TemplateFailedError: the revisions do not run.
        ResetFailedError: the disk is nearly full, or PostgreSQL refused a step.
    """
    began = time.monotonic()
    forget_variables()
    with instance.lock(report):
        health = probe(instance)
        _refuse_foreign(instance, health, provider)
        versions = _check_target(instance, provider, target)
        with _explained(), _cluster_of(instance, health) as cluster:
            _refuse_little_disk(cluster)
            _refuse_clients(cluster, force=force)
            settings = _current_settings(cluster, instance)
            recipe = Recipe(provider, versions, target, settings)
            built = recipe.name not in cluster.databases()
            if built:
                build_template(cluster, instance, recipe, report)
                prune_templates(cluster)
                # Again, because building the template takes long enough for a client to connect.
                _refuse_clients(cluster, force=force)
            _exchange(cluster, instance, recipe.name)
            # If the old database cannot be dropped now, the next start drops it.
            with suppress(psycopg.Error):
                # A server that keeps running finishes the drop alone; one that stops now would not.
                cluster.drop_database(PREVIOUS, wait=health.state is None)
    return Reset(target, recipe.name, built, time.monotonic() - began)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise ResetFailedError(
            f"PostgreSQL refused a step of the reset: {message_of(error)}; fix this, and reset "
            f"again (`{own_command('doctor')}` checks for the usual causes)."
        ) from error


def _refuse_foreign(instance: Instance, health: Health, provider: str) -> None:
    running_elsewhere = health.state is not None and not health.state.embedded
    if running_elsewhere or instance.remembered_database_url() is not None:
        downgrade = migration_command(instance, "downgrade", "--provider", provider, "base")
        raise NotEmbeddedError(
            f"msm-local does not replace the database of --database-url; run `{downgrade}` "
            "instead, or start with --embedded."
        )


def _check_target(instance: Instance, provider: str, target: str) -> Path:
    versions = find_versions(instance.root, provider)
    if versions is None:
        raise UnknownRevisionError(
            f"There is no folder with the revisions of {provider!r} in {instance.root}; name the "
            "provider of the project with --provider, such as `package:migration`."
        )
    known = read_ids(versions)
    if target not in {HEAD, BASE, *known}:
        raise UnknownRevisionError(
            f"There is no revision {target!r} in {versions}; choose {HEAD}, {BASE} or one of "
            f"{', '.join(known) or 'none'}."
        )
    return versions


@contextmanager
def _cluster_of(instance: Instance, health: Health) -> Iterator[Cluster]:
    if health.status == "degraded":
        raise UnhealthyError(
            f"The platform is not healthy ({health.reason}); run `{instance.command('stop')}`, "
            "and reset again."
        )
    if health.state is not None:
        yield Cluster.attached(instance.folder, health.state.postgres_port)
        return
    _http, port = instance.remembered_ports()
    with Cluster(instance.folder, port=port) as cluster:
        yield cluster


def _refuse_little_disk(cluster: Cluster) -> None:
    free = shutil.disk_usage(cluster.data).free
    # Asked first, because PostgreSQL does not always name a full disk as the cause.
    if free < LITTLE_DISK:
        raise ResetFailedError(
            f"No space left on device: a reset needs {LITTLE_DISK >> 20} MB, and {cluster.data} "
            f"has {free >> 20} MB; free some space, and reset again."
        )


def _refuse_clients(cluster: Cluster, *, force: bool) -> None:
    if force:
        return
    deadline = time.monotonic() + DISCONNECT_TIMEOUT
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        # The sessions of the platform itself reconnect by themselves, to the new database.
        while clients := databases.find_clients(connection, DATABASE, POOLS):
            if time.monotonic() > deadline:
                break
            # The session of a client that has just disconnected takes a moment to end.
            time.sleep(0.05)
    if clients:
        shown = ", ".join(clients[:MAX_SHOWN]) + (", ..." if len(clients) > MAX_SHOWN else "")
        raise ClientsConnectedError(
            f"{len(clients)} client(s) are connected to the database: {shown}; disconnect them, or "
            "reset with --force, which ends their sessions.",
            clients=len(clients),
        )


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
