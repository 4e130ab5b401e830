"""The base of every error that msm-local raises on purpose."""

import re
from typing import Any, ClassVar

__all__ = ["MsmLocalError"]


class MsmLocalError(Exception):
    """Base of every error that msm-local raises on purpose.

    Attributes:
        status: the HTTP status of the answer, if the error ends a request.
        exit_code: the exit code of the command line, if the error ends a command.
        effect: what the failed command did and did not change.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    effect: ClassVar[str] = "Nothing was changed."

    # Python would call the class with the message alone, which fails where it takes more.
    def __reduce__(self) -> tuple[Any, ...]:
        return _empty, (type(self), self.args), vars(self)

    @classmethod
    def code(cls) -> str:
        """The name under which docs/local.md lists the error, such as ``port-busy``."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__.removesuffix("Error")).lower()

    def facts(self) -> dict[str, object]:
        """The attributes that are set, by name: what the JSON answer adds to the sentence."""
        return {name: value for name, value in vars(self).items() if value is not None}


def _empty[E: MsmLocalError](kind: type[E], arguments: tuple[Any, ...]) -> E:
    """An error that has its text, and not yet its facts."""
    return kind.__new__(kind, *arguments)
