"""The check sees every kind of difference, whether the database was changed or the model."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Engine, ForeignKeyConstraint, Index, MetaData, Table
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import SchemaItem

from migrations.check.differences import Difference
from migrations.check.models import compare_tables
from migrations.check.temporary import ModelTableError
from msm_local.postgres.cluster import Cluster
from tests.support.janitor import new_database

COLUMNS: dict[str, Callable[[], Column[object]]] = {
    "number": lambda: Column("number", sa.Integer, sa.Identity(), primary_key=True),
    "parent": lambda: Column("parent", sa.Integer),
    "code": lambda: Column("code", sa.String(10), nullable=False, comment="A code."),
    "price": lambda: Column("price", sa.Numeric(12, 4), server_default="1"),
    "rest": lambda: Column("rest", sa.Integer, sa.Computed("parent % 7", persisted=True)),
    "made": lambda: Column("made", sa.DateTime(timezone=True)),
    "note": lambda: Column("note", sa.Text, server_default="5% of 'it'"),
    "span": lambda: Column("span", sa.dialects.postgresql.INT4RANGE),
}
ITEMS: dict[str, Callable[[], SchemaItem]] = {
    "uq_code": lambda: sa.UniqueConstraint("code", "parent", name="uq_code"),
    "fk_parent": lambda: ForeignKeyConstraint(["parent"], ["kinds.number"], name="fk_parent"),
    "ck_code": lambda: sa.CheckConstraint("code IN ('a', 'b%')", name="ck_code"),
    "ex_span": lambda: ExcludeConstraint(("span", "&&"), name="ex_span"),
    "ix_code": lambda: Index("ix_code", "code"),
    "ix_part": lambda: Index("ix_part", "price", postgresql_where=sa.text("price > 0")),
    "ix_lower": lambda: Index("ix_lower", sa.text("lower(note)")),
}


def kinds(*items: SchemaItem, without: str = "", comment: str = "All kinds.") -> Table:
    """The table of the model; an item replaces that of the same name."""
    given = {str(item.name): item for item in items}  # type: ignore[attr-defined]
    made = {
        name: given.pop(name) if name in given else make()
        for name, make in {**COLUMNS, **ITEMS}.items()
        if name != without
    }
    return Table("kinds", MetaData(), *made.values(), *given.values(), comment=comment)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the check has to name."""

    kind: str
    subject: str


def changed(what: str, name: str) -> Seen:
    return Seen(f"changed_{what}", f"kinds.{name}")


def again(name: str, definition: str) -> str:
    """The statements that create an index again."""
    unique, _, rest = definition.rpartition("UNIQUE ")
    return f"DROP INDEX {name}; CREATE {unique}{'UNIQUE ' if _ else ''}INDEX {name} ON kinds {rest}"


def replaced(name: str, definition: str) -> str:
    """The statement that creates a constraint again."""
    return f"ALTER TABLE kinds DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {definition}"


