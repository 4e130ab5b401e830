"""Errors of a model class, or of a list of models; both are found before anything is sent."""

from collections.abc import Sequence

from msm.errors.base import MsmError

__all__ = ["ModelDefinitionError", "ModelGraphError"]


class ModelDefinitionError(MsmError):
    """A model class breaks a rule of the markets schema.

    Attributes:
        model: the class, as ``module.QualifiedName``.
    """

    def __init__(self, model: type, fault: str) -> None:
        self.model = f"{model.__module__}.{model.__qualname__}"
        super().__init__(f"Model {self.model} {fault}")


class ModelGraphError(MsmError):
    """A sequence of models cannot be used as a graph.

    Attributes:
        models: the wrong classes, as ``module.QualifiedName``, or what was passed instead.
    """

    def __init__(self, message: str, *, models: Sequence[object]) -> None:
        super().__init__(message)
        self.models = tuple(
            f"{model.__module__}.{model.__qualname__}" if isinstance(model, type) else repr(model)
            for model in models
        )
