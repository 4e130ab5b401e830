"""A model that is partitioned by its time goes the whole way, with every row in a place."""

import json
from collections.abc import Mapping

import pytest
from psycopg import Connection

from tests.downstream.conftest import Project
from tests.downstream.cycle import go_round, look, models_of

pytestmark = pytest.mark.slow

TICKS = """
    class Ticks(MarketsTimeIndexMetaTable):
        '''One price of one symbol.'''

        __application__ = "acme"
        __partitioned__ = {partitioned}
        __identity_dimensions__ = ("symbol",)

        time_index: Mapped[datetime.datetime]
        symbol: Mapped[Str20]
        price: Mapped[float | None] = mapped_column(index=True)

        __table_args__ = (CheckConstraint("price > 0", name="price"),)
"""
MONTH = "FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')"
NEXT_MONTH = "FOR VALUES FROM ('2026-02-01') TO ('2026-03-01')"
ROW = "INSERT INTO acme__ticks (time_index, symbol, price) VALUES ('{}', 'A', 1)"


def counted(connection: Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_partitioned_model_goes_round(
    acme: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    models_of(acme, TICKS.format(partitioned=True), "Ticks")
    text = go_round(acme, environment)
    assert 'postgresql_partition_by="RANGE (time_index)"' in text
    assert 'op.execute("CREATE TABLE acme__ticks_default PARTITION OF acme__ticks DEFAULT")' in text
    month = f"CREATE TABLE acme__ticks_2026_01 PARTITION OF acme__ticks {MONTH}"
    acme.write("acme0002", "acme0001", f'op.execute("{month}")')
    review = look(acme, "review", "acme0002", environment=environment)
    assert "raw-ddl" not in review.stdout
    ran = acme.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    for day in ("2026-01-31", "2026-02-01", "1999-01-01"):
        superuser.execute(ROW.format(day).encode())
    assert counted(superuser, "acme__ticks_2026_01") == 1
    check = look(acme, "check", environment=environment)
    assert check.value == 0, check.stdout
    assert check.stdout.endswith(
        "\n\n1 partitioned table:\n  acme__ticks: 2 partitions, 2 rows in the default partition\n"
    )
    later = month.replace("2026_01", "2026_02").replace(MONTH, NEXT_MONTH)
    acme.write("acme0003", "acme0002", f'op.execute("{later}")')
    plan = look(acme, "plan", environment=environment)
    assert "acme__ticks is partitioned (2 partitions): PostgreSQL reads the 2 rows" in plan.stdout
    allowed = {**environment, "MSM_ALLOW_DATA_LOSS": "1"}
    down = acme.migrate("downgrade", "acme@base", environment=allowed)
    assert down.exit_code == 0, down.stderr
    left = superuser.execute("SELECT relname FROM pg_class WHERE relname ~ '^acme__ticks'")
    assert left.fetchall() == []


@pytest.mark.parametrize("partitioned", [True, False])
def test_other_layout_is_a_difference_with_its_command(
    acme: Project, environment: Mapping[str, str], partitioned: bool
) -> None:
    models_of(acme, TICKS.format(partitioned=partitioned), "Ticks")
    go_round(acme, environment)
    models = acme.folder / "acme" / "models.py"
    before = models.read_text(encoding="utf-8")
    models.write_text(before.replace(f"= {partitioned}", f"= {not partitioned}"), encoding="utf-8")
    (found,) = json.loads(look(acme, "check", "--json", environment=environment).stdout)[
        "differences"
    ]
    assert found["kind"] == "changed_table"
    assert "docs/scale.md" in found["detail"]
    assert found["command"].endswith("--no-autogenerate")