ALTER = "ALTER TABLE kinds"
BY_SQL: dict[str, tuple[str, Seen]] = {
    "length": (f"{ALTER} ALTER code TYPE varchar(11)", changed("column", "code")),
    "no length": (f"{ALTER} ALTER code TYPE varchar", changed("column", "code")),
    "precision": (f"{ALTER} ALTER price TYPE numeric(14, 4)", changed("column", "price")),
    "no precision": (f"{ALTER} ALTER price TYPE numeric", changed("column", "price")),
    "precision of time": (f"{ALTER} ALTER made TYPE timestamptz(3)", changed("column", "made")),
    "time zone": (f"{ALTER} ALTER made TYPE timestamp", changed("column", "made")),
    "text": (f"{ALTER} ALTER note TYPE varchar(80)", changed("column", "note")),
    "bigger integer": (f"{ALTER} ALTER number TYPE bigint", changed("column", "number")),
    "collation": (f'{ALTER} ALTER note TYPE text COLLATE "C"', changed("column", "note")),
    "not null": (f"{ALTER} ALTER parent SET NOT NULL", changed("column", "parent")),
    "null": (f"{ALTER} ALTER code DROP NOT NULL", changed("column", "code")),
    "default": (f"{ALTER} ALTER price SET DEFAULT 2", changed("column", "price")),
    "no default": (f"{ALTER} ALTER note DROP DEFAULT", changed("column", "note")),
    "new default": (f"{ALTER} ALTER parent SET DEFAULT 3", changed("column", "parent")),
    "comment": ("COMMENT ON COLUMN kinds.code IS NULL", changed("column", "code")),
    "plain": (f"{ALTER} ALTER rest DROP EXPRESSION", changed("column", "rest")),
    "computed otherwise": (
        f"{ALTER} DROP rest, ADD rest integer GENERATED ALWAYS AS (parent % 8) STORED",
        changed("column", "rest"),
    ),
    "no identity": (f"{ALTER} ALTER number DROP IDENTITY", changed("column", "number")),
    "kind of identity": (
        f"{ALTER} ALTER number SET GENERATED ALWAYS",
        changed("column", "number"),
    ),
    "step of identity": (
        f"{ALTER} ALTER number SET INCREMENT BY 5",
        changed("column", "number"),
    ),
    "extra column": (f"{ALTER} ADD other text", Seen("extra_column", "kinds.other")),
    "missing column": (f"{ALTER} DROP made", Seen("missing_column", "kinds.made")),
    "method": (again("ix_code", "USING hash (code)"), changed("index", "ix_code")),
    "order": (again("ix_code", "(code DESC)"), changed("index", "ix_code")),
    "nulls": (again("ix_code", "(code NULLS FIRST)"), changed("index", "ix_code")),
    "include": (again("ix_code", "(code) INCLUDE (parent)"), changed("index", "ix_code")),
    "operator class": (again("ix_code", "(code text_pattern_ops)"), changed("index", "ix_code")),
    "collation of an index": (again("ix_code", '(code COLLATE "C")'), changed("index", "ix_code")),
    "fillfactor": (again("ix_code", "(code) WITH (fillfactor = 50)"), changed("index", "ix_code")),
    "unique": (again("ix_code", "UNIQUE (code)"), changed("index", "ix_code")),
    "columns": (again("ix_code", "(code, parent)"), changed("index", "ix_code")),
    "partial": (again("ix_code", "(code) WHERE parent > 0"), changed("index", "ix_code")),
    "other condition": (again("ix_part", "(price) WHERE price > 1"), changed("index", "ix_part")),
    "no condition": (again("ix_part", "(price)"), changed("index", "ix_part")),
    "expression": (again("ix_lower", "(upper(note))"), changed("index", "ix_lower")),
    "extra index": ("CREATE INDEX other ON kinds (made)", Seen("extra_index", "kinds.other")),
    "missing index": ("DROP INDEX ix_lower", Seen("missing_index", "kinds.ix_lower")),
    "deferrable": (
        replaced("uq_code", "UNIQUE (code, parent) DEFERRABLE INITIALLY DEFERRED"),
        changed("constraint", "uq_code"),
    ),
    "one null": (
        replaced("uq_code", "UNIQUE NULLS NOT DISTINCT (code, parent)"),
        changed("constraint", "uq_code"),
    ),
    "columns of a key": (replaced("uq_code", "UNIQUE (code)"), changed("constraint", "uq_code")),
    "include of a key": (
        replaced("uq_code", "UNIQUE (code, parent) INCLUDE (made)"),
        changed("constraint", "uq_code"),
    ),
    "fillfactor of a key": (
        replaced("uq_code", "UNIQUE (code, parent) WITH (fillfactor = 50)"),
        changed("constraint", "uq_code"),
    ),
    "match": (
        replaced("fk_parent", "FOREIGN KEY (parent) REFERENCES kinds (number) MATCH FULL"),
        changed("constraint", "fk_parent"),
    ),
    "cascade": (
        replaced("fk_parent", "FOREIGN KEY (parent) REFERENCES kinds (number) ON DELETE CASCADE"),
        changed("constraint", "fk_parent"),
    ),
    "deferred foreign key": (
        replaced("fk_parent", "FOREIGN KEY (parent) REFERENCES kinds (number) DEFERRABLE"),
        changed("constraint", "fk_parent"),
    ),
    "not validated": (
        replaced("fk_parent", "FOREIGN KEY (parent) REFERENCES kinds (number) NOT VALID"),
        changed("constraint", "fk_parent"),
    ),
    "check": (replaced("ck_code", "CHECK (code IN ('a', 'c%'))"), changed("constraint", "ck_code")),
    "check not validated": (
        replaced("ck_code", "CHECK (code IN ('a', 'b%')) NOT VALID"),
        changed("constraint", "ck_code"),
    ),
    "exclusion": (
        replaced("ex_span", "EXCLUDE USING gist (span WITH -|-)"),
        changed("constraint", "ex_span"),
    ),
    "missing exclusion": (
        f"{ALTER} DROP CONSTRAINT ex_span",
        Seen("missing_constraint", "kinds.ex_span"),
    ),
    "extra exclusion": (
        f"{ALTER} ADD CONSTRAINT other EXCLUDE USING gist (span WITH -|-)",
        Seen("extra_constraint", "kinds.other"),
    ),
    "extra check": (
        f"{ALTER} ADD CONSTRAINT other CHECK (price > 0)",
        Seen("extra_constraint", "kinds.other"),
    ),
    "missing primary key": (
        f"{ALTER} DROP CONSTRAINT kinds_pkey CASCADE",
        Seen("missing_constraint", "kinds.kinds_pkey"),
    ),
    "comment of a table": ("COMMENT ON TABLE kinds IS 'it''s'", Seen("changed_comment", "kinds")),
    "unlogged": (f"{ALTER} SET UNLOGGED", Seen("changed_table", "kinds")),
    "fillfactor of a table": (f"{ALTER} SET (fillfactor = 50)", Seen("changed_table", "kinds")),
    "missing table": ("DROP TABLE kinds", Seen("missing_table", "kinds")),
}

