"""The two engines that one scenario runs against: msm-local's own API, and the vendor's."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx
import psycopg
from psycopg import Connection

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, environment_of
from tests.support.janitor import new_database
from tests.support.vendor_platform import vendor_platform

__all__ = ["NAMES", "Engine", "Name", "engine"]

type Name = Literal["msm-local", "metatables"]

NAMES: tuple[Name, ...] = ("msm-local", "metatables")
TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A running platform.

    Attributes:
        name: which one it is.
        environment: what a forked SDK process needs to use it.
        http: sends requests to its metatables API, with the token.
        admin_url: URL of its database for a superuser.
    """

    name: Name
    environment: Mapping[str, str]
    http: httpx.Client
    admin_url: str

    def connect(self) -> Connection[Any]:
        """A superuser's connection to its database, which autocommits."""
        return psycopg.connect(self.admin_url, autocommit=True)


@contextmanager
def engine(
    name: Name, cluster: Cluster, folder: Path, database: str | None = None
) -> Iterator[Engine]:
    """Start an engine on a new database of the cluster.

    Args:
        name: which one.
        cluster: a running one.
        folder: for the files of the vendor's server.
        database: the name of the database, which must be free; None for that which the recorded
            answers have, so that only one at a time can be without.
    """
    database = database or f"conformance_{NAMES.index(name)}"
    admin_url = cluster.admin_url(database)
    if name == "msm-local":
        with (
            new_database(cluster, database),
            LocalPlatform(cluster.platform_url(database)) as ours,
        ):
            yield from _client(name, admin_url, environment_of(ours))
    else:
        with vendor_platform(cluster, database, folder, ROOT) as theirs:
            yield from _client(name, admin_url, environment_of(theirs))
        # It made its database itself.
        with psycopg.connect(cluster.admin_url(), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {database} WITH (FORCE)".encode())


def _client(name: Name, admin_url: str, environment: Mapping[str, str]) -> Iterator[Engine]:
    headers = {"X-MetaTables-Local-Token": environment["METATABLES_LOCAL_TOKEN"]}
    url = environment["METATABLES_API_URL"]
    with httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT) as http:
        yield Engine(name, environment, http, admin_url)
