"""Definitions of tables as PostgreSQL prints them: of live tables, and of temporary ones."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

__all__ = [
    "NOT_VALID",
    "ColumnDefinition",
    "ConstraintDefinition",
    "Definitions",
    "Identity",
    "IndexDefinition",
    "Name",
    "TableDefinition",
    "read_definitions",
]

# The table, and what belongs to it.
type Name = tuple[str, str]

NOT_VALID = " NOT VALID"

# Not compared: what keeps a large table in order, which an administrator sets for one database.
MAINTENANCE = ("autovacuum_", "log_autovacuum_", "toast.", "vacuum_")

# The functions below wait for a table that is locked, so tables of others are left out.
TABLES = text("""
    SELECT c.oid, c.relname, c.relpersistence = 'u', coalesce(c.reloptions, '{}'),
        pg_get_partkeydef(c.oid), obj_description(c.oid, 'pg_class')
    FROM pg_class c
    WHERE c.relnamespace = CASE WHEN :temporary THEN pg_my_temp_schema()
        ELSE to_regnamespace(:schema)::oid END
        AND c.relname = ANY(:tables) AND c.relkind IN ('r', 'p')
""")
# Where an identity started is history: a table that had a SERIAL starts after its last row.
COLUMNS = text("""
    SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
        NOT a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text,
        a.attidentity::text, (
            SELECT ARRAY[
                concat('INCREMENT BY ', s.seqincrement),
                concat('MINVALUE ', s.seqmin), concat('MAXVALUE ', s.seqmax),
                concat('CACHE ', s.seqcache), CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END
            ]
            FROM pg_depend p JOIN pg_sequence s ON s.seqrelid = p.objid
            WHERE p.deptype = 'i' AND p.classid = 'pg_class'::regclass
                AND p.refclassid = 'pg_class'::regclass
                AND p.refobjid = a.attrelid AND p.refobjsubid = a.attnum
        ), col_description(a.attrelid, a.attnum)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = ANY(CAST(:oids AS oid[])) AND a.attnum > 0 AND NOT a.attisdropped
""")
# NOT NULL is a fact of the column; PostgreSQL 18 has a constraint for it. A key that refers to a
# partitioned table has a copy for each of its partitions.
CONSTRAINTS = text("""
    SELECT conrelid, conname, contype::text, pg_get_constraintdef(oid),
        CASE WHEN contype IN ('p', 'u', 'x') THEN pg_get_indexdef(conindid) END
    FROM pg_constraint
    WHERE conrelid = ANY(CAST(:oids AS oid[])) AND contype <> 'n' AND conparentid = 0
""")
INDEXES = text("""
    SELECT x.indrelid, i.relname, pg_get_indexdef(i.oid)
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = ANY(CAST(:oids AS oid[])) AND NOT EXISTS (
        SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x')
    )
""")


@dataclass(frozen=True, slots=True)
class TableDefinition:
    """A table without what it contains.

    Attributes:
        is_unlogged: whether a crash of the server empties it.
        options: its storage parameters, such as ``fillfactor=70``.
        partition_key: as in PARTITION BY; None for a table that is not partitioned.
        comment: None if there is none.
    """

    is_unlogged: bool
    options: frozenset[str]
    partition_key: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """What GENERATED ... AS IDENTITY says.

    Attributes:
        is_always: ALWAYS, as against BY DEFAULT.
        options: those of its sequence, such as ``INCREMENT BY 1``.
    """

    is_always: bool
    options: tuple[str, ...]

    def __str__(self) -> str:
        kind = "ALWAYS" if self.is_always else "BY DEFAULT"
        return f"GENERATED {kind} AS IDENTITY ({' '.join(self.options)})"


@dataclass(frozen=True, slots=True)
class ColumnDefinition:
    """A column.

    Attributes:
        type: with its length, precision or scale.
        collation: None if it is that of the type.
        is_nullable: whether it takes NULL.
        default: of a plain column; None if there is none.
        computed: the expression and its kind, as in GENERATED ALWAYS AS; None for a plain column.
        identity: None for a column without.
        comment: None if there is none.
    """

    type: str
    collation: str | None
    is_nullable: bool
    default: str | None
    computed: str | None
    identity: Identity | None
    comment: str | None

    @property
    def whole_type(self) -> str:
        """The type, with a collation that is not its own."""
        return self.type if self.collation is None else f"{self.type} COLLATE {self.collation}"


@dataclass(frozen=True, slots=True)
class ConstraintDefinition:
    """A key, CHECK, or exclusion constraint.

    Attributes:
        kind: as in ``pg_constraint.contype``.
        definition: as in ADD CONSTRAINT.
        index: what holds it, from USING on; None for one without an index.
    """

    kind: str
    definition: str
    index: str | None


@dataclass(frozen=True, slots=True)
class IndexDefinition:
    """An index that belongs to no constraint.

    Attributes:
        is_unique: whether it is.
        definition: from USING on.
    """

    is_unique: bool
    definition: str

    def __str__(self) -> str:
        unique = "UNIQUE " if self.is_unique else ""
        return f"{unique}{self.definition}"


@dataclass(frozen=True, slots=True)
class Definitions:
    """What some tables are, by table, and by table and name."""

    tables: Mapping[str, TableDefinition]
    columns: Mapping[Name, ColumnDefinition]
    constraints: Mapping[Name, ConstraintDefinition]
    indexes: Mapping[Name, IndexDefinition]


def read_definitions(
    connection: Connection, tables: Collection[str], *, schema: str | None
) -> Definitions:
    """Read what PostgreSQL prints of the tables that exist.

    Args:
        connection: resolves the names of other tables as the models do.
        tables: their names.
        schema: where they are; None for the temporary tables of this session.
    """
    wanted = {"temporary": schema is None, "schema": schema, "tables": list(tables)}
    rows = connection.execute(TABLES, wanted).all()
    names = {row.oid: row.relname for row in rows}
    these = {"oids": list(names)}
    return Definitions(
        tables={
            name: TableDefinition(unlogged, _options(options), key, comment)
            for _, name, unlogged, options, key, comment in rows
        },
        columns={
            (names[table], name): _column(*rest)
            for table, name, *rest in connection.execute(COLUMNS, these)
        },
        constraints={
            (names[table], name): ConstraintDefinition(
                kind, definition, None if index is None else _from_using(index)
            )
            for table, name, kind, definition, index in connection.execute(CONSTRAINTS, these)
        },
        indexes={
            (names[table], name): IndexDefinition(
                definition.startswith("CREATE UNIQUE "), _from_using(definition)
            )
            for table, name, definition in connection.execute(INDEXES, these)
        },
    )


def _options(options: list[str]) -> frozenset[str]:
    return frozenset(option for option in options if not option.startswith(MAINTENANCE))


def _column(
    kind: str,
    collation: str | None,
    nullable: bool,
    expression: str | None,
    generated: str,
    identity: str,
    options: list[str] | None,
    comment: str | None,
) -> ColumnDefinition:
    stored = {"s": "STORED", "v": "VIRTUAL"}.get(generated)
    return ColumnDefinition(
        kind,
        collation,
        nullable,
        None if stored else expression,
        f"({expression}) {stored}" if stored else None,
        Identity(identity == "a", tuple(options or ())) if identity else None,
        comment,
    )


def _from_using(definition: str) -> str:
    """An index without its name and the schema of its table, which the other side has not."""
    _, using, rest = definition.partition(" USING ")
    return f"{using.lstrip()}{rest}"
