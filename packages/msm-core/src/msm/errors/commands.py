"""The commands that messages tell a user to run: each is written here only."""

from msm.generation import GENERATION, Generation

__all__ = [
    "CHECK",
    "EXEC",
    "LOGIN",
    "UPGRADE",
    "check_command",
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


UPGRADE = upgrade_command("migrations:migration", "head")
CHECK = check_command("migrations")
# The environment of the local platform, for a command that needs a platform.
EXEC = "msm-local exec -- COMMAND"
# To the hosted platform, in both generations.
LOGIN = "mainsequence login"
