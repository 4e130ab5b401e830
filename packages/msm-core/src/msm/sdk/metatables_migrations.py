"""The migrations of ``mainsequence-metatable``, which has a runner around Alembic.

The runner opens a connection before Alembic, and looks at the database with it before env.py runs.
It refuses what it sees there with a traceback. So a provider is told first, and can refuse before.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import batched
from typing import Any

from alembic import context as alembic_context
from alembic.config import Config
from metatables import migrations
from metatables.migrations import (
    PreparedAlembicMetaTableMigration,
    alembic_config_for_provider,
    apply_mainsequence_migration_role,
    build_alembic_version_metatable,
    build_metatable_model_registry,
    load_alembic_metatable_migration_provider,
    namespace_version_location,
)
from metatables.migrations.tls import migration_tls_arguments
from metatables.models import (
    ManagedMetaTableFinalizeRequest,
    ManagedMetaTableFinalizeResponse,
    MetaTable,
    MetaTableMigrationConnection,
    MetaTableMigrationConnectionRequest,
)
from metatables.sqlalchemy_contracts import PlatformManagedMetaTable
from sqlalchemy import make_url

from msm.sdk.context import MigrationConnection
from msm.sdk.private_names import forget_meta_table, omit_script_context

__all__ = [
    "AlembicMetaTableMigration",
    "MetaTableMigrationConnectionRequest",
    "alembic_config_for_provider",
    "apply_mainsequence_migration_role",
    "build_alembic_version_metatable",
    "build_metatable_model_registry",
    "load_alembic_metatable_migration_provider",
    "migration_connect_arguments",
    "migration_connection",
    "namespace_version_location",
    "run_mainsequence_alembic_env",
    "tolerate_several_version_locations",
]

# The platform takes no more reservations in a request, and finds 5,000 resources at most; the SDK
# asks for all of a kind at once.
MAX_RESERVATIONS = 200


@contextmanager
def migration_connection(
    registry: MetaTable, request: MetaTableMigrationConnectionRequest
) -> Iterator[MigrationConnection]:
    """A connection to the database of a provider, which the platform issues until the block ends.

    Args:
        registry: the catalog resource of its version table.
        request: for what, and for how long.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    with (
        registry.issue_migration_connection(request) as issued,
        migration_tls_arguments(issued.tls) as arguments,
    ):
        yield MigrationConnection(_with_psycopg3(issued.uri), issued.owner_role_name, arguments)


@contextmanager
def migration_connect_arguments(config: Config) -> Iterator[Mapping[str, str]]:
    """What psycopg needs to connect to the database of a migration command, besides its URL.

    Args:
        config: Alembic's, as the SDK made it.
    """
    with migration_tls_arguments(config.attributes.get("metatables_migration_tls")) as arguments:
        yield arguments


def _with_psycopg3(uri: str) -> str:
    # The platform names psycopg2, which the SDK requires; revisions, errors and time-outs of ours
    # are those of psycopg 3.
    url = make_url(uri).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


@dataclass(slots=True)
class _Registry:
    """The catalog resource of a version table, as far as the SDK's runner uses it."""

    provider: "AlembicMetaTableMigration"
    meta_table: MetaTable
    data_source_uid: str

    @contextmanager
    def issue_migration_connection(
        self, request: MetaTableMigrationConnectionRequest, *, timeout: float | None = None
    ) -> Iterator[MetaTableMigrationConnection]:
        """Ask the platform for a connection, which the SDK keeps until it has finalized."""
        with self.meta_table.issue_migration_connection(request, timeout=timeout) as issued:
            issued.uri = _with_psycopg3(issued.uri)
            try:
                yield issued
            finally:
                self.provider.after_run()


def _nothing(*_: object) -> None:
    """What a provider does that has nothing to do."""


