"""A migration provider, with the facts that messages and checks need."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import coerce_resource_to_filename
from sqlalchemy import Table

from msm.base import MarketsModel
from msm.errors import commands
from msm.sdk import forget_meta_table
from msm.sdk.migrations import AlembicMetaTableMigration, namespace_version_location

__all__ = [
    "DEFAULT_PROVIDER",
    "PACKAGE",
    "PACKAGE_KEY",
    "SCHEMA",
    "UPGRADE_COMMAND",
    "MarketsMigration",
    "provider_of",
    "reference_of",
    "version_location",
]

# "migrations" at the repository root, "msm_migrations" where it is installed.
PACKAGE = __name__.rpartition(".")[0]
# The catalog's key of the provider of msm, which does not depend on the name of its Python package.
PACKAGE_KEY = "msm"
# Of every table. Models leave it out: Alembic would recreate foreign keys that name it.
SCHEMA = "public"


def reference_of(package: str) -> str:
    """What names the provider of a migration package to the SDK."""
    return f"{package}:migration"


DEFAULT_PROVIDER = reference_of(PACKAGE)


def version_location(package: str, namespace: str) -> str:
    """Where the revisions of a migration package are, for a namespace, in Alembic's terms."""
    return str(namespace_version_location(namespace, prefix=f"{package}:versions"))


# Of msm itself, also where the provider at hand is a project's.
UPGRADE_COMMAND = commands.upgrade_command(DEFAULT_PROVIDER, "head")


