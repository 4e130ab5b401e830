"""Which models a downstream project may list, each fault in one sentence."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from migrations import migration
from migrations.history.files import Revisions
from migrations.run.guards import unknown_version
from msm.errors import AttachError, AttachProblem
from tests.support.forked import run_forked

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


def stand_beside_with(models: Callable[[], list[type]]) -> str:
    from migrations.downstream import stand_beside
    from msm import MsmError

    try:
        return str(stand_beside("acme_migrations", models()).version_table)
    except MsmError as error:
        return f"{type(error).__name__}: {error}"


def extend_with_an_identifier_of_ours() -> str:
    from migrations.downstream import extend
    from msm import MsmError

    try:
        return str(extend("acme_migrations", [map_model("Asset", "acme")]).reference)
    except MsmError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (list_nothing, "DownstreamModelsError: The project lists no model; pass"),
        (list_one_of_ours, "msm.models.assets.asset.Asset: a model of msm, which its own provi"),
        (forget_the_application, "test_models.Quote would be a table of msm; set __application"),
        (list_two_applications, "of several applications, acme, globex; have one migration"),
        (forget_one, "test_models.Forgotten: mapped for the application 'acme' but not listed"),
        (take_the_name_of_the_provider, "The application 'msm' is what the catalog knows the"),
        (list_one_twice, "ModelGraphError: The class tests.downstream.test_models.Quote appears"),
        (
            refer_to_no_table,
            "Quote.asset_uid refers to ms_markets__assets.uid, but no model",
        ),
        (
            refer_to_no_column,
            "to ms_markets__asset.id, but ms_markets__asset has no column id",
        ),
    ],
)
def test_a_list_that_is_not_one_projects_is_refused(
    tmp_path: Path, models: Callable[[], list[type]], said: str
) -> None:
    result = run_forked(stand_beside_with, models, environment=NOWHERE, folder=tmp_path)
    assert result.exit_code == 0, result.stderr
    assert said in result.value


def test_tables_of_a_project_that_cannot_be_attached_are_sent_to_its_provider() -> None:
    problem = AttachProblem("Quote", "acme__quote", "missing", "not in the catalog")
    result = str(AttachError([problem], data_source_uid="here"))
    assert "from the repository of acme, with its migration package: `mainsequence migr" in result
    assert "--provider PACKAGE:migration heads`" in result
    assert " migrations:migration" not in result


def test_a_name_that_ends_in_a_digit_is_told_from_the_number_of_a_revision() -> None:
    provider = replace(migration, branch="acme2", reference="acme2_migrations:migration")
    for known, end in (["acme20001"], "acme20001"), ([], "acme2@base"):
        carried = Revisions(dict.fromkeys(["1004", *known], Path()), ["1004", *known])
        result = str(unknown_version(["acme20007"], carried, provider))
        assert f"it is at acme20007 and this code ends at {end}" in result
        assert f"downgrade --provider acme2_migrations:migration {end}`" in result


def test_an_identifier_of_ours_cannot_be_carried_with_ours(tmp_path: Path) -> None:
    result = run_forked(extend_with_an_identifier_of_ours, environment=NOWHERE, folder=tmp_path)
    assert result.exit_code == 0, result.stderr
    assert "The model identifier 'Asset' appears twice in the migration provider" in result.value
