"""A platform under load.

The server has its own process and an embedded PostgreSQL; the clients share this process. Of every
eight requests, four read a row, two write a row, and two query the catalog, by the API of the SDK
that is installed.
"""

import asyncio
import json
import multiprocessing
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count, islice
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import psycopg

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.support.generation import GENERATION
from tests.support.janitor import new_database

from .local import server_of
from .timing import Figure, Group, Sample

__all__ = ["Served", "leaks", "measure", "prepare", "run_load", "serve"]

DATABASE = "load"
REQUESTS = 20_000
AT_ONCE = 32
OK = (200, 201)
API = {"metatables": "/metatables", "mainsequence8": "/api/v1"}


@dataclass(frozen=True, slots=True)
class Served:
    """A platform in its own process.

    Attributes:
        endpoint: its base URL.
        token: the bearer token that it accepts.
        pid: its process id.
        admin_url: logs in to its database as a superuser.
    """

    endpoint: str
    token: str
    pid: int
    admin_url: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every request."""
        return {
            "Authorization": f"Bearer {self.token}",
            "X-MetaTables-Local-Token": self.token,
            "Content-Type": "application/json",
        }


def measure(repeats: int) -> Group:
    """Send 20,000 mixed calls from 32 clients, ``repeats`` times, and report their waits."""
    waits, rates = [], []
    with Cluster.temporary() as cluster, serve(cluster) as served:
        mix = prepare(served, GENERATION)
        for _ in range(repeats):
            started = time.perf_counter()
            waits.append(asyncio.run(run_load(served, mix, REQUESTS, AT_ONCE)))
            rates.append(REQUESTS / (time.perf_counter() - started))
            assert leaks(served) == []
        server = server_of(served.admin_url)
    name = f"{REQUESTS:,} calls, {AT_ONCE} at once"

    def waited(what: str, share: float, at_most: float | None = None) -> Figure:
        values = tuple(wait[int((len(wait) - 1) * share)] for wait in waits)
        return Figure(f"{name}, {what}", Sample(values), "ms", at_most=at_most)

    figures = [
        waited("median", 0.5),
        waited("p99", 0.99, at_most=250),
        waited("longest", 1),
        Figure(f"{name}, throughput", Sample(tuple(rates)), "calls/s"),
    ]
    return Group(figures, server)


@contextmanager
def serve(cluster: Cluster) -> Iterator[Served]:
    """Serve a new database of the cluster from another process."""
    with new_database(cluster, DATABASE):
        ours, theirs = multiprocessing.Pipe()
        arguments = (cluster.platform_url(DATABASE), theirs)
        # Not a fork: it would inherit the locks of our threads in the state they are in.
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=arguments)
        process.start()
        try:
            endpoint, token = ours.recv()
            yield Served(endpoint, token, int(process.pid or 0), cluster.admin_url(DATABASE))
        finally:
            ours.send("stop")
            process.join()


def _serve(database_url: str, pipe: Connection) -> None:
    with LocalPlatform(database_url, runtime_password=secrets.token_urlsafe()) as platform:
        pipe.send((platform.endpoint, platform.token))
        pipe.recv()


def prepare(served: Served, generation: str) -> list[bytes]:
    """Make a table, and return eight requests of a generation's API that use it.

    ``{n:>5}`` in a request is replaced by the number of the call.
    """
    with httpx.Client(base_url=f"{served.endpoint}/api/v1", headers=served.headers) as http:
        source = http.get("/data-sources/").json()["results"][0]["uid"]
        row = {
            "data_source_uid": source,
            "identifier": "load",
            "migration_package": "load",
            "migration_namespace": "load",
            "physical_schema": "public",
            "physical_table_name": "load",
            "table_contract": {"columns": [{"name": "id", "data_type": "int64"}]},
        }
        uid = http.post("/meta-tables/", json=[row]).json()[0]["uid"]
        issued = http.post(f"/meta-tables/{uid}/migration-connection/", json={}).json()
        with psycopg.connect(issued["uri"]) as connection:
            connection.execute("CREATE TABLE load (id bigint PRIMARY KEY, price float8)")
            connection.execute("INSERT INTO load SELECT n, n FROM generate_series(0, 99999) AS n")
        body = {"meta_table_uids": [uid], "alembic_revision": "head"}
        http.post("/meta-tables/finalize-managed/", json=body).raise_for_status()
    # Generation 1 names the tables of a statement, and generation 2 the database.
    where = {
        "metatables": {"data_source_uid": source},
        "mainsequence8": {"scope": {"tables": [{"meta_table_uid": uid, "access": "write"}]}},
    }[generation]

    def request(verb: str, path: str, content: dict[str, Any] | None = None) -> bytes:
        return _request(served, verb, f"{API[generation]}/meta-tables{path}", content)

    def operation(kind: str, sql: str) -> bytes:
        statement = {"sql": sql, "parameters": {"id": "{n}"}}
        body = {"operation": kind, "statement": statement, **where}
        return request("POST", "/execute-operation/", body)

    read = operation("select", "SELECT id, price FROM load WHERE id = %(id)s")
    upsert = operation(
        "upsert",
        "INSERT INTO load (id, price) VALUES (%(id)s, 1) ON CONFLICT (id) DO UPDATE SET price ="
        " load.price + 1",
    )
    lookup = request("POST", "/filter/", {"physical_table_name__in": ["load"]})
    detail = request("GET", f"/{uid}/")
    return [read, upsert, read, lookup, read, upsert, read, detail]


def _request(served: Served, verb: str, path: str, content: dict[str, Any] | None) -> bytes:
    body = b"" if content is None else json.dumps(content).replace('"{n}"', "{n:>5}").encode()
    headers = {
        "Host": urlsplit(served.endpoint).netloc,
        # The number of the call has five characters, and the mark that it replaces six.
        "Content-Length": str(len(body) - body.count(b"{n:>5}")),
        **served.headers,
    }
    lines = [f"{verb} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def run_load(
    served: Served, mix: Sequence[bytes], requests: int, at_once: int
) -> list[float]:
    """Send the requests from ``at_once`` clients; return the wait of each call in milliseconds.

    Raises:
        AssertionError: an answer was an error.
    """
    # Finished requests go to sockets without an HTTP client: the clients share the machine with the
    # server, and should take little of it.
    turns = iter(islice(count(), requests))
    waited: list[float] = []
    host, port = urlsplit(served.endpoint).netloc.split(":")

    async def client() -> None:
        async with _connection(host, int(port)) as (reader, writer):
            for turn in turns:
                request = mix[turn % len(mix)].replace(b"{n:>5}", f"{turn % 100_000:>5}".encode())
                started = time.perf_counter()
                writer.write(request)
                await _answer(reader)
                waited.append((time.perf_counter() - started) * 1000)

    await asyncio.gather(*(client() for _ in range(at_once)))
    return sorted(waited)


@asynccontextmanager
async def _connection(
    host: str, port: int
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
    body = await reader.readexactly(length)
    status = int(head.split(" ", 2)[1])
    assert status in OK, f"{status}: {body.decode()}"


def leaks(served: Served, *, timeout: float = 5.0) -> list[str]:
    """What the load still leaves behind after ``timeout`` seconds; empty if all is well."""
    # The server notices a closed connection a moment later, so this asks until it has.
    deadline = time.monotonic() + timeout
    while found := _leaks(served):
        if time.monotonic() > deadline:
            return found
        time.sleep(0.1)
    return []


def _leaks(served: Served) -> list[str]:
    with psycopg.connect(served.admin_url) as admin:
        rows = admin.execute(
            "SELECT application_name, state, count(*) FROM pg_stat_activity WHERE datname = %s AND"
            " application_name LIKE 'msm-local%%' GROUP BY 1, 2",
            [DATABASE],
        ).fetchall()
    found = [f"{n} {state} connections of {name}" for name, state, n in rows if state != "idle"]
    found += [f"{n} connections of {name}" for name, _state, n in rows if n > 8]
    port = int(served.endpoint.rpartition(":")[2])
    connections = psutil.Process(served.pid).net_connections("tcp")
    clients = [c for c in connections if c.laddr.port == port and c.status != psutil.CONN_LISTEN]
    return found + [f"a client's connection in state {c.status}" for c in clients]
