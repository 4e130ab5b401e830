"""The tables that a provider does not own, in the database that its revisions run in."""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from msm.base import MarketsModel

from ..errors import ForeignTableChangedError, MissingReferenceError
from ..provider import UPGRADE_COMMAND, MarketsMigration
from .progress import Progress

__all__ = ["ForeignTables", "refuse_missing_references"]

# A digest of columns, constraints and indexes, as PostgreSQL prints them, and the oid, so that a
# table that was dropped and created again counts as changed. A foreign key belongs to the table
# that has the column: a project may refer to our tables without changing them.
DEFINITIONS = text("""
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
      AND (c.relname = ANY(:names) OR starts_with(c.relname, :prefix))
""")
PRESENT = text("""
    SELECT c.relname || '.' || a.attname
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped AND c.relname = ANY(:names)
""")


def refuse_missing_references(connection: Connection, provider: MarketsMigration) -> None:
    """Make sure that the columns of other providers exist that the provider's tables refer to.

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
            f"{', '.join(missing)}: not in this database, but {provider.package} refers to it, so "
            f"nothing was changed; upgrade msm first with `{UPGRADE_COMMAND}`, and run this again.",
            columns=missing,
        )


class ForeignTables:
    """The tables that a provider does not own, as they are when this is created.

    They are the other tables of the shared metadata. For a provider with its own history they are
    also all tables named like those of msm: version tables, other namespaces, later revisions.

    Args:
        connection: as the owner role.
        provider: whose migration will run.
        progress: of that migration.
    """

    def __init__(
        self, connection: Connection, provider: MarketsMigration, progress: Progress
    ) -> None:
        self._package = provider.package
        self._progress = progress
        # Revisions of msm create tables with this prefix, which would look like a change here.
        prefix = None if provider.carries_msm else f"{MarketsModel.__application__}__"
        self._parameters = {
            "names": [table.name for table in provider.foreign_tables()],
            "prefix": prefix,
        }
        self._before = self._definitions(connection)

    def assert_unchanged(self, connection: Connection) -> None:
        """Make sure, before a commit, that none of them changed.

        Raises:
            ForeignTableChangedError: some did.
        """
        after = self._definitions(connection)
        changed = sorted({name for name, _ in self._before.items() ^ after.items()})
        if changed:
            raise ForeignTableChangedError(
                f"{', '.join(changed)}: created, changed or dropped during the migration of "
                f"{self._package}, which does not own it; {self._progress.outcome()}; remove that "
                "from its revisions, or, if another migration did it at the same time, run this "
                "again.",
                tables=changed,
            )

    def _definitions(self, connection: Connection) -> Mapping[str, str]:
        return dict(map(tuple, connection.execute(DEFINITIONS, self._parameters)))
