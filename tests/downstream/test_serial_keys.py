"""An integer key that an older release made as SERIAL can become an identity."""

import pytest
from psycopg import Connection

from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.downstream.conftest import Project
from tests.downstream.cycle import look, models_of

pytestmark = pytest.mark.slow

CODE = """
    class Quote(MarketsMetaTable):
        '''One quote.'''

        __application__ = "globex"

        number: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
"""
TO_IDENTITY = """op.alter_column("globex__quote", "number", server_default=None)
    op.alter_column("globex__quote", "number", server_default=sa.Identity(start=10))"""


def test_a_serial_key_becomes_an_identity(
    globex: Project, fresh_platform: LocalPlatform, empty_database: Connection
) -> None:
    environment = environment_of(fresh_platform)
    models_of(globex, CODE, "Quote")
    made = globex.migrate("revision", "-m", "create the quotes", environment=environment)
    assert made.exit_code == 0, made.stderr
    (file,) = globex.versions.glob("0001_*.py")
    text = file.read_text(encoding="utf-8")
    start = text.index("sa.Identity(")
    identity = text[start : text.index(")", start) + 1]
    file.write_text(text.replace(f"{identity}, ", "").replace(f"{identity},", ""), encoding="utf-8")
    assert globex.migrate("upgrade", "head", environment=environment).exit_code == 0
    assert look(globex, "check", environment=environment).value == 1
    globex.write("0002", "0001", TO_IDENTITY)
    ran = globex.migrate("upgrade", "head", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    found = look(globex, "check", environment=environment)
    assert found.value == 0, found.stdout
    with empty_database.cursor() as cursor:
        cursor.execute("INSERT INTO globex__quote (name) VALUES ('a') RETURNING number")
        assert cursor.fetchone() == (10,)
