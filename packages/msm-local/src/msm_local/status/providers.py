"""The migration providers of a project, in the order in which they run."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from msm_local.errors import ProjectSettingsError

__all__ = ["DEFAULT_PROVIDER", "HEAD", "Provider", "parse_providers", "project_providers"]

DEFAULT_PROVIDER = "migrations:migration"
# All heads of a provider, however many it has.
HEAD = "head"
EXAMPLE = '`providers = ["msm_migrations:migration", "acme_migrations:migration"]`'


@dataclass(frozen=True, slots=True)
class Provider:
    """A migration provider, and how far a fresh database is migrated with it.

    Attributes:
        reference: such as ``acme_migrations:migration``.
        target: the id of a revision, a branch such as ``acme@head``, or ``head`` for all heads.
    """

    reference: str
    target: str = HEAD

    @property
    def package(self) -> str:
        """The package that has its revisions."""
        return self.reference.partition(":")[0]


def parse_providers(words: Iterable[str], place: str) -> tuple[Provider, ...]:
    """The providers in a text: references, each with its target behind it or without one.

    Args:
        words: the parts of the text that stand between spaces.
        place: where the text stands, for the message.

    Raises:
        ProjectSettingsError: a word is neither a reference nor a target behind one.
    """
    found: list[Provider] = []
    takes_target = False
    for word in words:
        package, colon, name = word.partition(":")
        if colon and package and name:
            found.append(Provider(word))
            takes_target = True
        elif takes_target and not colon:
            found[-1] = Provider(found[-1].reference, word)
            takes_target = False
        else:
            raise ProjectSettingsError(
                f"{place} has {word!r}, which is no migration provider; write "
                "`package:migration`, or `package:migration TARGET`."
            )
    return tuple(found)


def project_providers(root: Path) -> tuple[Provider, ...]:
    """The providers that the ``pyproject.toml`` of a project names; none if it names none.

    Raises:
        ProjectSettingsError: the file cannot be read, or its table ``tool.msm`` is wrong.
    """
    file = root / "pyproject.toml"
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("msm", {})
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ProjectSettingsError(
            f"{file} cannot be read ({error.strerror}); give this user read access to it, or name "
            "the provider with --provider."
        ) from error
    except ValueError as error:
        raise ProjectSettingsError(
            f"{file} is not valid TOML in UTF-8 ({error}); fix it, or name the provider with "
            "--provider."
        ) from error
    place = f"[tool.msm] in {file}"
    named = settings.get("providers", [])
    wrong = sorted(set(settings) - {"providers"})
    if wrong or not isinstance(named, list) or not all(isinstance(item, str) for item in named):
        what = f"the unknown key {wrong[0]!r}" if wrong else f"providers = {named!r}"
        raise ProjectSettingsError(f"{place} has {what}; write a list of texts, as {EXAMPLE}.")
    return parse_providers(" ".join(named).split(), place)
