"""One process uses one platform: another one is refused, or used after the call for tests."""

import os
from collections.abc import Mapping

import pytest
from sqlalchemy import insert, select

import msm
from msm.errors import AttachError, EndpointChangedError, PlatformError
from msm.models import AssetType
from msm.sdk import MetaTable
from msm.testing import use_platform
from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.support.forked import value_of
from tests.support.generation import only_mainsequence8

BOND = insert(AssetType).values(asset_type="bond", display_name="Bond")


def change_there_and_back(first: dict[str, str], second: dict[str, str]) -> tuple[int, bool]:
    before = msm.start_engine([AssetType])
    before.execute(BOND)
    use_platform(second)
    bound = AssetType.__metatable__
    # It is another database, which was never migrated.
    with pytest.raises(AttachError):
        msm.start_engine([AssetType])
    # The runtime of the first one writes nothing into the second one.
    with pytest.raises(PlatformError):
        before.execute(BOND)
    use_platform(first)
    again = msm.start_engine([AssetType])
    assert isinstance(AssetType.__metatable__, MetaTable)
    return again.execute(select(AssetType.asset_type)).row_count, bound is None


def test_tests_can_use_another_platform_and_return(
    platform: LocalPlatform, fresh_platform: LocalPlatform
) -> None:
    first, second = environment_of(platform), environment_of(fresh_platform)
    assert value_of(change_there_and_back, first, second, environment=first) == (1, True)


def attach_with_another_token() -> str:
    runtime = msm.start_engine([AssetType])
    kept = os.environ["MAINSEQUENCE_ACCESS_TOKEN"]
    os.environ["MAINSEQUENCE_ACCESS_TOKEN"] = "of somebody else"  # noqa: S105 - it is none
    with pytest.raises(EndpointChangedError) as caught:
        msm.start_engine([AssetType])
    runtime.execute(BOND)
    os.environ["MAINSEQUENCE_ACCESS_TOKEN"] = kept
    msm.start_engine([AssetType])
    return str(caught.value)


@only_mainsequence8
def test_another_token_is_refused_with_a_sentence(
    platform: LocalPlatform, environment: Mapping[str, str]
) -> None:
    assert value_of(attach_with_another_token, environment=environment) == (
        "MAINSEQUENCE_ACCESS_TOKEN has another token than the one with which this process sends "
        f"every request to {platform.endpoint}; start a new process, or set "
        "MAINSEQUENCE_ACCESS_TOKEN back."
    )