Model = Callable[[], Table]
BY_MODEL: dict[str, tuple[Model, Seen]] = {
    "length": (
        lambda: kinds(Column("code", sa.String(12), nullable=False, comment="A code.")),
        changed("column", "code"),
    ),
    "no length": (
        lambda: kinds(Column("code", sa.String, nullable=False, comment="A code.")),
        changed("column", "code"),
    ),
    "no precision": (
        lambda: kinds(Column("price", sa.Numeric, server_default="1")),
        changed("column", "price"),
    ),
    "precision of time": (
        lambda: kinds(Column("made", sa.dialects.postgresql.TIMESTAMP(True, 3))),
        changed("column", "made"),
    ),
    "collation": (
        lambda: kinds(Column("note", sa.Text(collation="C"), server_default="5% of 'it'")),
        changed("column", "note"),
    ),
    "default": (
        lambda: kinds(Column("price", sa.Numeric(12, 4), server_default="2")),
        changed("column", "price"),
    ),
    "plain": (lambda: kinds(Column("rest", sa.Integer)), changed("column", "rest")),
    "computed": (
        lambda: kinds(Column("made", sa.DateTime(True), sa.Computed("NULL", persisted=True))),
        changed("column", "made"),
    ),
    "computed otherwise": (
        lambda: kinds(Column("rest", sa.Integer, sa.Computed("parent % 9", persisted=True))),
        changed("column", "rest"),
    ),
    "step of identity": (
        lambda: kinds(
            Column("number", sa.Integer, sa.Identity(increment=3), primary_key=True),
        ),
        changed("column", "number"),
    ),
    "method": (
        lambda: kinds(Index("ix_code", "code", postgresql_using="hash")),
        changed("index", "ix_code"),
    ),
    "include": (
        lambda: kinds(Index("ix_code", "code", postgresql_include=["parent"])),
        changed("index", "ix_code"),
    ),
    "operator class": (
        lambda: kinds(Index("ix_code", "code", postgresql_ops={"code": "text_pattern_ops"})),
        changed("index", "ix_code"),
    ),
    "fillfactor": (
        lambda: kinds(Index("ix_code", "code", postgresql_with={"fillfactor": 50})),
        changed("index", "ix_code"),
    ),
    "condition": (
        lambda: kinds(Index("ix_part", "price", postgresql_where=sa.text("price % 7 = 0"))),
        changed("index", "ix_part"),
    ),
    "expression": (
        lambda: kinds(Index("ix_lower", sa.text("upper(note)"))),
        changed("index", "ix_lower"),
    ),
    "deferrable": (
        lambda: kinds(sa.UniqueConstraint("code", "parent", name="uq_code", deferrable=True)),
        changed("constraint", "uq_code"),
    ),
    "match": (
        lambda: kinds(
            ForeignKeyConstraint(["parent"], ["kinds.number"], name="fk_parent", match="FULL")
        ),
        changed("constraint", "fk_parent"),
    ),
    "check": (
        lambda: kinds(sa.CheckConstraint("code IN ('a', 'c%')", name="ck_code")),
        changed("constraint", "ck_code"),
    ),
    "exclusion": (
        lambda: kinds(ExcludeConstraint(("span", "-|-"), name="ex_span")),
        changed("constraint", "ex_span"),
    ),
    "extra exclusion": (
        lambda: kinds(without="ex_span"),
        Seen("extra_constraint", "kinds.ex_span"),
    ),
    "missing check": (
        lambda: kinds(sa.CheckConstraint("price > 0", name="ck_price")),
        Seen("missing_constraint", "kinds.ck_price"),
    ),
    "missing column": (
        lambda: kinds(Column("other", sa.Text, server_default="5%", comment="It's new.")),
        Seen("missing_column", "kinds.other"),
    ),
    "extra column": (lambda: kinds(without="made"), Seen("extra_column", "kinds.made")),
    "comment": (lambda: kinds(comment="It's 5% new."), Seen("changed_comment", "kinds")),
}


