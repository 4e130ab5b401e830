"""What all connections of a migration or a tool have in common."""

import os
import socket
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, text

__all__ = ["BACKEND_PID", "application_name", "connect_arguments", "server_of"]

BACKEND_PID = text("SELECT pg_backend_pid()")
# PostgreSQL cuts a longer application_name off.
MAX_NAME_BYTES = 63
# In seconds. Without it psycopg waits for a host that does not answer for over two minutes.
CONNECT_TIMEOUT = 10
# libpq's own, which a URL may leave out.
DEFAULT_PORT = 5432


def application_name(what: str = "migrate") -> str:
    """A session's name, which says the host, the process and when it started.

    Roles that may not see what another session runs may still see this name.

    Args:
        what: ``migrate`` for a migration, ``look`` for a tool that only reads.
    """
    # The tail is never shortened: pid and start tell two sessions of one host apart.
    tail = f" {os.getpid()} {datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    # Bytes are counted, and in ASCII a character is one; PostgreSQL replaces others anyway.
    host = socket.gethostname().encode("ascii", "replace").decode()
    return f"msm-{what} {host}"[: MAX_NAME_BYTES - len(tail)] + tail


def connect_arguments(what: str = "migrate") -> dict[str, Any]:
    """What psycopg connects with: the name of the session, and a bound on the wait."""
    return {"application_name": application_name(what), "connect_timeout": CONNECT_TIMEOUT}


def server_of(url: URL) -> str:
    """Host and port of a database, for a message. The URL itself holds the password."""
    return f"{url.host}:{url.port or DEFAULT_PORT}"
