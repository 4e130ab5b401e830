"""The commands that messages tell a user to run: each is written here only."""

import os

from msm.generation import GENERATION, Generation

__all__ = [
    "CHECK",
    "EXEC",
    "LOGIN",
    "UPGRADE",
    "UPGRADES_OF_MS_MARKETS",
    "as_typed",
    "check_command",
    "forget_command",
    "migration_command",
    "reset_command",
    "upgrade_command",
]

# What runs a command in a checkout, such as `./dev run`; ./dev sets it.
LAUNCHER = "MSM_LAUNCHER"
# What runs msm-local on the platform of this process; `msm-local exec` sets it.
LOCAL_COMMAND = "MSM_LOCAL_COMMAND"

# The SDK's own command for migrations; both generations have the same verbs and options.
_MIGRATIONS: dict[Generation, str] = {
    "metatables": "metatables migrations",
    "mainsequence8": "mainsequence migrations",
}


def as_typed(command: str) -> str:
    """A command as a user has to type it, to run it as this process was run.

    Args:
        command: as it is typed where everything is installed and the environment names a platform.

    Returns:
        The command with the launcher of the checkout and ``msm-local exec`` in front of it, as far
        as this process was started by them.
    """
    if local := os.environ.get(LOCAL_COMMAND):
        return f"{local} exec -- {command}"
    return _launched(command)


def _launched(command: str) -> str:
    return " ".join(filter(None, (os.environ.get(LAUNCHER), command)))


def _local(words: str) -> str:
    """A command of msm-local, on the platform of this process where it is one."""
    return f"{os.environ.get(LOCAL_COMMAND) or _launched('msm-local')} {words}"


def migration_command(verb: str, provider: str, *arguments: str) -> str:
    """A migration command of the SDK's CLI.

    Args:
        verb: ``current``, ``revision``, ``upgrade`` or ``downgrade``.
        provider: the migration provider, as ``package:attribute``.
        arguments: what follows them.
    """
    return as_typed(" ".join((_MIGRATIONS[GENERATION], verb, "--provider", provider, *arguments)))


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
    command = as_typed(f"python -m {package}.check")
    return command if provider is None else f"{command} --provider {provider}"


def forget_command(uid: str, table: str, provider: str, target: str) -> str:
    """The command that removes a resource without a table and a model from the catalog.

    Args:
        uid: of the resource.
        table: its physical name, which SDK 8 asks for.
        provider: the migration provider that the resource belongs to, as ``package:attribute``.
        target: the end of its revisions, ``head`` or ``heads``.
    """
    # A migration of today's SDK removes what its provider has no model for any more.
    return {
        "metatables": upgrade_command(provider, target),
        "mainsequence8": f"echo {table} | {as_typed(f'mainsequence meta-table delete {uid}')}",
    }[GENERATION]


def reset_command() -> str | None:
    """The command that replaces the database of the local platform with a fresh one.

    None if ``msm-local exec`` did not start this process: the database may be anywhere then.
    """
    return _local("reset") if os.environ.get(LOCAL_COMMAND) else None


UPGRADE = upgrade_command("migrations:migration", "head")
# Of its last release on SDK 8, and of the releases after it. Each runs in an environment of its
# own, so that neither depends on the SDK of this process or on what runs its commands.
UPGRADES_OF_MS_MARKETS = (
    f"{_MIGRATIONS['mainsequence8']} upgrade --provider migrations:migration head",
    f"{_MIGRATIONS['metatables']} upgrade --provider msm_migrations:migration head",
)
CHECK = check_command("migrations")
# The environment of the local platform, for a command that needs a platform.
EXEC = _local("exec -- COMMAND")
# To the hosted platform, in both generations.
LOGIN = _launched("mainsequence login")
