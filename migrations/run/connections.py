"""What every connection of ours says and asks: its name, its server, its process there."""

import os
import socket
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, text

__all__ = ["BACKEND_PID", "application_name", "connect_arguments", "server_of"]

BACKEND_PID = text("SELECT pg_backend_pid()")
# PostgreSQL cuts a longer application_name off.
MAX_NAME_BYTES = 63
CONNECT_TIMEOUT = 10
DEFAULT_PORT = 5432


def application_name(what: str = "migrate") -> str:
    """Host, process and start of a migration or a look, in the 63 bytes that PostgreSQL keeps."""
    tail = f" {os.getpid()} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    host = socket.gethostname().encode("ascii", "replace").decode()
    return f"msm-{what} {host}"[: MAX_NAME_BYTES - len(tail)] + tail


def connect_arguments(what: str = "migrate") -> dict[str, Any]:
    """What psycopg connects with: the name of the session, and an end to a host that is silent."""
    return {"application_name": application_name(what), "connect_timeout": CONNECT_TIMEOUT}


def server_of(url: URL) -> str:
    """Host and port of a database, for a message; a URL itself holds the password."""
    return f"{url.host}:{url.port or DEFAULT_PORT}"
