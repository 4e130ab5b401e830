"""The revisions of docs/scale.md move a table with rows into partitions, and back."""

import textwrap
from collections.abc import Mapping

import pytest
from psycopg import Connection

from tests.conftest import ROOT
from tests.downstream.conftest import Project
from tests.downstream.cycle import go_round, look, models_of
from tests.support.markdown import Block, blocks_of

pytestmark = pytest.mark.slow

HEADER = '''"""A revision of the page."""

import sqlalchemy as sa
from alembic import op

revision: str = "{revision}"
down_revision: str | None = "{parent}"
branch_labels: str | None = None
depends_on: str | None = None

'''
# What the older rows, and those that are written after each revision, are.
ROWS = {
    "acme0001": "generate_series('1999-01-01+00'::timestamptz, '2026-06-01', '1 day')",
    "acme0003": "(VALUES ('2026-07-01+00'::timestamptz)) t",
    "acme0004": "(VALUES ('2026-08-01+00'::timestamptz), ('2028-01-01+00')) t",
    "acme0005": "(VALUES ('2027-01-15+00'::timestamptz)) t",
}


def code() -> list[Block]:
    return [block for block in blocks_of(ROOT / "docs" / "scale.md") if block.language == "python"]


def write(project: Project, number: int, block: Block) -> None:
    text = HEADER.format(revision=f"acme{number:04}", parent=f"acme{number - 1:04}")
    file = project.versions / f"acme{number:04}_of_the_page.py"
    file.write_text(text + textwrap.dedent(block.text), encoding="utf-8")


def stored(connection: Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT * FROM acme__ticks ORDER BY 1, 2").fetchall()


def test_move_of_the_page_loses_no_row(
    acme: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    model, month, bound, validation, move = code()
    source = model.text.replace("    __partitioned__ = True\n", "")
    models_of(acme, source, "Ticks")
    go_round(acme, environment)
    for number, block in enumerate((bound, validation, move, month), 2):
        write(acme, number, block)
    review = look(acme, "review", environment=environment)
    assert review.value == 0, review.stdout + review.stderr

    expected = 0
    for revision in ("acme0001", "acme0002", "acme0003", "acme0004", "acme0005"):
        if revision == "acme0004":
            models_of(acme, model.text, "Ticks")
        ran = acme.migrate("upgrade", revision, environment=environment)
        assert ran.exit_code == 0, ran.stderr
        if revision in ROWS:
            added = f"INSERT INTO acme__ticks SELECT *, 'A', 1 FROM {ROWS[revision]}"
            expected += superuser.execute(added.encode()).rowcount
        assert len(stored(superuser)) == expected
    check = look(acme, "check", environment=environment)
    assert check.value == 0, check.stdout
    assert "  acme__ticks: 3 partitions, 1 row in the default partition" in check.stdout
    options = ("--head", "acme@head", "--rev-id", "acme0006")
    made = acme.migrate("revision", "-m", "nothing", *options, environment=environment)
    assert made.exit_code == 0, made.stderr
    assert "op." not in acme.revision("acme0006").partition("def upgrade")[2]
    (acme.versions / "acme0006_nothing.py").unlink()

    before = [row for row in stored(superuser) if "2027-01-15" not in str(row[0])]
    models_of(acme, source, "Ticks")
    refused = acme.migrate("downgrade", "acme0003", environment=environment)
    assert refused.exit_code == 5
    assert "MSM_ALLOW_DATA_LOSS=1" in refused.stderr
    superuser.execute("DELETE FROM acme__ticks WHERE time_index = '2027-01-15+00'")
    allowed = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    down = acme.migrate("downgrade", "acme0003", environment=allowed)
    assert down.exit_code == 0, down.stderr
    assert stored(superuser) == before
    down = acme.migrate("downgrade", "acme0001", environment=allowed)
    assert down.exit_code == 0, down.stderr
    assert stored(superuser) == before
    check = look(acme, "check", environment=environment)
    assert "partitioned" not in check.stdout
