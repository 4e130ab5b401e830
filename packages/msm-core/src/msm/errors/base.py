"""The base of every error, and what can be wrong with the installation and its settings."""

from types import MemberDescriptorType
from typing import Any

__all__ = ["EnvironmentMismatchError", "MsmError", "SettingsError"]


class MsmError(Exception):
    """Base of every error that msm raises on purpose.

    It can be copied and pickled with its facts, as when it leaves a worker process.
    """

    # Python would call the class with the message alone, which fails where it takes more; then
    # multiprocessing hangs.
    def __reduce__(self) -> tuple[Any, ...]:
        # Facts of Python's own classes, such as the code of a SystemExit.
        builtin = {
            name: getattr(self, name)
            for kind in type(self).__mro__
            for name, member in vars(kind).items()
            if isinstance(member, MemberDescriptorType)
        }
        # Other causes are often objects of a connection, which cannot leave their process.
        cause = {"__cause__": self.__cause__} if isinstance(self.__cause__, MsmError) else {}
        return _empty, (type(self), self.args), builtin | cause | vars(self)


def _empty[E: MsmError](kind: type[E], arguments: tuple[Any, ...]) -> E:
    """An error that has its text, and not yet its facts."""
    return kind.__new__(kind, *arguments)


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
