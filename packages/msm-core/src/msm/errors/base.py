"""The base of every error, and what can be wrong with the installation and its settings."""

__all__ = ["EnvironmentMismatchError", "MsmError", "SettingsError"]


class MsmError(Exception):
    """Base of every error that msm raises on purpose."""


# Also an ImportError, because `import msm` raises it: tools that report a failed import catch that.
class EnvironmentMismatchError(MsmError, ImportError):
    """The installed distributions cannot work together.

    Attributes:
        found: what is installed, as ``name version``.
        needed: what must be installed instead.
    """

    def __init__(self, message: str, *, found: str, needed: str) -> None:
        super().__init__(message)
        self.found = found
        self.needed = needed


class SettingsError(MsmError):
    """An environment variable holds a value that msm cannot use.

    Attributes:
        variable: the variable's name.
        value: its value.
    """

    def __init__(self, message: str, *, variable: str, value: str) -> None:
        super().__init__(message)
        self.variable = variable
        self.value = value
