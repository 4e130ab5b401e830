"""Revisions that follow the head: bad ones, with the rule that they break, and good ones.

The review must name the lines that end with ``# HERE``, or line 1 if there is none.
"""

from typing import Any

import pytest

from tests.support.history import HEAD, NEXT

__all__ = ["BAD", "DESTRUCTIVE_DDL", "GOOD", "execute", "revision"]

COMMENT = 'op.create_table_comment("ms_markets__asset", "One asset.")'
UNCOMMENT = 'op.drop_table_comment("ms_markets__asset")'


def revision(
    upgrade: str = COMMENT,
    downgrade: str = UNCOMMENT,
    *,
    title: str = "Describe what an asset is.",
    head: str = "",
) -> str:
    """The text of a revision with the given bodies, a statement a line."""
    lines = [
        f'"""{title}"""',
        "",
        "import sqlalchemy as sa",
        "from alembic import op",
        head,
        f'revision = "{NEXT}"',
        f'down_revision = "{HEAD}"',
        "",
        "",
    ]
    for name, body in (("upgrade", upgrade), ("downgrade", downgrade)):
        mark = "  # HERE" if body.startswith("pass") and "HERE" in body else ""
        lines.append(f"def {name}() -> None:{mark}")
        lines += [f"    {line}" for line in body.replace("pass  # HERE", "pass").splitlines()]
        lines += ["", ""]
    return "\n".join(lines)


def case(name: str, upgrade: str = COMMENT, downgrade: str = UNCOMMENT, **more: Any) -> Any:
    return pytest.param(name, revision(upgrade, downgrade, **more), id=f"{name}")


ADD = """op.add_column("ms_markets__asset", sa.Column("isin", sa.String(12)))"""
DROP = """op.drop_column("ms_markets__asset", "isin")"""
KEY = '"fk_a", "ms_markets__asset", "ms_markets__assettype", ["asset_type"], ["asset_type"]'
DROP_KEY = 'op.drop_constraint("fk_a", "ms_markets__asset", type_="foreignkey")'
TABLE = (
    '"ms_markets__nobodys", sa.Column("uid", sa.Uuid()), sa.PrimaryKeyConstraint("uid", name="pk")'
)


def acknowledge(*rules: str) -> str:
    """The line that gives a reason for each of these rules."""
    reasons = dict.fromkeys(rules, "No row is lost.")
    return f"acknowledged = {reasons!r}"


ASSET = 'sa.table("ms_markets__asset", *(sa.column(c, sa.Text()) for c in ("asset_type", "isin")))'
UPSERT = (
    f'postgresql.insert({ASSET}).values(asset_type="x").on_conflict_do_update('
    'index_elements=["isin"], set_={"asset_type": "y"})'
)
MERGE = (
    "MERGE INTO ms_markets__asset a USING ms_markets__issuer i ON a.uid = i.uid WHEN MATCHED THEN "
)


def execute(statement: str, mark: str = "  # HERE") -> str:
    """A call of ``op.execute`` with SQL text, where it destroys something."""
    return f'op.execute("{statement}"){mark}'


RELATION = "relation => 'public.ms_markets__asset'::regclass"
EXCLUDED = '("uid", "="), using="gist"'


def alter(column: str, arguments: str, mark: str = "") -> str:
    return f'op.alter_column("ms_markets__asset", "{column}", {arguments}){mark}'


