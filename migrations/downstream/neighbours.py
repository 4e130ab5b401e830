"""The tables of others in the database that a project's revisions run in."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from ..errors import UPGRADE
from ..provider import MarketsMigration
from .errors import ForeignTableChangedError, MissingReferenceError

__all__ = ["Neighbours", "refuse_missing_references"]

# Columns, constraints and indexes in PostgreSQL's own words, a row a table. A foreign key that
# points at a table belongs to the table that it stands on.
SHAPES = text("""
    SELECT c.relname, c.oid::text || md5(concat_ws(E'\\n',
        (SELECT string_agg(concat_ws(' ', a.attname, a.atttypid::regtype, a.atttypmod,
                a.attnotnull, pg_get_expr(d.adbin, d.adrelid)), E'\\n' ORDER BY a.attnum)
           FROM pg_attribute a LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
        (SELECT string_agg(concat_ws(' ', k.conname, pg_get_constraintdef(k.oid)), E'\\n'
                ORDER BY k.conname)
           FROM pg_constraint k WHERE k.conrelid = c.oid),
        (SELECT string_agg(pg_get_indexdef(i.indexrelid), E'\\n' ORDER BY i.indexrelid)
           FROM pg_index i WHERE i.indrelid = c.oid)))
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND c.relname = ANY(:names)
""")
PRESENT = text("""
    SELECT c.relname || '.' || a.attname
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped AND c.relname = ANY(:names)
""")


def refuse_missing_references(connection: Connection, provider: MarketsMigration) -> None:
    """Make sure that everything exists that the provider's tables refer to outside of it.

    Raises:
        MissingReferenceError: naming the columns that do not exist.
    """
    foreign = {table.name for table in provider.foreign_tables()}
    wanted = {
        f"{key.column.table.name}.{key.column.name}": key.column.table.name
        for model in provider.metatable_models
        for key in model.__table__.foreign_keys
        if key.column.table.name in foreign
    }
    if not wanted:
        return
    present = connection.scalars(PRESENT, {"names": sorted(set(wanted.values()))})
    missing = sorted(set(wanted) - set(present))
    if missing:
        raise MissingReferenceError(
            f"{', '.join(missing)}: not in this database, though {provider.package} refers to it, "
            f"and nothing was changed; bring msm there first, with `{UPGRADE}`, and run this "
            "again.",
            columns=missing,
        )


class Neighbours:
    """The tables that a provider shares the metadata with and does not make, as they are now.

    Args:
        connection: as the owner role.
        provider: whose migration is about to run.
    """

    def __init__(self, connection: Connection, provider: MarketsMigration) -> None:
        self._provider = provider
        self._names = [table.name for table in provider.foreign_tables()]
        self._before = self._shapes(connection)

    def assert_unchanged(self, connection: Connection) -> None:
        """Make sure, before a commit, that they still are.

        Raises:
            ForeignTableChangedError: some are not.
        """
        after = self._shapes(connection)
        changed = sorted(name for name in self._names if self._before.get(name) != after.get(name))
        if changed:
            raise ForeignTableChangedError(
                f"A revision of {self._provider.package} creates, changes or drops "
                f"{', '.join(changed)}, which is not one of its tables, so it was rolled back; "
                "take that out of the revision, and run this again.",
                tables=changed,
            )

    def _shapes(self, connection: Connection) -> Mapping[str, str]:
        if not self._names:
            return {}
        return dict(connection.execute(SHAPES, {"names": self._names}).tuples().all())
