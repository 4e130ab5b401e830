"""The SDK's provider, with what our messages and guards need to know of one."""

import re
from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.util import coerce_resource_to_filename
from sqlalchemy import Table

from msm.sdk import AlembicMetaTableMigration, namespace_version_location

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


def _command(verb: str, reference: str, *arguments: str) -> str:
    """A command line of the SDK's CLI."""
    return " ".join(("mainsequence migrations", verb, "--provider", reference, *arguments))


# Of msm itself, also where the provider at hand is a project's.
UPGRADE_COMMAND = _command("upgrade", DEFAULT_PROVIDER, "head")


@dataclass(slots=True, kw_only=True)
class MarketsMigration(AlembicMetaTableMigration):  # type: ignore[misc]
    """A migration provider of models on ``MarketsBase``: ours, or a downstream project's.

    Attributes:
        reference: what the SDK's CLI takes as ``--provider``, such as ``migrations:migration``.
        branch: label of the branch that a downstream project has in our revision graph; None for
            a provider with a graph of its own.
    """

    reference: str
    branch: str | None = None

    @property
    def module(self) -> str:
        """The migration package that the provider is an attribute of."""
        return self.reference.partition(":")[0]

    @property
    def carries_msm(self) -> bool:
        """Whether the graph and the version table are those of msm."""
        return bool(self.package == PACKAGE_KEY)

    @property
    def target(self) -> str:
        """What an upgrade goes to, for the end of every branch."""
        return "head" if self.branch is None else "heads"

    @property
    def qualified_version_table(self) -> str:
        """The version table with its schema."""
        return f"{self.version_table_schema or SCHEMA}.{self.version_table}"

    def command(self, verb: str, *arguments: str) -> str:
        """A command of the SDK's CLI on this provider."""
        return _command(verb, self.reference, *arguments)

    @property
    def upgrade_command(self) -> str:
        """The command that brings a database to the end of every branch."""
        return self.command("upgrade", self.target)

    @property
    def check_command(self) -> str:
        """The command that compares models, database and catalog."""
        tool = f"python -m {PACKAGE}.check"
        ours = self.reference == DEFAULT_PROVIDER
        return tool if ours else f"{tool} --provider {self.reference}"

    @property
    def revision_command(self) -> str:
        """The command that makes a revision, up to its message and its place in the graph."""
        return self.command("revision")

    @property
    def first_revision_command(self) -> str:
        """The command that makes the first revision of a namespace, or of a project's branch."""
        place, owner = "--rev-id 1001", self.migration_namespace
        if self.branch is not None:
            place, owner = f"--head base --rev-id {self.branch}0001", self.branch
        return f'{self.revision_command} {place} -m "Create the tables of {owner}" --autogenerate'

    @property
    def folder(self) -> Path:
        """Where its own revisions lie."""
        return Path(coerce_resource_to_filename(self.version_path))

    @property
    def trunk(self) -> list[Path]:
        """Where the revisions lie that its own are a branch beside; none without a branch."""
        locations = [Path(coerce_resource_to_filename(item)) for item in self.version_locations]
        return [location for location in locations if location != self.folder]

    def is_named(self, revision: str) -> bool:
        """Whether an id is one that this provider's revisions get: 1005, or acme0001."""
        return re.fullmatch(rf"({self.branch or ''})?\d{{4,}}", revision) is not None

    def foreign_tables(self) -> list[Table]:
        """The tables of the shared metadata that another provider makes."""
        own = {model.__tablename__ for model in self.metatable_models}
        return [table for table in self.target_metadata.sorted_tables if table.name not in own]


def provider_of(config: Config) -> MarketsMigration:
    """The provider for which the SDK made a configuration of Alembic."""
    provider: MarketsMigration = config.attributes["mainsequence_migration_provider"]
    return provider