BAD = [
    case("empty-title", title="Update tables."),
    case("empty-title", title=""),
    case("package-import", head="from msm.models import Asset  # HERE"),
    case("package-import", head='import importlib\nimportlib.import_module("msm")  # HERE'),
    case(
        "package-import",
        head='from importlib import import_module\nimport_module("msm")  # HERE',
    ),
    case("live-inspection", "sa.inspect(op.get_bind())  # HERE"),
    case("live-inspection", f"{COMMENT}\nif False:\n    sa.inspect(None)  # HERE"),
    case("live-inspection", downgrade="op.get_context().bind.execute(None)  # HERE"),
    case("live-inspection", f"{COMMENT}\nif op.get_context().as_sql:  # HERE\n    pass"),
    case("live-inspection", f'{COMMENT}\nop.get_context().opts["as_sql"]  # HERE'),
    case("live-inspection", head="from alembic.context import is_offline_mode  # HERE"),
    case(
        "live-inspection",
        downgrade=f"{UNCOMMENT}\nif False:\n    context.is_offline_mode()  # HERE",
    ),
    case("empty-upgrade", "pass  # HERE", "pass"),
    case("upgrade-raises", f"{COMMENT}\nraise ValueError  # HERE"),
    case("no-downgrade", downgrade="pass  # HERE"),
    case("no-downgrade", downgrade="raise NotImplementedError  # HERE"),
    case(
        "autocommit-beside",
        f"{COMMENT}  # HERE\nwith op.get_context().autocommit_block():\n"
        '    op.create_index("ix_a", "ms_markets__asset", ["asset_type"])',
    ),
    case(
        "autocommit-beside",
        "with op.get_context().autocommit_block():\n"
        f"    {COMMENT}\n"
        "with op.get_context().autocommit_block():  # HERE\n"
        f"    {COMMENT}",
    ),
    case(
        "batch-alter-table",
        'with op.batch_alter_table("ms_markets__asset") as batch:  # HERE\n'
        '    batch.add_column(sa.Column("isin", sa.String(12)))',
        DROP,
    ),
    case(
        "raw-ddl",
        "op.execute(\"UPDATE a SET b = ';'; drop /* x */ table b\")  # HERE",
        head=acknowledge("rewrite-rows", "drop-table"),
    ),
    case("raw-ddl", 'op.execute(sa.DDL("ANALYZE"))  # HERE'),
    case("raw-ddl", 'op.execute(sa.text("-- no\\nALTER TABLE a ADD b text"))  # HERE'),
    case(
        "raw-ddl",
        'op.get_context().execute("DROP TABLE ms_markets__asset")  # HERE',
        head=acknowledge("drop-table"),
    ),
    case("raw-ddl", f'{COMMENT}\nop.get_context().impl.execute("SELECT 1")  # HERE'),
    case(
        "unknown-table",
        f"op.create_table({TABLE})  # HERE",
        'op.drop_table("ms_markets__nobodys")  # HERE',
    ),
    case("unknown-table", 'op.drop_constraint("a", "assets", type_="check")  # HERE'),
    case("unknown-table", 'op.create_check_constraint("a", "assets", "uid > 0")  # HERE'),
    case("unknown-table", 'op.alter_column("assets", "uid", server_default=None)  # HERE'),
    case(
        "unknown-table",
        'op.execute(sa.table("t", sa.column("a")).delete())  # HERE',
        head=acknowledge("delete-rows"),
    ),
    case("unknown-table", f'op.create_exclude_constraint("ex_a", "t", {EXCLUDED})  # HERE'),
    case(
        "unchanged-foreign-key",
        f"{DROP_KEY}\nop.create_foreign_key({KEY})  # HERE",
        f"{DROP_KEY}\nop.create_foreign_key({KEY}, source_schema='public', "
        "referent_schema='public')",
    ),
    case(
        "schema-public",
        'op.add_column("ms_markets__asset", sa.Column("a", sa.Uuid(), '
        'sa.ForeignKey("public.ms_markets__issuer.uid", name="fk_b")))  # HERE',
    ),
    case(
        "schema-public",
        'op.create_table("ms_markets__asset", sa.Column("a", sa.Uuid(), '
        'sa.ForeignKey("public.ms_markets__issuer.uid", name="fk_b")))  # HERE',
    ),
    case("schema-public", 'op.drop_index("ix_a", "ms_markets__asset", schema="public")  # HERE'),
    case("schema-public", f"op.create_foreign_key({KEY}, referent_schema='public')  # HERE"),
    case(
        "schema-public",
        'op.add_column("ms_markets__asset", '
        'sa.Column("a", sa.Enum("x", name="e", schema="public")))  # HERE',
    ),
    case(
        "schema-public",
        'op.add_column("ms_markets__asset", '
        'sa.Column("a", sa.ARRAY(sa.Enum("x", name="e", schema="public"))))  # HERE',
    ),
    case(
        "schema-public",
        'op.add_column("ms_markets__asset", '
        'sa.Column("a", sa.Integer(), sa.Sequence("s", schema="public")))  # HERE',
    ),
    case(
        "schema-public",
        'op.create_exclude_constraint("ex_a", "ms_markets__asset", '
        f'{EXCLUDED}, schema="public")  # HERE',
    ),
    case("unnamed", 'op.create_unique_constraint(None, "ms_markets__asset", ["a"])  # HERE'),
    case("unnamed", 'op.create_index(None, "ms_markets__asset", ["a"])  # HERE'),
    case("unnamed", downgrade='op.drop_constraint(None, "ms_markets__asset")  # HERE'),
    case("unnamed", f"{ADD[:-2]}, unique=True))  # HERE"),
    case("unnamed", f"{ADD[:-2]}, index=True))  # HERE"),
    case("unnamed", f"{ADD[:-2]}, sa.CheckConstraint('true')))  # HERE"),
    case("long-name", f'op.create_index("i{"x" * 63}", "ms_markets__asset", ["a"])  # HERE'),
    case(
        "unnamed",
        'op.create_table("ms_markets__asset", sa.Column("a", sa.Uuid(), '
        'sa.ForeignKey("ms_markets__issuer.uid")))  # HERE',
    ),
    case(
        "unnamed",
        'op.create_table("ms_markets__asset", sa.Column("a", sa.Uuid(), primary_key=True))  # HERE',
    ),
    case("long-name", alter("asset_type", f'new_column_name="{"é" * 32}"', "  # HERE")),
    case(
        "unnamed",
        'op.create_table("ms_markets__asset", sa.Column("a", sa.Uuid()), '
        'sa.Index(None, "a"))  # HERE',
    ),
    case(
        "unique-without-time",
        'op.create_unique_constraint("uq_a", "ms_markets__tradests", ["trade_identifier"])  # HERE',
    ),
    case(
        "unique-without-time",
        'op.create_index("ix", "ms_markets__tradests", ["trade_identifier"], unique=True)  # HERE',
    ),
    case("drop-table", 'op.drop_table("ms_markets__issuer")  # HERE'),
    case("drop-column", 'op.drop_column("ms_markets__asset", "asset_type")  # HERE'),
    case("narrow-type", alter("asset_type", "type_=sa.String(32)", "  # HERE")),
    case("narrow-type", alter("uid", "type_=sa.Text(), existing_type=sa.Uuid()", "  # HERE")),
    case(
        "narrow-type",
        alter("asset_type", "type_=sa.String(32), existing_type=sa.String(1)", "  # HERE"),
    ),
    case("narrow-type", alter("nothing", "type_=sa.String(32)", "  # HERE")),
    case("set-not-null", alter("asset_type", "nullable=False", "  # HERE")),
    case("delete-rows", f"op.execute({ASSET}.delete())  # HERE"),
    case("delete-rows", f'op.execute({ASSET}.delete().where(sa.column("isin") == "x"))  # HERE'),
    case("delete-rows", execute("DELETE FROM ms_markets__asset")),
    case("delete-rows", execute("WITH a AS (DELETE FROM ms_markets__asset) SELECT 1")),
    case("delete-rows", execute(f"{MERGE} DELETE")),
    case("delete-rows", execute("SELECT drop_chunks('ms_markets__asset', interval '1 y')")),
    case("delete-rows", execute(f"SELECT add_retention_policy({RELATION}, drop_after => 9)")),
    case("delete-rows", f"{ADD}\n{execute('DELETE FROM ms_markets__asset')}", DROP),
    case("rewrite-rows", f'op.execute({ASSET}.update().values(asset_type="x"))  # HERE'),
    case("rewrite-rows", execute("UPDATE ms_markets__asset SET asset_type = 'x' WHERE isin = ''")),
    case(
        "rewrite-rows",
        f"op.execute({UPSERT})  # HERE",
        head="from sqlalchemy.dialects import postgresql",
    ),
    case("rewrite-rows", execute(f"{MERGE} UPDATE SET asset_type = 'x'")),
    case(
        "rewrite-rows",
        f"{ADD}\n{execute("UPDATE ms_markets__asset SET isin = '', asset_type = ''")}",
        DROP,
    ),
    case("unread-sql", execute("CALL forget_everything()")),
    case("unread-sql", execute("DELETE ms_markets__asset")),
    case("unread-sql", execute("SELECT count(forget_everything()) FROM ms_markets__asset")),
    case("unread-sql", execute("SELECT acme.replace('a')")),
    case("unread-sql", execute("SELECT drop_chunks(format('%I', 'a'), now())")),
    case("idle-acknowledgement", head='acknowledged = {"drop-table": "Long gone."}  # HERE'),
    case("idle-acknowledgement", head='acknowledged = {"no-downgrade": "No need."}  # HERE'),
]


