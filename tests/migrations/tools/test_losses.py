"""What an operation loses besides its own rows: rows that refer to them, and rounded values."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from psycopg import Connection

from migrations.errors import DowngradeLossError
from tests.support.forked import run_forked
from tests.support.history import HEAD, NEXT
from tests.support.migrating import migrate, run_tool_fresh, sentence_of, write_revision
from tests.support.refusals import sentence

# Two assets; what refers to them by each rule of ON DELETE, and what refers to that.
REFERRING = """
    INSERT INTO ms_markets__asset (unique_identifier, asset_type) VALUES ('a', 'x'), ('b', 'x');
    CREATE TABLE child (
        id integer PRIMARY KEY, asset text REFERENCES ms_markets__asset (unique_identifier)
        ON DELETE CASCADE, other text REFERENCES ms_markets__asset (unique_identifier)
        ON DELETE SET NULL);
    CREATE TABLE grandchild (child integer REFERENCES child ON DELETE CASCADE);
    CREATE TABLE fixed (asset text REFERENCES ms_markets__asset (unique_identifier));
    INSERT INTO child VALUES (1, 'a', 'a'), (2, 'b', NULL), (3, 'b', NULL), (4, NULL, 'a');
    INSERT INTO grandchild VALUES (1), (1), (4), (NULL);
    GRANT SELECT ON child, grandchild, fixed TO PUBLIC;
"""
PRICES = """
    CREATE TABLE price (value numeric(20, 6), other numeric(20, 6), whole numeric, name varchar(9),
        moment timestamp(6));
    INSERT INTO price VALUES (1.005, 12345, 1, 'abcdef', '2025-01-01 00:00:00.5'),
        (2.50, 1, 2, 'abc', '2025-01-01'), (NULL, NULL, NULL, NULL, NULL);
    GRANT SELECT ON price TO PUBLIC;
"""
PARTITIONED = """
    CREATE TABLE before (moment timestamptz) PARTITION BY RANGE (moment);
    CREATE TABLE before_rest PARTITION OF before DEFAULT;
    INSERT INTO before VALUES ('2026-01-01'), ('2026-01-02');
    GRANT SELECT ON before, before_rest TO PUBLIC;
