"""Where the databases of a run are: what each process of the run gets to know."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote, urlsplit

import psycopg
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict
from pytest_postgresql.janitor import DatabaseJanitor

from msm_local.repositories import databases
from msm_local.repositories.settings import Settings

__all__ = ["TEST_PREFIX", "Place", "Templates"]

# Databases of tests; a run drops its own in the end, and those of killed runs at its start.
TEST_PREFIX = "msm_test_"


@dataclass(frozen=True, slots=True)
class Place:
    """A running PostgreSQL.

    Attributes:
        admin: logs in as the role that makes databases.
        platform: logs in as the role that owns them, to no database in particular.
        owner: the name of that role.
        password: of the runtime role of every database.
        settings: those of every catalog, so that all databases have the same roles and uids.
        prefix: of the databases of this run.
        copies_files: whether a copy is faster in files: only where nothing has to reach the disk.
        git: the variables of a stand-in Git context; empty where the project has one.
    """

    admin: str = field(repr=False)
    platform: str = field(repr=False)
    owner: str
    password: str = field(repr=False)
    settings: Settings
    prefix: str
    copies_files: bool
    git: Mapping[str, str]

    def platform_url(self, database: str) -> str:
        """A URL that logs in as the owner of the databases."""
        return urlsplit(self.platform)._replace(path=f"/{quote(database, safe='')}").geturl()

    def create(self, name: str, template: str) -> None:
        """Make a database as a copy of a template."""
        with _Janitor(self.admin, name).cursor() as cursor:
            databases.create(
                cursor.connection,
                name,
                owner=self.owner,
                template=template,
                copy_files=self.copies_files,
            )

    def drop(self, name: str) -> None:
        """Drop a database, and end the sessions in it; nothing happens if it does not exist."""
        _Janitor(self.admin, name).drop()


class _Janitor(DatabaseJanitor):
    """One that connects by a URL, with every parameter of it.

    Those override the variables of libpq, which are meant for another server.
    """

    def __init__(self, url: str, name: str) -> None:
        admin = conninfo_to_dict(url)
        super().__init__(
            user=str(admin["user"]),
            host=str(admin.get("host", "127.0.0.1")),
            port=str(admin.get("port", "5432")),
            dbname=name,
        )
        self._url = url

    @contextmanager
    def cursor(self, dbname: str | None = None) -> Iterator[Cursor]:  # noqa: ARG002 - the janitor's
        """A cursor in the database that the URL names, outside of a transaction."""
        with (
            psycopg.connect(self._url, autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            yield cursor


class Templates(Protocol):
    """What makes the databases that tests clone: this process, or the one that started it."""

    def place(self) -> Place:
        """The running PostgreSQL; it is started first if need be."""

    def template(self, target: str | None) -> str:
        """The database to clone for a target; it is built first if need be."""

    def close(self) -> None:
        """Give up, at the end of the process, whatever was started."""
