"""start_engine only reads, lists all that is wrong in one error, and costs three requests."""

import dataclasses
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from psycopg import Connection

import msm
from msm import MarketsModel
from msm.errors import (
    AttachError,
    ModelGraphError,
    StatementError,
)
from msm.models import Asset, AssetSnapshotsTS, AssetType, Issuer, markets_sqlalchemy_models
from msm.sdk import DEFAULT_LIMITS
from msm_local.platform import LocalPlatform
from msm_portfolio import portfolio_sqlalchemy_models
from msm_pricing import pricing_sqlalchemy_models
from tests.conftest import ROOT, environment_of
from tests.support.forked import Finished, run_forked
from tests.support.generation import GENERATION, PROGRAM, only_mainsequence8, sdk
from tests.support.wire import Wire

EVERY: tuple[type[MarketsModel], ...] = (
    *markets_sqlalchemy_models(),
    *portfolio_sqlalchemy_models(),
    *pricing_sqlalchemy_models(),
)


def run(function: Any, *arguments: Any, environment: Mapping[str, str]) -> Finished:
    return run_forked(function, *arguments, environment=environment, folder=ROOT)


def value_of(finished: Finished) -> Any:
    assert finished.exit_code == 0, finished.stderr
    return finished.value


CONTEXT, *LOOKUPS = {
    "metatables": (
        ("GET", "/metatables/runtime-context/?transfer_contract=1"),
        ("POST", "/metatables/meta-tables/filter/"),
        ("POST", "/metatables/time-index-meta-tables/filter/"),
    ),
    "mainsequence8": (
        ("POST", "/api/v1/code-repository-branches/resolve-git-context/"),
        ("POST", "/api/v1/meta-tables/filter/"),
        ("POST", "/api/v1/time-index-meta-tables/filter/"),
    ),
}[GENERATION]
# SDK 8 keeps the Git context of a process.
CONTEXT_AGAIN = [CONTEXT] if GENERATION == "metatables" else []


def attach_twice() -> tuple[int, list[tuple[str, str]], list[tuple[str, str]]]:
    with Wire() as first:
        runtime = msm.start_engine(EVERY)
    with Wire() as second:
        runtime = msm.start_engine(EVERY)
    assert all(model.get_meta_table() is runtime.meta_tables[model] for model in EVERY)
    return len(runtime.meta_tables), first.requests, second.requests


def test_attach_reads_the_catalog_each_time(shared_environment: Mapping[str, str]) -> None:
    count, first, second = value_of(run(attach_twice, environment=shared_environment))
    assert count == len(EVERY)
    assert first == [CONTEXT, *LOOKUPS]
    assert second == [*CONTEXT_AGAIN, *LOOKUPS]


def attach_a_few() -> list[tuple[str, str]]:
    with Wire() as wire:
        msm.start_engine([Asset, AssetType])
        msm.start_engine([AssetSnapshotsTS])
    return wire.requests


def test_attach_asks_only_for_kinds_it_needs(shared_environment: Mapping[str, str]) -> None:
    plain, indexed = LOOKUPS
    requests = value_of(run(attach_a_few, environment=shared_environment))
    assert requests == [CONTEXT, plain, *CONTEXT_AGAIN, indexed]


def attach_from_threads() -> tuple[list[tuple[str, str]], int]:
    with Wire() as wire, ThreadPoolExecutor(8) as pool:
        runtimes = list(pool.map(lambda _: msm.start_engine(EVERY), range(8)))
    uids = {frozenset(table.uid for table in each.meta_tables.values()) for each in runtimes}
    return wire.requests, len(uids)


def test_threads_attach_to_the_same_resources(shared_environment: Mapping[str, str]) -> None:
    requests, different = value_of(run(attach_from_threads, environment=shared_environment))
    assert requests == [CONTEXT, *LOOKUPS, *[*CONTEXT_AGAIN, *LOOKUPS] * 7]
    assert different == 1


def attach_with_a_stale_context(uid: str) -> tuple[str, str]:
    """Attach, where the SDK keeps a Git context of a data source that is gone."""
    from mainsequence import code_repository_context as sdk

    first = msm.start_engine([Asset])
    context = sdk.get_code_repository_context()
    gone = context.metatables_data_source.model_copy(update={"uid": uid})
    stale = dataclasses.replace(context, metatables_data_source=gone)
    sdk._STATE = dataclasses.replace(sdk._STATE, context=stale)
    return first.data_source_uid, msm.start_engine([Asset]).data_source_uid


@only_mainsequence8
def test_attach_asks_again_for_a_gone_data_source(shared_environment: Mapping[str, str]) -> None:
    uid = "00000000-0000-4000-8000-000000000001"
    first, second = value_of(run(attach_with_a_stale_context, uid, environment=shared_environment))
    assert second == first != uid


def attach_with_writes_forbidden() -> None:
    import alembic.command
    from alembic.runtime.environment import EnvironmentContext

    from msm.sdk import MetaTable, PlatformManagedMetaTable, PlatformTimeIndexMetaTable

    provider = sdk("migrations").AlembicMetaTableMigration
    forbidden: Sequence[tuple[Any, str]] = [
        *((MetaTable, name) for name in ("register", "bulk_create", "finalize_managed", "create")),
        *((MetaTable, name) for name in ("patch", "delete", "issue_migration_connection")),
        (PlatformManagedMetaTable, "register"),
        (PlatformTimeIndexMetaTable, "register"),
        (provider, "prepare_for_alembic"),
        (provider, "sync_metatable_catalog"),
        *((alembic.command, name) for name in ("upgrade", "downgrade", "stamp", "revision")),
        (EnvironmentContext, "__init__"),
    ]
    for owner, name in forbidden:
        mock.patch.object(owner, name, side_effect=AssertionError(f"{name} was called")).start()
    msm.start_engine(EVERY)