@dataclass(slots=True, kw_only=True)
class MarketsMigration(AlembicMetaTableMigration):
    """A migration provider of models on ``MarketsBase``: that of msm or of a downstream project.

    Attributes:
        reference: what the SDK's CLI takes as ``--provider``, such as ``migrations:migration``.
        branch: label of the project's branch in the revision graph of msm; None for a provider with
            its own revision graph.
        last_inherited: the newest revision that was made before the project moved onto msm. It and
            those before it are run as they are: neither reviewed nor judged. None without one.
        named_by_convention: whether those revisions have names by the naming convention of the SDK.
    """

    reference: str
    branch: str | None = None
    last_inherited: str | None = None
    named_by_convention: bool = True
    # What the running command has reserved, as the SDK keeps it, and the options that it passed.
    _reserved: Any = field(default=None, init=False, repr=False)
    _timeout: float | None = field(default=None, init=False, repr=False)
    _new: set[type[MarketsModel]] = field(default_factory=set, init=False, repr=False)

    def prepare_for_alembic(self, **options: Any) -> Any:
        """Look up or reserve the tables in the catalog, as every command does that changes them."""
        self._timeout = options.get("timeout")
        self._new.clear()
        self._reserved = self._reserve(**options)
        return self._reserved

    def _reserve(
        self, *, on_metatable_reserved: Callable[[Any, Any], object] | None = None, **options: Any
    ) -> Any:
        def note(model: type[MarketsModel], row: Any) -> None:
            self._new.add(model)
            if on_metatable_reserved is not None:
                on_metatable_reserved(model, row)

        # Named, because the class of a dataclass with slots is another one than super() knows.
        return AlembicMetaTableMigration.prepare_for_alembic(
            self, on_metatable_reserved=note, **options
        )

    def reserve_again(self) -> None:
        """Look up or reserve the tables once more, for a command that has the lock now.

        The SDK reserves before anything of ours runs. Until this command had the lock, another one
        may have dropped the tables, and their resources with them.
        """
        reserved, self._reserved = self._reserved, None
        if reserved is None:
            # Alembic runs without the SDK's command.
            return
        before = [model.get_meta_table_uid() for model in self.metatable_models]
        for model in self.metatable_models:
            forget_meta_table(model)
        self._reserve(timeout=self._timeout)
        after = [model.get_meta_table_uid() for model in self.metatable_models]
        renewed = dict(zip(before, after, strict=True))
        # In place, because the SDK's command has this object already, and finalizes what it names.
        reserved.meta_table_uids = [renewed.get(uid, uid) for uid in reserved.meta_table_uids]

    @property
    def new_models(self) -> list[type[MarketsModel]]:
        """The models whose tables the running command has reserved, which were not before."""
        return [model for model in self.metatable_models if model in self._new]

    def drop_new_reservations(self, models: Sequence[type[MarketsModel]]) -> None:
        """Remove what the running command has reserved for these models from the catalog."""
        self.drop_reservations(models, timeout=self._timeout)
        self._new.difference_update(models)

    @property
    def module(self) -> str:
        """The migration package of the provider."""
        return self.reference.partition(":")[0]

    @property
    def carries_msm(self) -> bool:
        """Whether its revision graph and version table are those of msm."""
        return bool(self.package == PACKAGE_KEY)

    @property
    def target(self) -> str:
        """The target that means the end of every branch."""
        # head is ambiguous with two branches, and Alembic refuses it.
        return "head" if self.branch is None else "heads"

    @property
    def qualified_version_table(self) -> str:
        """The version table with its schema."""
        return f"{self.version_table_schema or SCHEMA}.{self.version_table}"

    def command(self, verb: str, *arguments: str) -> str:
        """A command of the SDK's CLI on this provider."""
        return commands.migration_command(verb, self.reference, *arguments)

    @property
    def upgrade_command(self) -> str:
        """The command that upgrades a database to the end of every branch."""
        return commands.upgrade_command(self.reference, self.target)

    @property
    def check_command(self) -> str:
        """The command that compares models, database and catalog."""
        ours = self.reference == DEFAULT_PROVIDER
        return commands.check_command(PACKAGE, provider=None if ours else self.reference)

    def forget_command(self, uid: str, table: str) -> str:
        """The command that removes a resource without a table and a model from the catalog."""
        return commands.forget_command(uid, table, self.reference, self.target)

    @property
    def revision_command(self) -> str:
        """The command that makes a revision, without its message and position in the graph."""
        return self.command("revision")

    @property
    def first_revision_command(self) -> str:
        """The command that makes the first revision of a namespace or of a project's branch."""
        # 1001, because the ids of ms-markets in the same version table begin at 0001.
        place, owner = "--rev-id 1001", self.migration_namespace
        if self.branch is not None:
            place, owner = f"--head base --rev-id {self.branch}0001", self.branch
        return f'{self.revision_command} {place} -m "Create the tables of {owner}" --autogenerate'

    @property
    def folder(self) -> Path:
        """The folder of its own revisions."""
        return Path(coerce_resource_to_filename(self.version_path))

    @property
    def trunk(self) -> list[Path]:
        """The folders of the revisions that its own extend; empty without a branch."""
        locations = [Path(coerce_resource_to_filename(item)) for item in self.version_locations]
        return [location for location in locations if location != self.folder]

    def inherited(self, script: ScriptDirectory) -> frozenset[str]:
        """The ids of the revisions that were made before the project moved onto msm."""
        if self.last_inherited is None:
            return frozenset()
        older = script.iterate_revisions(self.last_inherited, "base")
        return frozenset(revision.revision for revision in older)

    def is_named(self, revision: str) -> bool:
        """Whether an id has the form of this provider's: 1005, or acme0001 on a branch."""
        return re.fullmatch(rf"({self.branch or ''})?\d{{4,}}", revision) is not None

    def foreign_tables(self) -> list[Table]:
        """The tables of the shared metadata that belong to other providers."""
        own = {model.__tablename__ for model in self.metatable_models}
        return [table for table in self.target_metadata.sorted_tables if table.name not in own]


def provider_of(config: Config) -> MarketsMigration:
    """The provider for which the SDK made a configuration of Alembic."""
    provider: MarketsMigration = config.attributes["mainsequence_migration_provider"]
    return provider