@pytest.fixture(scope="module")
def engine(cluster: Cluster) -> Iterator[Engine]:
    with new_database(cluster, "kinds") as name:
        yield sa.create_engine(cluster.admin_url(name), poolclass=NullPool)


@pytest.fixture
def superuser(engine: Engine) -> Iterator[psycopg.Connection]:
    """A connection to a database that has the table of the unchanged model."""
    kinds().create(engine)
    url = engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection
        connection.execute("DROP TABLE IF EXISTS kinds")


def differences(engine: Engine, table: Table) -> list[Difference]:
    with engine.connect() as connection:
        # As the check's own session.
        connection.exec_driver_sql("SET default_transaction_read_only = on")
        connection.commit()
        return [difference for difference, _ in compare_tables(connection, [table])]


def is_fixed_by_its_sql(
    engine: Engine, superuser: psycopg.Connection, table: Table, found: list[Difference]
) -> bool:
    for difference in found:
        assert difference.sql is not None
        superuser.execute(difference.sql.encode())
    return not differences(engine, table)


@pytest.mark.usefixtures("superuser")
def test_unchanged_table_has_no_difference(engine: Engine) -> None:
    assert differences(engine, kinds()) == []


@pytest.mark.parametrize(("ddl", "seen"), BY_SQL.values(), ids=BY_SQL.keys())
def test_change_by_sql_is_named_and_fixed(
    ddl: str, seen: Seen, engine: Engine, superuser: psycopg.Connection
) -> None:
    superuser.execute(ddl.encode())
    found = differences(engine, kinds())
    assert seen in [Seen(difference.kind, difference.subject) for difference in found]
    assert is_fixed_by_its_sql(engine, superuser, kinds(), found)


@pytest.mark.parametrize(("model", "seen"), BY_MODEL.values(), ids=BY_MODEL.keys())
def test_change_of_a_model_is_named_and_fixed(
    model: Model, seen: Seen, engine: Engine, superuser: psycopg.Connection
) -> None:
    found = differences(engine, model())
    assert [Seen(difference.kind, difference.subject) for difference in found] == [seen]
    assert is_fixed_by_its_sql(engine, superuser, model(), found)


def test_maintenance_of_a_table_is_no_difference(
    engine: Engine, superuser: psycopg.Connection
) -> None:
    superuser.execute("ALTER TABLE kinds SET (autovacuum_vacuum_scale_factor = 0.01)")
    assert differences(engine, kinds()) == []


def test_model_may_say_that_nothing_is_validated(
    engine: Engine, superuser: psycopg.Connection
) -> None:
    superuser.execute(replaced("ck_code", "CHECK (code IN ('a', 'b%')) NOT VALID").encode())
    check = sa.CheckConstraint("code IN ('a', 'b%')", name="ck_code", postgresql_not_valid=True)
    assert differences(engine, kinds(check)) == []


@pytest.mark.usefixtures("superuser")
def test_model_that_postgresql_refuses_is_named(engine: Engine) -> None:
    with pytest.raises(ModelTableError, match=r'kinds .*column "absent" does not exist'):
        differences(engine, kinds(sa.CheckConstraint("absent > 0", name="ck_absent")))


def test_comparison_leaves_nothing_behind(engine: Engine, superuser: psycopg.Connection) -> None:
    count = "SELECT count(*) FROM pg_class WHERE relnamespace::regnamespace::text LIKE 'pg_temp%'"
    differences(engine, kinds(sa.CheckConstraint("price > 0", name="ck_price")))
    assert superuser.execute(count).fetchone() == (0,)