SETVAL = "pg_catalog.setval('a_seq', max(extract(epoch FROM now())::int)), lpad('a', 3)"
BOUNDS = "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')"
HYPERTABLE = "public.create_hypertable('ms_markets__asset', by_range('a', INTERVAL '7 days'))"


def good(name: str, upgrade: str, downgrade: str = UNCOMMENT, **more: Any) -> Any:
    return pytest.param(revision(upgrade, downgrade, **more), id=name)


GOOD = [
    good("column", ADD, DROP),
    good(
        "index",
        'op.create_index("ix_a", "ms_markets__asset", ["asset_type"])\n' + COMMENT,
    ),
    good(
        "unique with the time",
        'op.create_index("ix_a", "ms_markets__tradests", ["trade_time", "trade_identifier"], '
        "unique=True)",
    ),
    good(
        "index on an expression",
        'op.create_index("ix_a", "ms_markets__asset", [sa.text("lower(asset_type)")])\n'
        'op.create_index("ix_b", "ms_markets__asset", ["uid", sa.text("lower(asset_type)")])\n'
        'op.create_index("ix_c", "ms_markets__asset", [sa.func.lower(sa.column("asset_type"))])',
    ),
    good(
        "autocommit",
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("ix_a", "ms_markets__asset", ["asset_type"], '
        "postgresql_concurrently=True)\n"
        '    op.create_index("ix_b", "ms_markets__asset", ["unique_identifier"], '
        "postgresql_concurrently=True)",
    ),
    good(
        "changed key",
        f"{DROP_KEY}\nop.create_foreign_key({KEY}, ondelete='CASCADE')",
        f"{DROP_KEY}\nop.create_foreign_key({KEY})",
    ),
    good(
        "data",
        "op.execute(\"UPDATE ms_markets__asset SET asset_type = 'a; drop table b'\")",
        head=acknowledge("rewrite-rows"),
    ),
    good("new column", f"{ADD}\n{execute("UPDATE ms_markets__asset SET isin = 'x'", '')}", DROP),
    good("new rows", execute("INSERT INTO ms_markets__asset SELECT 1 ON CONFLICT DO NOTHING", "")),
    good("a function", execute(f"SELECT {SETVAL}, pg_sleep(0), {HYPERTABLE}", "")),
    good("a function for rows", execute("INSERT INTO ms_markets__asset SELECT own_key()", "")),
    good("a word", execute("SELECT 'DELETE FROM ms_markets__asset' -- TRUNCATE a", "")),
    good(
        "new table",
        f"op.create_table({TABLE.replace('nobodys', 'asset')})\n"
        f"{execute('DELETE FROM ms_markets__asset WHERE uid IS NULL', '')}",
    ),
    good("validate", 'op.execute("ALTER TABLE ms_markets__asset VALIDATE CONSTRAINT ck_a")'),
    good("wider", alter("asset_type", "type_=sa.String(128)")),
    good("text", alter("asset_type", "type_=sa.Text()")),
    good("nullable", alter("asset_type", "nullable=False, existing_nullable=False")),
    good("longest name", f'op.create_index("i{"x" * 62}", "ms_markets__asset", ["a"])'),
    good("long token", f'op.create_check_constraint("{"x" * 70}", "ms_markets__asset", "true")'),
    good(
        "exclusion",
        f'op.create_exclude_constraint("ex_a", "ms_markets__asset", {EXCLUDED})',
    ),
    good(
        "check of a partition",
        f'op.execute("CREATE TABLE a PARTITION OF ms_markets__tradests {BOUNDS}")\n'
        'op.create_check_constraint("positive", "a", "quantity > 0")',
    ),
    good("check", 'op.create_check_constraint("positive", "ms_markets__asset", "true")'),
]

# DDL as text breaks two rules: raw-ddl, which nobody can acknowledge, and the destructive one.
DESTRUCTIVE_DDL = [
    ("delete-rows", "SELECT 1; /* ; */ truncate ms_markets__asset"),
    ("drop-table", "DROP TABLE ms_markets__issuer"),
    ("drop-table", "DROP SCHEMA public CASCADE"),
    ("drop-column", "ALTER TABLE ms_markets__asset DROP COLUMN asset_type"),
    ("drop-column", "DROP TYPE colour CASCADE"),
    ("narrow-type", "ALTER TABLE ms_markets__asset ALTER asset_type TYPE int"),
    ("set-not-null", "ALTER TABLE ms_markets__asset ALTER asset_type SET NOT NULL"),
    ("unread-sql", "DO 'BEGIN END'"),
]
