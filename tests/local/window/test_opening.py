"""The command that opens the window of a real instance, and what the window costs."""

import hashlib
import json
from pathlib import Path

import httpx
import psutil
import pytest

from msm_local.window import door
from tests.local.shell import Shell

STATIC = Path(door.__file__).parent / "static"
HTMX = "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"


def test_htmx_is_the_file_of_its_package() -> None:
    assert hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest() == HTMX
    assert (STATIC / "htmx.LICENSE").read_text().startswith("Zero-Clause BSD")


@pytest.mark.slow
def test_open_prints_a_link_that_logs_in(shell: Shell) -> None:
    state = shell.start()
    server = psutil.Process(json.loads((shell.state / "state.json").read_text())["pid"])
    if psutil.LINUX:
        assert not any("markupsafe" in entry.path for entry in server.memory_maps())
    link = json.loads(shell("open", "--json").stdout)["link"]
    assert link.startswith(f"{state['endpoint']}/ui/login/?code=")
    with httpx.Client() as browser:
        assert browser.get(link).status_code == 200
        for page in ("", "tables/", "revisions/", "api/"):
            answer = browser.get(f"{state['endpoint']}/ui/{page}")
            assert answer.status_code == 200, answer.text
        assert shell("open", "--print-only").stdout.startswith(f"{state['endpoint']}/ui/login/")
        # The cookie is signed with the token, which a restart keeps.
        shell("stop")
        shell("start")
        assert browser.get(f"{state['endpoint']}/ui/").status_code == 200
    shell("stop")
