"""The status of an instance, from one call of its platform."""

import http.client
import json
import socket
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from msm_local.contract.paths import API_ROOT, WINDOW_ROOT
from msm_local.instances.instance import API_ENDED, Instance, State
from msm_local.system.processes import is_server

__all__ = ["Health", "ask_login", "call_health", "probe"]

Status = Literal["healthy", "stopped", "degraded"]
PROBE_TIMEOUT = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """The status of an instance.

    Attributes:
        status: healthy, stopped or degraded.
        reason: why it is degraded; empty otherwise.
        state: what its server wrote; None if it is stopped.
        postgresql: version of PostgreSQL; empty if it does not answer.
        generations: when each generation of the SDK used the database last, in ISO 8601, or None if
            it never did; empty if the platform is not healthy.
    """

    status: Status
    reason: str
    state: State | None
    postgresql: str
    generations: dict[str, str | None] = field(default_factory=dict)


def probe(instance: Instance) -> Health:
    """Look at the instance with one call, which takes at most PROBE_TIMEOUT seconds."""
    state = instance.read_state()
    if state is None or not is_server(state.pid, instance.folder):
        return Health("stopped", "", None, "")
    # Where the API has ended, the server still answers, and says why.
    if state.phase not in ("ready", API_ENDED):
        return Health("degraded", f"still {state.phase}", state, "")
    try:
        answer = call_health(state.endpoint, state.token)
    except ValueError as error:
        return Health("degraded", _fault_of_postgres(state) or str(error), state, "")
    except (OSError, http.client.HTTPException) as error:
        fault = f"the API does not answer: {error}"
        return Health("degraded", _fault_of_postgres(state) or fault, state, "")
    return Health("healthy", "", state, answer["postgresql"], answer["generations"])


def _fault_of_postgres(state: State) -> str:
    """That nothing listens where PostgreSQL was; empty where something does, or nobody knows."""
    # The API waits for PostgreSQL longer than a status waits for the API.
    host = urlsplit(state.database_url).hostname
    if not host or "%" in host or not state.postgres_port:
        return ""
    try:
        socket.create_connection((host, state.postgres_port), PROBE_TIMEOUT).close()
    except OSError as error:
        return f"PostgreSQL at {host}:{state.postgres_port} is down: {error}"
    return ""


def call_health(endpoint: str, token: str) -> dict[str, Any]:
    """Ask the platform at this endpoint for its health, with its token.

    Raises:
        OSError, HTTPException: nothing answers within PROBE_TIMEOUT seconds.
        ValueError: the answer is not that of a healthy platform; contains its reason.
    """
    answer = _call("GET", endpoint, f"{API_ROOT}/health/", token)
    if answer.get("ok") is not True:
        raise ValueError(str(answer.get("detail", "no reason given")))
    if "generations" not in answer:
        raise ValueError("it was started by an older version of msm-local")
    return answer


def ask_login(endpoint: str, token: str) -> str:
    """Ask the platform at this endpoint for a path that logs a browser in once.

    Raises:
        OSError, HTTPException: nothing answers within PROBE_TIMEOUT seconds.
        ValueError: the answer has no such path; contains its reason.
    """
    answer = _call("POST", endpoint, f"{WINDOW_ROOT}/login/", token)
    if "path" not in answer:
        raise ValueError(str(answer.get("detail", "no reason given")))
    return str(answer["path"])


def _call(method: str, endpoint: str, path: str, token: str) -> dict[str, Any]:
    # The standard library's client: httpx would take longer to import than the call takes.
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=PROBE_TIMEOUT)
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {token}"})
        answer: object = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    if not isinstance(answer, dict):
        raise ValueError("the answer is not a JSON object")  # noqa: TRY004 - a value, not an argument
    return answer