@dataclass(slots=True)
class AlembicMetaTableMigration(migrations.AlembicMetaTableMigration):  # type: ignore[misc]
    """The SDK's provider, for PostgreSQL alone.

    Attributes:
        before_look: called with Alembic's configuration, and whether the command changes the
            schema, before the SDK looks at the database.
        after_run: called when a command has ended, well or not.
        awaited: models whose tables a later revision creates than the command's target.
    """

    # The SDK's own field again, which a type checker cannot see there.
    metatable_models: Sequence[type[PlatformManagedMetaTable]] = ()
    # Else the SDK would run the revisions on SQLite, which has none of the types that they use.
    supported_dialects: tuple[str, ...] = ("postgresql",)
    before_look: Callable[[Config, bool], None] = _nothing
    after_run: Callable[[], None] = _nothing
    awaited: Collection[type[PlatformManagedMetaTable]] = ()
    # Of the commands that the runner looks at the database for, `current` reserves nothing.
    _has_reserved: bool = field(default=False, init=False, repr=False)

    def ensure_alembic_registry(self, **options: Any) -> _Registry:
        """Look up or reserve the version table, and return what connections are issued by."""
        _tell_the_provider_first()
        self._has_reserved = False
        found = migrations.AlembicMetaTableMigration.ensure_alembic_registry(self, **options)
        return _Registry(self, found, str(found.data_source_uid))

    def prepare_for_alembic(self, **options: Any) -> PreparedAlembicMetaTableMigration:
        """Look up or reserve the tables."""
        self._has_reserved = True
        prepared = []
        for batch in list(batched(self.metatable_models, MAX_RESERVATIONS, strict=False)) or [()]:
            with self._only(batch):
                found = migrations.AlembicMetaTableMigration.prepare_for_alembic(self, **options)
            prepared.append(found)
        uids = [uid for found in prepared for uid in found.meta_table_uids]
        # With the reserved tables the CLI looks for tables before a revision is made, and refuses
        # with a traceback what Alembic refuses too.
        return replace(found, meta_table_uids=uids, reserved_tables=[])

    @contextmanager
    def _only(self, models: Sequence[type[PlatformManagedMetaTable]]) -> Iterator[None]:
        """Within the block, the SDK sees no other models."""
        every = self.metatable_models
        self.metatable_models = models
        try:
            yield
        finally:
            self.metatable_models = every

    def finalize_metatable_catalog(
        self, *, prepared: PreparedAlembicMetaTableMigration, **options: Any
    ) -> ManagedMetaTableFinalizeResponse:
        """Activate the tables, and leave those reserved that a later revision creates.

        To this platform a table that is missing is a failure, whatever the target of the command.
        """
        awaited = self.awaited
        waiting = {str(model.get_meta_table_uid()) for model in awaited}
        present = [uid for uid in prepared.meta_table_uids if uid not in waiting]
        with self._only([model for model in self.metatable_models if model not in awaited]):
            found = migrations.AlembicMetaTableMigration.finalize_metatable_catalog(
                self, prepared=replace(prepared, meta_table_uids=present), **options
            )
        found.reserved_count += len(waiting)
        return found

    def drop_reservations(
        self, models: Sequence[type[PlatformManagedMetaTable]], *, timeout: float | None
    ) -> None:
        """Remove the resources of tables that do not exist from the catalog.

        Args:
            models: those of the tables.
            timeout: seconds to wait for an answer; None for the SDK's default.

        Raises:
            Exception: one of ``SDK_ERRORS``.
        """
        for batch in batched(models, MAX_RESERVATIONS, strict=False):
            uids = [str(model.get_meta_table_uid()) for model in batch]
            # The platform refuses DELETE, and removes what a migration says that it removed.
            MetaTable.finalize_managed(
                ManagedMetaTableFinalizeRequest(
                    meta_table_uids=uids,
                    removed_meta_table_uids=uids,
                    migration_provider_key=self.migration_provider_key,
                    alembic_version_meta_table_uid=self.alembic_registry.get_meta_table_uid(),
                ),
                timeout=timeout,
            )
            for model in batch:
                forget_meta_table(model)


@cache
def _tell_the_provider_first() -> None:
    """Have the SDK's runner call ``before_look`` of our providers before it connects.

    Nothing of ours is called between the moment when the runner knows the URL and its first look,
    and the look is two queries: what another migration commits between them reads as tables that no
    revision made. The SDK has no public way. A second call does nothing.
    """
    from metatables.migrations import runner

    connect = runner.migration_engine

    @contextmanager
    def told_first(config: Config) -> Iterator[Any]:
        provider = config.attributes["mainsequence_migration_provider"]
        if isinstance(provider, AlembicMetaTableMigration):
            provider.before_look(config, provider._has_reserved)  # noqa: SLF001 - of this module
        with connect(config) as engine:
            yield engine

    runner.migration_engine = told_first


def run_mainsequence_alembic_env() -> None:
    """Run Alembic's environment of the SDK, with revisions of plain operations.

    The SDK has Alembic write every change as a batch of a table, which SQLite needs. Our revisions
    are the same files under both generations, and one operation a line is what review reads.
    """
    configure = alembic_context.configure

    def without_batches(**options: Any) -> None:
        configure(**(options | {"render_as_batch": False}))

    alembic_context.configure = without_batches  # type: ignore[assignment]
    try:
        migrations.run_mainsequence_alembic_env()
    finally:
        alembic_context.configure = configure


@cache
def tolerate_several_version_locations() -> None:
    """Have the SDK's CLI run a provider with several folders; a second call does nothing."""
    # Imported here, because a service does not need the CLI.
    from metatables.cli import migrations as migrations_cli

    omit_script_context(migrations_cli)
