"""The settings that msm reads from the environment, once, before any model exists."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from msm.errors import SettingsError
from msm.sdk import namespace_version_slug

__all__ = ["DEFAULT_NAMESPACE", "NAMESPACE_VARIABLE", "Settings", "settings"]

DEFAULT_NAMESPACE = "mainsequence.markets"

# The published name of ms-markets, kept so that deployments need not change; it registers nothing.
NAMESPACE_VARIABLE = "MSM_AUTO_REGISTER_NAMESPACE"


@dataclass(frozen=True, slots=True)
class Settings:
    """Deployment settings of the markets schema.

    Attributes:
        namespace: the MetaTable namespace of every model, and the migration namespace.
    """

    namespace: str = DEFAULT_NAMESPACE

    @property
    def slug(self) -> str:
        """The namespace as it is written in folder and table names, such as ``acme_research``."""
        return str(namespace_version_slug(self.namespace))

    @property
    def table_suffix(self) -> str | None:
        """The last segment of every table name; None in the default namespace."""
        # Published tables have no suffix, and keep their names.
        return None if self.namespace == DEFAULT_NAMESPACE else self.slug

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables.

        Raises:
            SettingsError: the namespace has no letter or digit, or has the same slug as the default
                namespace, and so the same migration folder.
        """
        namespace = environment.get(NAMESPACE_VARIABLE, "").strip() or DEFAULT_NAMESPACE
        found = cls(namespace)
        taken = namespace_version_slug(DEFAULT_NAMESPACE)
        if namespace == DEFAULT_NAMESPACE:
            return found
        if not any(character.isalnum() for character in namespace):
            fault = "has no letter or digit to name tables with"
        elif found.slug == taken:
            # The revisions of two namespaces would be in one folder.
            fault = f"shares its migration folder with {DEFAULT_NAMESPACE!r}"
        else:
            return found
        raise SettingsError(
            f"{NAMESPACE_VARIABLE}={namespace!r} {fault}; set it to a name such as "
            "'acme.research', or unset it.",
            variable=NAMESPACE_VARIABLE,
            value=namespace,
        )


# Table names depend on the namespace, and classes need their table name when they are created.
settings = Settings.from_environment(os.environ)