"""
AFTER_NEXT = {"revision": str(int(NEXT) + 1), "parent": NEXT}
NARROWER = {
    "value": "sa.Numeric(10, 2)",
    "other": "sa.Numeric(6, 2)",
    "whole": "sa.Integer()",
    "name": "sa.String(3)",
    "moment": "postgresql.TIMESTAMP(precision=0)",
}


@pytest.fixture
def referred(superuser: Connection) -> Connection:
    """Assets, and rows that refer to them."""
    superuser.execute(REFERRING)
    return superuser


def destroyed(environment: Mapping[str, str], checkout: Path, *arguments: str) -> list[str]:
    """The lines of the plan about what is destroyed, without the revision."""
    planned = run_forked(
        run_tool_fresh, "plan", *arguments, environment=environment, folder=checkout
    )
    lines = planned.stdout.partition("DESTRUCTIVE\n")[2].partition("\n\n")[0].splitlines()
    return [line.partition("  ")[2] for line in lines]


def test_plan_counts_what_a_delete_cascades_to(
    environment: Mapping[str, str], referred: Connection, checkout: Path
) -> None:
    write_revision(checkout, 'op.execute(sa.table("ms_markets__asset").delete())')
    assert destroyed(environment, checkout) == [
        "delete from ms_markets__asset: deletes 2 rows",
        "delete by ON DELETE CASCADE from child: deletes 3 rows",
        "update by ON DELETE SET NULL child (other): rewrites 2 rows",
        "delete by ON DELETE CASCADE from grandchild: deletes up to 3 rows",
    ]
    referred.execute("REVOKE SELECT ON grandchild FROM PUBLIC")
    assert destroyed(environment, checkout)[3].endswith(
        "grandchild: rows that this role may not count"
    )


@pytest.mark.usefixtures("referred")
def test_filtered_delete_cascades_to_some_rows(
    environment: Mapping[str, str], checkout: Path
) -> None:
    write_revision(checkout, "op.execute(\"DELETE FROM ms_markets__asset WHERE asset_type = 'x'\")")
    assert "delete by ON DELETE CASCADE from child: deletes up to 3 rows" in destroyed(
        environment, checkout
    )


def test_truncate_with_cascade_empties_every_referring_table(
    environment: Mapping[str, str], referred: Connection, checkout: Path
) -> None:
    referred.execute("INSERT INTO fixed VALUES ('a')")
    write_revision(checkout, 'op.execute("TRUNCATE child CASCADE")')
    assert destroyed(environment, checkout) == [
        "truncate with CASCADE child: deletes 4 rows",
        "truncate by CASCADE grandchild: deletes 4 rows",
    ]


@pytest.mark.usefixtures("referred")
def test_downgrade_is_refused_for_rows_of_cascades(
    environment: Mapping[str, str], checkout: Path
) -> None:
    write_revision(
        checkout,
        'op.add_column("ms_markets__asset", sa.Column("note", sa.Text()))',
        'op.execute(sa.table("ms_markets__asset").delete())\n'
        'op.drop_column("ms_markets__asset", "note")',
    )
    assert migrate("upgrade", "head", environment=environment, folder=checkout).exit_code == 0
    refused = migrate("downgrade", HEAD, environment=environment, folder=checkout)
    losses = (
        "ms_markets__asset (2 rows), child (3 rows), child.other (2 rows), "
        "grandchild (up to 3 rows)"
    )
    assert refused.exit_code == 5
    assert sentence_of(refused) == sentence(DowngradeLossError, losses=losses)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("if not op.get_context().as_sql:", "asks whether it has a database"),
        ("if op.get_context().impl:", "bypasses Alembic's operations"),
    ],
)
def test_plan_refuses_what_it_cannot_read(
    body: str, fault: str, environment: Mapping[str, str], checkout: Path
) -> None:
    file = write_revision(checkout, f'{body}\n    op.drop_table("ms_markets__asset")')
    planned = run_forked(run_tool_fresh, "plan", environment=environment, folder=checkout)
    assert (planned.exit_code, planned.stdout) == (2, "")
    why = f"The upgrade of {NEXT} in {file} {fault} at line 13, so it cannot be planned;"
    assert planned.stderr.startswith(why)


def test_plan_of_a_downgrade_counts_under_the_names_that_tables_have(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    write_revision(
        checkout,
        'op.create_table("ms_markets__memo", sa.Column("x", sa.Text()))',
        'op.drop_table("ms_markets__memo")',
    )
    write_revision(
        checkout,
        'op.rename_table("ms_markets__memo", "ms_markets__memory")',
        'op.rename_table("ms_markets__memory", "ms_markets__memo")',
        **AFTER_NEXT,
    )
    done = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert done.exit_code == 0, done.stderr
    superuser.execute("INSERT INTO ms_markets__memory VALUES ('a'), ('b')")
    assert destroyed(environment, checkout, HEAD) == ["drop table ms_markets__memory: 2 rows"]


def test_plan_of_an_upgrade_knows_a_table_that_it_renames(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    superuser.execute(PARTITIONED)
    write_revision(
        checkout,
        'op.alter_column("before", "moment", new_column_name="at")\n'
        'op.rename_table("before", "after")',
    )
    write_revision(
        checkout,
        'op.drop_column("after", "at")\nop.drop_table("after")',
        **AFTER_NEXT,
    )
    planned = run_forked(run_tool_fresh, "plan", "--json", environment=environment, folder=checkout)
    [_, step] = json.loads(planned.stdout)["steps"]
    losses = [(loss["action"], loss["rows"], loss["values"]) for loss in step["losses"]]
    assert losses == [("drop column before.moment", 2, 2), ("drop table before", 2, None)]
    partitioned = "before is partitioned (1 partition)"
    assert step["notes"] == [
        f"{partitioned}: PostgreSQL refuses to drop at, which it splits the table by",
        f"{partitioned}: its partitions are dropped with it",
    ]


def narrowed() -> str:
    return "\n".join(
        f'op.alter_column("price", "{name}", type_={kind})' for name, kind in NARROWER.items()
    ).replace("postgresql.", "sa.dialects.postgresql.")


def test_plan_counts_values_that_a_type_changes(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    superuser.execute(PRICES)
    write_revision(checkout, narrowed())
    assert destroyed(environment, checkout) == [
        "narrow column price.value: 1 of 3 rows holds a value that is rounded",
        "narrow column price.other: 3 rows, and a value does not fit: this will fail",
        "narrow column price.whole: 0 of 3 rows hold a value that is rounded",
        "narrow column price.name: 1 of 3 rows holds a value that is too long: this will fail",
        "narrow column price.moment: 1 of 3 rows holds a value that changes",
    ]
    planned = run_forked(run_tool_fresh, "plan", "--json", environment=environment, folder=checkout)
    [step] = json.loads(planned.stdout)["steps"]
    assert [loss["values"] for loss in step["losses"]] == [1, None, 0, 1, 1]


@pytest.mark.slow
def test_upgrade_rounds_only_with_a_reason(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    revision = {
        "upgrade": 'op.alter_column("ms_markets__test", "value", type_=sa.Numeric(20, 2))',
        "downgrade": 'op.alter_column("ms_markets__test", "value", type_=sa.Numeric(20, 6))',
    }
    write_revision(
        checkout,
        'op.create_table("ms_markets__test", sa.Column("value", sa.Numeric(20, 6)))',
        'op.drop_table("ms_markets__test")',
    )
    assert migrate("upgrade", "head", environment=environment, folder=checkout).exit_code == 0
    superuser.execute("INSERT INTO ms_markets__test VALUES (1.005), (2.5)")
    write_revision(checkout, **revision, **AFTER_NEXT)
    refused = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert refused.exit_code == 3
    assert "goes from NUMERIC(20, 6) to NUMERIC(20, 2)" in sentence_of(refused)
    assert "(narrow-type)" in sentence_of(refused)
    write_revision(checkout, **revision, **AFTER_NEXT, acknowledged="narrow-type")
    done = migrate("upgrade", "head", environment=environment, folder=checkout)
    assert done.exit_code == 0, done.stderr
    values = "SELECT value::text FROM ms_markets__test ORDER BY 1"
    assert superuser.execute(values).fetchall() == [("1.01",), ("2.50",)]


@pytest.mark.parametrize("stated", ["", "existing_type=sa.Numeric(10, 2), "])
def test_downgrade_that_rounds_is_refused(
    stated: str, environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    """Also where the author states another type than the column has."""
    superuser.execute(PRICES)
    superuser.execute("UPDATE price SET other = 1")
    owner = "SELECT quote_ident(owner_role) FROM msm_local.settings"
    row = superuser.execute(owner).fetchone()
    assert row is not None
    superuser.execute(f"ALTER TABLE price OWNER TO {row[0]}".encode())
    write_revision(
        checkout,
        'op.rename_table("price", "cost")\nop.alter_column("cost", "value", new_column_name="sum")',
        f'op.alter_column("cost", "sum", {stated}type_=sa.Numeric(20, 2))\n'
        'op.alter_column("cost", "sum", new_column_name="value")\n'
        'op.alter_column("cost", "other", type_=sa.Numeric(6, 2))\n'
        'op.rename_table("cost", "price")',
    )
    assert migrate("upgrade", "head", environment=environment, folder=checkout).exit_code == 0
    refused = migrate("downgrade", HEAD, environment=environment, folder=checkout)
    assert refused.exit_code == 5, refused.stderr
    losses = "cost.sum (1 row, whose value is rounded)"
    assert sentence_of(refused) == sentence(DowngradeLossError, losses=losses)


def test_plan_knows_what_it_writes_before(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    superuser.execute(PRICES)
    write_revision(
        checkout,
        "op.execute(\"UPDATE price SET value = 0, other = 0, name = 'x' WHERE value IS NULL\")\n"
        'op.alter_column("price", "value", nullable=False)\n'
        'op.alter_column("price", "other", type_=sa.Numeric(6, 2))\n'
        'op.alter_column("price", "whole", nullable=False)',
    )
    written = "now, and this plan writes the column before"
    assert destroyed(environment, checkout) == [
        "update price (name, other, value): rewrites up to 3 rows",
        f"set column price.value NOT NULL: 1 of 3 rows holds NULL {written}",
        f"narrow column price.other: 3 rows, and a value does not fit {written}",
        "set column price.whole NOT NULL: 1 of 3 rows holds NULL: this will fail",
    ]
