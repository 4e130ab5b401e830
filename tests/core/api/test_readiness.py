"""A service is ready while the platform answers and its tables are as they were attached."""

from collections.abc import Mapping

import pytest
from psycopg import Connection

import msm
from msm.api import check_ready
from msm.errors import AttachError, MsmError, StaleAttachmentError
from msm.models import Asset, AssetSnapshotsTS
from tests.conftest import environment_of, platform_on
from tests.support.forked import value_of
from tests.support.history import HEAD, NEXT
from tests.support.wire import Wire


def ready() -> tuple[int, str | None, int]:
    runtime = msm.start_engine([Asset, AssetSnapshotsTS])
    with Wire() as wire:
        found = check_ready(runtime, at_least=HEAD)
    assert runtime.revision == found.revision
    return found.tables, found.revision, len(wire.requests)


def test_a_service_is_ready_with_three_requests(shared_environment: Mapping[str, str]) -> None:
    tables, revision, requests = value_of(ready, environment=shared_environment)
    assert (tables, revision) == (2, HEAD)
    assert requests <= 3


def behind() -> str:
    runtime = msm.start_engine([Asset])
    with pytest.raises(AttachError) as caught:
        check_ready(runtime, at_least=NEXT)
    return str(caught.value)


def test_a_service_waits_for_its_revision(shared_environment: Mapping[str, str]) -> None:
    words = value_of(behind, environment=shared_environment)
    assert f"at revision {HEAD}, and {NEXT} or a later one of its history is needed" in words


def replaced(statement: str, url: str) -> type[MsmError]:
    import psycopg

    runtime = msm.start_engine([Asset])
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())
    with pytest.raises(MsmError) as caught:
        check_ready(runtime)
    return type(caught.value)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("SET provisioning_status = 'reserved'", AttachError),
        ("SET uid = gen_random_uuid()", StaleAttachmentError),
    ],
)
def test_a_service_whose_tables_changed_is_not_ready(
    head_database: Connection, change: str, error: type[MsmError]
) -> None:
    statement = (
        f"UPDATE msm_local.meta_tables {change} WHERE physical_table_name = 'ms_markets__asset'"
    )
    info = head_database.info
    url = f"postgresql://{info.user}:{info.password}@{info.host}:{info.port}/{info.dbname}"
    with platform_on(head_database) as platform:
        assert value_of(replaced, statement, url, environment=environment_of(platform)) is error
