"""The commands that messages tell a user to run: each is written here only."""

from msm.generation import GENERATION, Generation

__all__ = [
    "CHECK",
    "EXEC",
    "LOGIN",
    "UPGRADE",
    "check_command",
    "forget_command",
    "migration_command",
    "upgrade_command",
]

# The SDK's own command for migrations; both generations have the same verbs and options.
_MIGRATIONS: dict[Generation, str] = {
    "metatables": "metatables migrations",
    "mainsequence8": "mainsequence migrations",
}


def migration_command(verb: str, provider: str, *arguments: str) -> str:
    """A migration command of the SDK's CLI.

    Args:
        verb: ``current``, ``revision``, ``upgrade`` or ``downgrade``.
        provider: the migration provider, as ``package:attribute``.
        arguments: what follows them.
    """
    return " ".join((_MIGRATIONS[GENERATION], verb, "--provider", provider, *arguments))


def upgrade_command(provider: str, target: str) -> str:
    """The command that brings a database to a revision.

    Args:
        provider: the migration provider, as ``package:attribute``.
        target: the revision, or ``head``, or ``heads`` where the history has several.
    """
    return migration_command("upgrade", provider, target)


def check_command(package: str, *, provider: str | None = None) -> str:
    """The command that compares models, database and catalog.

    Args:
        package: the package that holds the tools: ``migrations``, or ``msm_migrations`` in a wheel.
        provider: the provider of a downstream project; None for that of msm.
    """
    command = f"python -m {package}.check"
    return command if provider is None else f"{command} --provider {provider}"


def forget_command(uid: str, provider: str, target: str) -> str:
    """The command that removes a resource without a table and a model from the catalog.

    Args:
        uid: of the resource.
        provider: the migration provider that the resource belongs to, as ``package:attribute``.
        target: the end of its revisions, ``head`` or ``heads``.
    """
    # A migration of today's SDK removes what its provider has no model for any more.
    return {
        "metatables": upgrade_command(provider, target),
        "mainsequence8": f"mainsequence meta-table delete {uid}",
    }[GENERATION]


UPGRADE = upgrade_command("migrations:migration", "head")
CHECK = check_command("migrations")
# The environment of the local platform, for a command that needs a platform.
EXEC = "msm-local exec -- COMMAND"
# To the hosted platform, in both generations.
LOGIN = "mainsequence login"
