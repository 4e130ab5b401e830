"""The models of one downstream project."""

from collections.abc import Sequence

from msm.base import MarketsBase, MarketsModel
from msm.sdk import schema_table_name

from .. import migration
from ..errors import DownstreamModelsError
from ..provider import PACKAGE_KEY
from ..registry import assert_each_once, assert_no_circle, assert_references

__all__ = ["application_of"]


def application_of(models: Sequence[type[MarketsModel]]) -> str:
    """The application name in the table names of a project, such as ``acme``.

    Raises:
        DownstreamModelsError: there is no model, one is of msm, they belong to several
            applications, or a mapped class of the application is not listed.
        ProviderModelsError: a class, a model identifier or a table is listed twice, or a foreign
            key refers to nothing, or models refer to each other in a circle.
    """
    if not models:
        raise DownstreamModelsError(
            "The project lists no model; pass the classes that it maps on MarketsBase.", models=[]
        )
    assert_each_once(models)
    _refuse_ours(models)
    applications = sorted({model.__application__ for model in models})
    if len(applications) > 1:
        raise DownstreamModelsError(
            f"The models belong to several applications, {', '.join(applications)}; make one "
            "migration package for each.",
            models=models,
        )
    (application,) = applications
    # As in table names, which the SDK writes in its own form.
    segment = str(schema_table_name(application, "table")).partition("__")[0]
    if segment == PACKAGE_KEY:
        raise DownstreamModelsError(
            f"The application {application!r} is the key of the provider of msm in the catalog; "
            "choose another name.",
            models=models,
        )
    # Autogenerate would drop the table of a class that is not listed.
    mapped = [model for model in MarketsBase.models() if model.__application__ == application]
    forgotten = [model for model in mapped if model not in models]
    if forgotten:
        raise DownstreamModelsError(
            f"{_names(forgotten)}: mapped for the application {application!r} but not listed; add "
            "it to the models of the project's migration package.",
            models=forgotten,
        )
    assert_references(models)
    assert_no_circle(models)
    return segment


def _refuse_ours(models: Sequence[type[MarketsModel]]) -> None:
    listed = [model for model in migration.metatable_models if model in models]
    if listed:
        raise DownstreamModelsError(
            f"{_names(listed)}: a model of msm, which the provider of msm migrates; remove it from "
            "the models of the project's migration package.",
            models=listed,
        )
    ours = [model for model in models if model.__application__ == MarketsModel.__application__]
    if ours:
        raise DownstreamModelsError(
            f"{_names(ours)} would be a table of msm; set __application__ on an abstract base of "
            "the project, and derive its models from that.",
            models=ours,
        )


def _names(models: Sequence[type]) -> str:
    return ", ".join(f"{model.__module__}.{model.__qualname__}" for model in models)
