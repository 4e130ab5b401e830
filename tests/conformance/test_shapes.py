"""The answers of both engines have the status, keys and types that the vendor's own client got.

``data/wire.json`` has the calls that real clients and the vendor's server exchanged.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.conformance.differences import SHAPES
from tests.conformance.engines import Engine
from tests.conformance.replay import Recorded, load
from tests.conformance.shapes import Paths, paths_of, stated_paths
from tests.support.generation import only_metatables

pytestmark = only_metatables

CALLS = load("wire.json")
FAILED = 400
# What depends on a table or on the deployment, and not on the engine.
OPTIONAL = (
    *(".cadence", ".time_indexed_profile", ".labels[]", ".table_contract.table_kind"),
    *(".columns[].contract_fragment.server_default", ".table_contract.columns[].server_default"),
    *(".alembic_revision", ".schema_management.alembic.revision", ".hosted_environment."),
    *(".introspection_snapshot.", ".table_contract.authoring."),
)


@pytest.mark.parametrize("call", CALLS, ids=[call["name"] for call in CALLS])
def test_an_answer_has_the_recorded_shape(
    running: Engine, uids: Mapping[str, str], call: Recorded
) -> None:
    answer = send(running, uids, call)
    assert answer.status_code == call["status"], answer.text
    if not answer.content or call["shape"] is None:
        return
    found, stated = paths_of(without_reserved(answer.json())), stated_paths(call["shape"])
    if call["status"] >= FAILED:
        # The words of an error are each server's own; a code is a code.
        assert found.get(".detail.code") == stated.get(".detail.code")
        return
    differing = differences(found, stated)
    allowed = OPTIONAL + (tuple(SHAPES) if running.name == "msm-local" else ())
    assert [item for item in differing.items() if not in_row(item[0]).startswith(allowed)] == []


def without_reserved(body: Any) -> Any:
    """The answer; a page without the rows of tables that other tests reserved and never made."""
    if not isinstance(body, dict) or "results" not in body:
        return body
    made = [row for row in body["results"] if row.get("provisioning_status") != "reserved"]
    return {**body, "results": made}


def differences(found: Paths, stated: Paths) -> dict[str, str]:
    """The paths that an answer lacks, adds, or has with a type that was not recorded."""
    lacking = {
        path: "absent"
        for path in set(stated) - set(found)
        # A list may be empty, and what would be below it is not absent.
        if any(other.startswith(path.rpartition(".")[0] + ".") for other in found)
    }
    strange = {
        path: "|".join(sorted(kinds - stated.get(path, set())))
        for path, kinds in found.items()
        if not kinds <= stated.get(path, set())
    }
    return lacking | strange


def in_row(path: str) -> str:
    """The path within a row, where the answer is a list or a page of rows."""
    return re.sub(r"^(\.results)?\[\]", "", path)


def send(engine: Engine, uids: Mapping[str, str], call: Recorded) -> httpx.Response:
    content = json.dumps(call["body"]) if "body" in call else ""
    path = call["path"]
    for name, uid in uids.items():
        content, path = (text.replace(f"{{{name}}}", uid) for text in (content, path))
    headers = {"Content-Type": "application/json"} if content else {}
    return engine.http.request(call["method"], path, content=content, headers=headers)
