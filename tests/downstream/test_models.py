"""Which models a downstream project may list; each mistake is one sentence."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrations import migration
from migrations.errors import DatabaseAheadError
from migrations.history.files import Revisions
from migrations.provider import version_location
from migrations.run.guards import unknown_version
from msm.errors import AttachError, AttachProblem
from msm.errors.commands import upgrade_command
from msm.models import Asset
from tests.support.forked import run_forked
from tests.support.refusals import sentence

NOWHERE = {"MAINSEQUENCE_ENDPOINT": "http://127.0.0.1:9"}


def list_nothing() -> list[type]:
    return []


def list_one_of_ours() -> list[type]:
    from msm.models import Asset

    return [Asset]


def forget_the_application() -> list[type]:
    return [map_model("Quote", "ms_markets")]


def map_model(name: str, application: str, **columns: object) -> type:
    from sqlalchemy.orm import Mapped

    from msm import MarketsMetaTable
    from msm.types import UuidKey

    body = {
        "__doc__": "A table of a test.",
        "__module__": __name__,
        "__application__": application,
        "__annotations__": {"uid": Mapped[UuidKey]},
    }
    return type(name, (MarketsMetaTable,), body | columns)


def list_two_applications() -> list[type]:
    return [map_model("Quote", "acme"), map_model("Rating", "globex")]


def forget_one() -> list[type]:
    map_model("Forgotten", "acme")
    return [map_model("Quote", "acme")]


def take_the_name_of_the_provider() -> list[type]:
    return [map_model("Quote", "msm")]


def list_one_twice() -> list[type]:
    quote = map_model("Quote", "acme")
    return [quote, quote]


def refer_to(target: str) -> list[type]:
    from sqlalchemy import ForeignKey, Uuid
    from sqlalchemy.orm import mapped_column

    return [map_model("Quote", "acme", asset_uid=mapped_column(Uuid(), ForeignKey(target)))]


def refer_to_no_table() -> list[type]:
    return refer_to("ms_markets__assets.uid")


def refer_to_no_column() -> list[type]:
    return refer_to("ms_markets__asset.id")


def refer_in_a_circle() -> list[type]:
    from sqlalchemy import ForeignKey, Uuid
    from sqlalchemy.orm import mapped_column

    quote = map_model("Quote", "acme", next=mapped_column(Uuid(), ForeignKey("acme__venue.uid")))
    uid = quote.uid  # type: ignore[attr-defined]
    return [quote, map_model("Venue", "acme", quote=mapped_column(Uuid(), ForeignKey(uid)))]


def stand_beside_with(models: Callable[[], list[type]]) -> str:
    from migrations.downstream import stand_beside
    from msm import MsmError

    try:
        return str(stand_beside("acme_migrations", models()).version_table)
    except MsmError as error:
        return f"{type(error).__name__}: {error}"


def stand_beside_with_history(names: dict[str, Any], namespaces: list[str]) -> str:
    from migrations.downstream import ExistingHistory, stand_beside
    from msm import MsmError

    models = [
        map_model(
            f"Quote{place}", "acme", __explicit_names__=True, __metatable_namespace__=namespace
        )
        for place, namespace in enumerate(namespaces)
    ]
    try:
        provider = stand_beside("migrations", models, history=ExistingHistory(**names))
    except MsmError as error:
        return f"{type(error).__name__}: {error}"
    return f"{provider.migration_provider_key} {provider.qualified_version_table}"


VERSIONS = Path(version_location("migrations", "acme").partition(":")[2])
PLACE = Path(__file__).parents[2] / "migrations" / VERSIONS


@pytest.mark.parametrize(
    ("names", "namespaces", "said"),
    [
        (
            {"provider": "feed", "version_table": "feed_versions"},
            ["acme", "acme"],
            "feed:acme public.feed_versions",
        ),
        (
            {},
            ["acme", "globex"],
            (
                "DownstreamModelsError: The models have several namespaces, acme, globex; set "
                "__metatable_namespace__ on the abstract bases of the project, and on no model."
            ),
        ),
        (
            {"provider": "msm"},
            ["acme"],
            (
                "DownstreamModelsError: The provider 'msm' is the key of the provider of msm in "
                "the catalog; give ExistingHistory the package that the project's own provider has "
                "had."
            ),
        ),
        (
            {"last_revision": "0014"},
            ["acme"],
            (
                "RevisionIdError: The last revision '0014' of ExistingHistory is in no file of "
                f"{PLACE}; move the project's revisions to that folder, or correct the id."
            ),
        ),
    ],
    ids=["names", "namespaces", "provider of msm", "no file"],
)
def test_an_existing_history_has_one_namespace_and_its_files(
    tmp_path: Path, names: dict[str, str], namespaces: list[str], said: str
) -> None:
    ran = run_forked(
        stand_beside_with_history, names, namespaces, environment=NOWHERE, folder=tmp_path
    )
    assert ran.value == said


def extend_with_an_identifier_of_ours() -> str:
    from migrations.downstream import extend
    from msm import MsmError

    try:
        return str(extend("acme_migrations", [map_model("Asset", "acme")]).reference)
    except MsmError as error:
        return f"{type(error).__name__}: {error}"


LIST = "the models of the project's migration package"


@pytest.mark.parametrize(
    ("models", "error"),
    [
        (
            list_nothing,
            (
                "DownstreamModelsError: The project lists no model; pass the classes that it maps "
                "on MarketsBase."
            ),
        ),
        (
            list_one_of_ours,
            (
                "DownstreamModelsError: msm.models.assets.asset.Asset: a model of msm, which the "
                f"provider of msm migrates; remove it from {LIST}."
            ),
        ),
        (
            forget_the_application,
            (
                f"DownstreamModelsError: {__name__}.Quote would be a table of msm; set "
                "__application__ on an abstract base of the project, and derive its models from "
                "that."
            ),
        ),
        (
            list_two_applications,
            (
                "DownstreamModelsError: The models belong to several applications, acme, globex; "
                "make one migration package for each."
            ),
        ),
        (
            forget_one,
            (
                f"DownstreamModelsError: {__name__}.Forgotten: mapped for the application 'acme' "
                f"but not listed; add it to {LIST}."
            ),
        ),
        (
            take_the_name_of_the_provider,
            (
                "DownstreamModelsError: The application 'msm' is the key of the provider of msm in "
                "the catalog; choose another name."
            ),
        ),
        (
            list_one_twice,
            (
                f"ProviderModelsError: The class {__name__}.Quote appears twice in the migration "
                f"provider: as {__name__}.Quote in {__file__} and as {__name__}.Quote in "
                f"{__file__}; list it in one graph only."
            ),
        ),
        (
            refer_to_no_table,
            (
                f"ProviderModelsError: {__name__}.Quote.asset_uid refers to "
                "ms_markets__assets.uid, but no model has the table ms_markets__assets; name the "
                "attribute of the model instead, such as Asset.uid."
            ),
        ),
        (
            refer_to_no_column,
            (
                f"ProviderModelsError: {__name__}.Quote.asset_uid refers to "
                "ms_markets__asset.id, but ms_markets__asset has no column id; name the attribute "
                "of the model instead, such as Asset.uid."
            ),
        ),
        (
            refer_in_a_circle,
            (
                f"ProviderModelsError: {__name__}.Quote refers to {__name__}.Venue refers to "
                f"{__name__}.Quote: none of these tables can be created first; keep one of the "
                "keys as a column without ForeignKey, or in a model of its own that refers to both."
            ),
        ),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_models_of_no_single_project_are_refused(
    tmp_path: Path, models: Callable[[], list[type]], error: str
) -> None:
    result = run_forked(stand_beside_with, models, environment=NOWHERE, folder=tmp_path)
    assert result.exit_code == 0, result.stderr
    assert result.value == error


def test_missing_tables_name_the_project_that_migrates_them() -> None:
    problem = AttachProblem("Quote", "acme__quote", "missing", "not in the catalog")
    result = str(AttachError([problem], data_source_uid="here"))
    assert "from the repository of acme" in result
    assert f"`{upgrade_command('PACKAGE:migration', 'heads')}`" in result
    assert " migrations:migration" not in result


def test_branch_name_may_end_in_a_digit() -> None:
    provider = replace(migration, branch="acme2", reference="acme2_migrations:migration")
    for known, end in (["acme20001"], "acme20001"), ([], "acme2@base"):
        carried = Revisions(dict.fromkeys(["1004", *known], Path()), ["1004", *known])
        assert str(unknown_version(["acme20007"], carried, provider)) == sentence(
            DatabaseAheadError,
            row="acme20007",
            head=end,
            origin="acme2_migrations",
            provider="acme2_migrations:migration",
        )


def test_identifier_of_ours_is_refused(tmp_path: Path) -> None:
    result = run_forked(extend_with_an_identifier_of_ours, environment=NOWHERE, folder=tmp_path)
    assert result.exit_code == 0, result.stderr
    ours = inspect.getfile(Asset)
    assert result.value == (
        "ProviderModelsError: The model identifier 'Asset' appears twice in the migration "
        f"provider: as msm.models.assets.asset.Asset in {ours} and as {__name__}.Asset in "
        f"{__file__}; list it in one graph only."
    )
