"""Give the server of ``MSM_TIMESCALE_URL`` the settings that the tests need; then restart it."""

import os

import psycopg
from psycopg import sql

from tests.timescale.server import NEEDED, UNSAFE

if __name__ == "__main__":
    with psycopg.connect(os.environ["MSM_TIMESCALE_URL"], autocommit=True) as superuser:
        for name, value in (NEEDED | UNSAFE).items():
            superuser.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(
                    sql.SQL(".").join(map(sql.Identifier, name.split("."))), sql.Literal(value)
                )
            )
