"""Requests that both engines get, and the form in which their answers are compared."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.conformance.engines import Engine

__all__ = ["DATA", "Recorded", "load", "replay"]

DATA = Path(__file__).parent / "data"
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Rows beyond these are not stored.
MAX_STORED = 2_000
FAULT = 500
EXECUTE = "/meta-tables/execute-operation/"

type Recorded = dict[str, Any]


def load(name: str) -> list[Recorded]:
    """The recorded requests and answers of a file of ``data``."""
    found: list[Recorded] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found


def replay(
    engine: Engine, uids: Mapping[str, str], requests: Sequence[Recorded]
) -> dict[str, Recorded]:
    """Send the requests in their order; the answers by the names of the requests."""
    return {request["name"]: _send(engine, uids, request) for request in requests}


def _send(engine: Engine, uids: Mapping[str, str], request: Recorded) -> Recorded:
    content = json.dumps(request["body"])
    for name, uid in uids.items():
        content = content.replace(f"{{{name}}}", uid)
    headers = {"Content-Type": "application/json"}
    path = request.get("path", EXECUTE)
    answer = engine.http.post(path, content=content, headers=headers)
    status = answer.status_code
    if status >= FAULT:
        return {"status": status}
    return {"status": status, **_said(answer.json(), {v: k for k, v in uids.items()})}


def _said(body: Any, names: Mapping[str, str]) -> Recorded:
    """What is compared: code and text of an error, else everything but what is random."""
    detail = body.get("detail")
    if isinstance(detail, dict):
        # A failing row has the uid that its default made.
        return {"code": detail["code"], "detail": UUID.sub("-", detail.get("detail") or "")}
    if "detail" in body:
        return {"detail": "a sentence" if isinstance(detail, str) else _locations(detail)}
    text = UUID.sub(lambda found: names.get(found[0], found[0]), json.dumps(body))
    if len(text) > MAX_STORED:
        rows = body.pop("rows", body.pop("results", []))
        return {"body": {**json.loads(UUID.sub("-", json.dumps(body))), "count": len(rows)}}
    return {"body": json.loads(text)}


def _locations(problems: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where a request is malformed; the words of each server's validation are its own."""
    return sorted({".".join(map(str, problem["loc"])) for problem in problems})
