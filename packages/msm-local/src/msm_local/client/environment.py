"""The environment variables that the SDK reads, and the formats in which they are printed."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msm_local.client.git_context import git_environment
from msm_local.instances.apis import ROOTS
from msm_local.instances.instance import Instance, State
from msm_local.instances.variables import platform_variables

__all__ = ["Format", "child_environment", "render", "sdk_environment"]

Format = Literal["sh", "dotenv", "json"]

# With one of these the SDK would log in to another platform, or report to a job that is not ours.
REMOVED = (
    "MAINSEQUENCE_REFRESH_TOKEN",
    "MAIN_SEQUENCE_REFRESH_TOKEN",
    "MAINSEQUENCE_RUNTIME_CREDENTIAL_ID",
    "MAINSEQUENCE_RUNTIME_CREDENTIAL_SECRET",
    "MAINSEQUENCE_RUNTIME_IDENTITY_TOKEN_FILE",
    "JOB_RUN_UID",
)
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
LOOPBACK = "127.0.0.1"


def sdk_environment(
    instance: Instance, state: State, directory: Path, environment: Mapping[str, str]
) -> dict[str, str]:
    """The variables with which either SDK, started in ``directory``, finds the platform.

    Raises:
        GitUnavailableError: a stand-in Git context is needed and cannot be made.
    """
    variables = platform_variables(state.endpoint, state.token, ROOTS[state.api])
    # The SDK writes its logs there instead of into the home folder.
    variables["TDAG_ROOT_PATH"] = str(instance.folder / "sdk")
    # A proxy would look for 127.0.0.1 on its own machine.
    if any(environment.get(name) for name in PROXIES):
        variables |= dict.fromkeys(("NO_PROXY", "no_proxy"), _no_proxy(environment))
    return variables | git_environment(
        directory, instance.root, instance.folder / "git", environment
    )


def child_environment(
    environment: Mapping[str, str], variables: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a command: ours with the variables, without those of REMOVED."""
    kept = {name: value for name, value in environment.items() if name not in REMOVED}
    return {**kept, **variables}


def render(variables: Mapping[str, str], style: Format) -> str:
    """The variables as shell exports, as a .env file, or as JSON."""
    if style == "json":
        return json.dumps(dict(variables), indent=2)
    if style == "dotenv":
        return "\n".join(f"{name}={_quoted(value)}" for name, value in variables.items())
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())


def _quoted(value: str) -> str:
    if shlex.quote(value) == value:
        return value
    # In single quotes every character means itself, to a shell and to other readers of .env files.
    if "'" not in value:
        return f"'{value}'"
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def _no_proxy(environment: Mapping[str, str]) -> str:
    given = environment.get("NO_PROXY") or environment.get("no_proxy") or ""
    parts = [part.strip() for part in given.split(",") if part.strip()]
    return ",".join(parts if LOOPBACK in parts else [*parts, LOOPBACK])
