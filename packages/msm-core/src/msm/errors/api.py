"""Errors of a service that offers the tables over HTTP."""

from msm.errors.base import MsmError

__all__ = ["InvalidCursorError", "SchemaError"]


class InvalidCursorError(MsmError):
    """The cursor of a page is not one that its list has given."""


class SchemaError(MsmError):
    """A table, or a column of it, has no schema of pydantic.

    Attributes:
        model: the model identifier, such as ``Asset``.
    """

    def __init__(self, message: str, *, model: str) -> None:
        super().__init__(message)
        self.model = model
