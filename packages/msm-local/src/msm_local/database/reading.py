"""A connection that can only read, for people who look at a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

__all__ = ["WINDOW", "read_only"]

# The application name.
WINDOW = "msm-local window"
CONNECT_TIMEOUT = 2
# A migration may lock a table for a long time, and a page must not wait for it.
OPTIONS = (
    "-c default_transaction_read_only=on -c statement_timeout=5s -c lock_timeout=1s "
    "-c timezone=UTC -c intervalstyle=postgres -c datestyle=ISO,YMD -c search_path=public"
)


@contextmanager
def read_only(database_url: str) -> Iterator[Connection[Any]]:
    """Connect for one page; times of the database come in UTC."""
    with psycopg.connect(
        database_url,
        connect_timeout=CONNECT_TIMEOUT,
        options=OPTIONS,
        application_name=WINDOW,
    ) as connection:
        yield connection
