"""The models of the provider, each exactly once."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Sequence
from graphlib import CycleError, TopologicalSorter

from msm.base import MarketsBase, MarketsModel
from msm.models import markets_sqlalchemy_models
from msm.sdk.migrations import build_metatable_model_registry
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models

from .errors import ProviderModelsError

__all__ = [
    "assert_all_listed",
    "assert_each_once",
    "assert_no_circle",
    "assert_parents_first",
    "assert_references",
    "metatable_provider_models",
]

# Every mapped class of these has to be in a graph. A downstream project checks its own.
OUR_PACKAGES = ("msm", "msm_portfolio", "msm_pricing")

IDENTITIES: tuple[tuple[str, Callable[[type[MarketsModel]], object]], ...] = (
    ("class", lambda model: model),
    ("model identifier", lambda model: model.__metatable_identifier__),
    ("table", lambda model: model.__tablename__),
)


def metatable_provider_models() -> list[type[MarketsModel]]:
    """Combine the three graphs, core first.

    Raises:
        ProviderModelsError: a class, a model identifier or a table appears twice, a mapped class of
            our packages is in no graph, or a foreign key refers to nothing, to a later model, or
            back to its own model.
    """
    models = [
        *markets_sqlalchemy_models(),
        *portfolio_sqlalchemy_models(),
        *pricing_sqlalchemy_models(),
    ]
    assert_each_once(models)
    _import_every_model()
    assert_all_listed(models)
    assert_references(models)
    assert_no_circle(models)
    assert_parents_first(models)
    registry: list[type[MarketsModel]] = build_metatable_model_registry(models)
    return registry


def assert_each_once(models: Sequence[type[MarketsModel]]) -> None:
    """Refuse a list in which a class, a model identifier or a physical table appears twice.

    Raises:
        ProviderModelsError: names both classes and their modules.
    """
    for kind, identity_of in IDENTITIES:
        seen: dict[object, type[MarketsModel]] = {}
        for model in models:
            identity = identity_of(model)
            if identity in seen:
                what = _name(model) if kind == "class" else repr(identity)
                raise ProviderModelsError(
                    f"The {kind} {what} appears twice in the migration provider: as "
                    f"{_place(seen[identity])} and as {_place(model)}; list it in one graph only.",
                    models=[seen[identity], model],
                )
            seen[identity] = model


def assert_all_listed(models: Sequence[type[MarketsModel]]) -> None:
    """Refuse a list without some mapped class of our packages.

    Raises:
        ProviderModelsError: names the classes that are in no graph.
    """
    # Autogenerate would drop the table of a class that is not listed.
    ours = [
        model
        for model in MarketsBase.models()
        if model.__module__.partition(".")[0] in OUR_PACKAGES
    ]
    forgotten = sorted(set(ours) - set(models), key=_name)
    if forgotten:
        raise ProviderModelsError(
            f"{', '.join(map(_name, forgotten))}: mapped on MarketsBase but in no graph; add it to "
            "the *_sqlalchemy_models() of its package.",
            models=forgotten,
        )


def assert_references(models: Sequence[type[MarketsModel]]) -> None:
    """Refuse a foreign key to a table without a model, or to a column that does not exist.

    Raises:
        ProviderModelsError: names the model, its column and the target.
    """
    # SQLAlchemy says so only when a mapper is used, and does not name the model.
    tables = MarketsBase.metadata.tables
    for model in models:
        for key in tables[model.__tablename__].foreign_keys:
            name, _, column = key.target_fullname.rpartition(".")
            if name not in tables:
                fault = f"no model has the table {name}"
            elif column not in tables[name].columns:
                fault = f"{name} has no column {column}"
            else:
                continue
            raise ProviderModelsError(
                f"{_name(model)}.{key.parent.name} refers to {key.target_fullname}, but {fault}; "
                "name the attribute of the model instead, such as Asset.uid.",
                models=[model],
            )


def assert_no_circle(models: Sequence[type[MarketsModel]]) -> None:
    """Refuse models that refer to each other in a circle; one alone may refer to itself.

    Raises:
        ProviderModelsError: names the models of the circle.
    """
    # No revision could create the first of these tables with all of its keys.
    tables = MarketsBase.metadata.tables
    by_name = {model.__tablename__: model for model in models}
    parents = {
        name: sorted({key.column.table.name for key in tables[name].foreign_keys} - {name})
        for name in by_name
    }
    try:
        TopologicalSorter(parents).prepare()
    except CycleError as error:
        # Each refers to the one before it.
        circle = [by_name[name] for name in reversed(error.args[1])]
        raise ProviderModelsError(
            f"{' refers to '.join(map(_name, circle))}: none of these tables can be created first; "
            "keep one of the keys as a column without ForeignKey, or in a model of its own that "
            "refers to both.",
            models=circle[:-1],
        ) from error


def assert_parents_first(models: Sequence[type[MarketsModel]]) -> None:
    """Refuse a list in which a model comes before one that it refers to.

    Raises:
        ProviderModelsError: names both models.
    """
    # Core is listed first. A service may install it without portfolio, so it cannot refer to that.
    listed: set[str] = set()
    for model in models:
        listed.add(model.__tablename__)
        for key in MarketsBase.metadata.tables[model.__tablename__].foreign_keys:
            parent = MarketsBase.model_of(key.target_fullname.rpartition(".")[0])
            if parent is not None and parent.__tablename__ not in listed:
                raise ProviderModelsError(
                    f"{_name(model)}.{key.parent.name} refers to {_name(parent)}, which is listed "
                    "after it; list that first, or, if it is in a package that this one does not "
                    "depend on, move one of the models.",
                    models=[model, parent],
                )


def _import_every_model() -> None:
    """Import every module, so that a class that nothing else imports is found."""
    for name in OUR_PACKAGES:
        package = importlib.import_module(f"{name}.models")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def _place(model: type) -> str:
    return f"{_name(model)} in {inspect.getfile(model)}"


def _name(model: type) -> str:
    return f"{model.__module__}.{model.__qualname__}"
