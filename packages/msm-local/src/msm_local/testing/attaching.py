"""The one module of msm-local that imports msm: in a test process, which runs the project's code.

The server of a platform never imports it.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any
from unittest import mock

from msm_local.errors import ProjectSettingsError

if TYPE_CHECKING:
    from msm import MarketsModel, MarketsRuntime

__all__ = ["Models", "Runtime", "attach", "find_models"]

# Evaluated by type checkers alone.
type Models = Sequence[type[MarketsModel]]
type Runtime = MarketsRuntime


def find_models(names: Iterable[str]) -> Models | None:
    """The models that some names stand for; None for no names.

    Args:
        names: a module or package, for every model that it defines; or ``module:name`` of a model,
            a list of models, or a function that returns one.

    Raises:
        ProjectSettingsError: there is no such module or name, or it has no model.
    """
    found: dict[type[MarketsModel], None] = {}
    for name in names:
        found |= dict.fromkeys(_find(name))
    return list(found) or None


def attach(models: Models | None, variables: Mapping[str, str]) -> Runtime:
    """Attach models with the given variables of a Git context.

    Raises:
        MsmError: as ``msm.start_engine`` raises.
    """
    import msm

    # Only for this call: the project's tests may use Git themselves.
    with mock.patch.dict("os.environ", variables):
        return msm.start_engine(models)


def _find(name: str) -> Models:
    from msm import MarketsBase

    module, colon, attribute = name.partition(":")
    try:
        imported = import_module(module)
        value: Any = vars(imported)[attribute] if colon else _defined_in(module)
    except (ImportError, KeyError) as error:
        raise ProjectSettingsError(
            f"msm_models has {name!r}, which cannot be imported ({error}); name a module of "
            "models, or `module:Model`."
        ) from error
    mapped = MarketsBase.models()
    if value in mapped:
        return [value]
    models = list(value() if callable(value) else value)
    if not models or not set(models) <= set(mapped):
        raise ProjectSettingsError(
            f"msm_models has {name!r}, which has no models on MarketsBase; name a module of "
            "models, or `module:Model`."
        )
    return models


def _defined_in(module: str) -> Models:
    from msm import MarketsBase

    return [
        model
        for model in MarketsBase.models()
        if model.__module__ == module or model.__module__.startswith(f"{module}.")
    ]