def test_attach_never_registers_or_migrates(shared_environment: Mapping[str, str]) -> None:
    assert run(attach_with_writes_forbidden, environment=shared_environment).exit_code == 0


UPGRADE = f"{PROGRAM} migrations upgrade --provider migrations:migration head"
CHECK = "python -m migrations.check"
ELSEWHERE = "run this from the checkout or the branch of that data source"


def attach_and_tell(
    models: Sequence[type[MarketsModel]], remedies: Sequence[str]
) -> dict[str, tuple[str, str]]:
    with pytest.raises(AttachError) as caught:
        msm.start_engine(models)
    assert all(model.get_meta_table() is None for model in models)
    words = str(caught.value)
    assert [remedy for remedy in (UPGRADE, CHECK, ELSEWHERE) if remedy in words] == list(remedies)
    return {item.model: (item.reason, item.detail) for item in caught.value.problems}


def test_one_error_lists_every_missing_table(
    fresh_platform: LocalPlatform,
) -> None:
    told = value_of(
        run(
            attach_and_tell,
            EVERY,
            [UPGRADE, CHECK],
            environment=environment_of(fresh_platform),
        )
    )
    assert len(told) == len(EVERY)
    assert set(told.values()) == {("missing", "not in the catalog, or not visible to this account")}


@pytest.mark.parametrize(
    ("change", "reason", "detail", "remedies"),
    [
        ("provisioning_status = 'reserved'", "reserved", "reserved, not active", [UPGRADE]),
        (
            "physical_schema = 'elsewhere'",
            "physical_name",
            "it is elsewhere.ms_markets__asset",
            [CHECK],
        ),
        (
            "physical_table_name = 'renamed', identifier = 'ms_markets__asset'",
            "missing",
            "not in the catalog, or not visible to this account",
            [UPGRADE, CHECK],
        ),
        (
            "data_source_uid = '00000000-0000-4000-8000-000000000000'",
            "data_source",
            "in data source 00000000-0000-4000-8000-000000000000",
            [ELSEWHERE],
        ),
    ],
)
def test_an_unusable_resource_is_named_with_the_reason(
    environment: Mapping[str, str],
    head_database: Connection,
    change: str,
    reason: str,
    detail: str,
    remedies: Sequence[str],
) -> None:
    head_database.execute(
        f"UPDATE msm_local.meta_tables SET {change} "
        "WHERE physical_table_name = 'ms_markets__asset'".encode()
    )
    head_database.commit()
    told = value_of(run(attach_and_tell, [Asset, AssetType], remedies, environment=environment))
    assert set(told) == {"Asset"}
    assert told["Asset"][0] == reason
    assert detail in told["Asset"][1]


def attach_duplicated() -> tuple[str, str]:
    from msm.sdk import MetaTable

    lookup = MetaTable.filter_by_body

    def twice(**filters: Any) -> list[Any]:
        rows = lookup(**filters)
        return [*rows, *rows]

    with (
        mock.patch.object(MetaTable, "filter_by_body", twice),
        pytest.raises(AttachError) as caught,
    ):
        msm.start_engine([Asset])
    (problem,) = caught.value.problems
    return problem.reason, problem.detail


def test_a_duplicated_resource_is_named(shared_environment: Mapping[str, str]) -> None:
    reason, detail = value_of(run(attach_duplicated, environment=shared_environment))
    assert reason == "duplicated"
    assert detail.startswith("2 resources: ")


@pytest.mark.parametrize("models", [[Asset, Issuer, Asset]])
def test_a_model_listed_twice_is_refused(models: list[type[MarketsModel]]) -> None:
    with pytest.raises(ModelGraphError, match=r"Asset is listed twice"):
        msm.start_engine(models)


@pytest.mark.parametrize("stranger", [Path, "Asset"])
def test_attach_refuses_what_is_not_a_model(stranger: Any) -> None:
    with pytest.raises(ModelGraphError) as caught:
        msm.start_engine([Asset, stranger])
    assert str(caught.value) == (
        f"{stranger!r} cannot be attached: not a mapped class on MarketsMetaTable or "
        "MarketsTimeIndexMetaTable; pass classes, as `from msm.models import Asset` imports one."
    )


def test_attach_refuses_a_model_instead_of_a_list() -> None:
    model: Any = Asset
    with pytest.raises(ModelGraphError) as caught:
        msm.start_engine(model)
    assert str(caught.value) == (
        "start_engine expected a list of models, got the class Asset; pass "
        "msm.start_engine([Asset])."
    )


def attach_with_much_time(timeout: float) -> str:
    with pytest.raises(StatementError) as caught:
        msm.start_engine([Asset], timeout=timeout)
    return str(caught.value)


def test_a_timeout_beyond_the_platform_is_refused(shared_environment: Mapping[str, str]) -> None:
    most = DEFAULT_LIMITS.max_timeout
    words = value_of(run(attach_with_much_time, most + 1, environment=shared_environment))
    assert words == (
        f"timeout is {most + 1:g} s, and the platform lets a statement run for {most:g} s at most; "
        "pass that, or less."
    )
