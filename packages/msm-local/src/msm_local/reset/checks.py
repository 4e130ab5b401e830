"""What a reset refuses, before it changes anything."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg

from msm_local.client.sdk_command import migration_command
from msm_local.database.libpq import message_of
from msm_local.errors import (
    ClientsConnectedError,
    NotEmbeddedError,
    ResetFailedError,
    UnhealthyError,
)
from msm_local.instances.health import Health
from msm_local.instances.instance import Instance
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE
from msm_local.postgres.initdb import LITTLE_DISK
from msm_local.repositories import databases
from msm_local.status.providers import Provider
from msm_local.system.launcher import own_command

__all__ = [
    "cluster_of",
    "explained_by_postgresql",
    "refuse_clients",
    "refuse_foreign",
    "refuse_little_disk",
]

MAX_SHOWN = 3
DISCONNECT_TIMEOUT = 1.0


@contextmanager
def explained_by_postgresql() -> Iterator[None]:
    """Turn an error of PostgreSQL into one of a reset."""
    try:
        yield
    except psycopg.Error as error:
        raise ResetFailedError(
            f"PostgreSQL refused a step of the reset: {message_of(error)}; fix this, and reset "
            f"again (`{own_command('doctor')}` checks for the usual causes)."
        ) from error


def refuse_foreign(instance: Instance, health: Health, providers: Sequence[Provider]) -> None:
    """Refuse the database of --database-url.

    Raises:
        NotEmbeddedError: it is one.
    """
    running_elsewhere = health.state is not None and not health.state.embedded
    if running_elsewhere or instance.remembered_database_url() is not None:
        # What builds on the others is taken back first.
        provider = providers[-1].reference
        downgrade = migration_command(instance, "downgrade", "--provider", provider, "base")
        raise NotEmbeddedError(
            f"msm-local does not replace the database of --database-url; run `{downgrade}` "
            "instead, or start with --embedded."
        )


@contextmanager
def cluster_of(instance: Instance, health: Health) -> Iterator[Cluster]:
    """The cluster of the running platform, or one that is started for as long as it is needed.

    Raises:
        UnhealthyError: the platform is running, but does not answer.
    """
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


def refuse_little_disk(cluster: Cluster) -> None:
    """Refuse a disk that is nearly full.

    Raises:
        ResetFailedError: it is.
    """
    free = shutil.disk_usage(cluster.data).free
    # Asked first, because PostgreSQL does not always name a full disk as the cause.
    if free < LITTLE_DISK:
        raise ResetFailedError(
            f"No space left on device: a reset needs {LITTLE_DISK >> 20} MB, and {cluster.data} "
            f"has {free >> 20} MB; free some space, and reset again."
        )


def refuse_clients(cluster: Cluster, own: Sequence[str], *, force: bool) -> None:
    """Refuse while a client is connected, unless its session may be ended.

    Args:
        cluster: the running cluster.
        own: application names of the platform's own sessions.
        force: whether sessions of clients may be ended.

    Raises:
        ClientsConnectedError: a client is connected, and ``force`` is False.
    """
    if force:
        return
    deadline = time.monotonic() + DISCONNECT_TIMEOUT
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        # The sessions of the platform itself reconnect by themselves, to the new database.
        while clients := databases.find_clients(connection, DATABASE, own):
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
