"""What an upgrade reserves in the catalog and does not create, it gives back when it fails."""

import json
import re
import shlex
from collections.abc import Mapping

import pytest
from psycopg import Connection

from msm_local.platform import LocalPlatform
from tests.conftest import environment_of
from tests.downstream.conftest import FIRST, Project
from tests.downstream.cycle import look
from tests.support.gateway import Gateway
from tests.support.generation import GENERATION
from tests.support.migrating import sentence_of

ROWS = """
    SELECT physical_table_name, provisioning_status, uid::text FROM msm_local.meta_tables
    WHERE identifier LIKE 'acme%' AND deleted_at IS NULL ORDER BY 1
"""
BROKEN = '    op.execute("SELECT 1 / 0")\n'
END = "\n\ndef downgrade"
# How each SDK has the platform remove what was reserved.
REMOVAL = {
    "metatables": ("POST", "/finalize-managed/"),
    "mainsequence8": ("DELETE", "/api/v1/"),
}[GENERATION]


@pytest.fixture
def broken(acme: Project, environment: Mapping[str, str], superuser: Connection) -> Project:
    """The project with a first revision that creates its tables and then fails."""
    made = acme.migrate(
        "revision", "-m", "create the quote tables", *FIRST, environment=environment
    )
    assert made.exit_code == 0, made.stderr
    replace(acme, END, f"{BROKEN}{END}")
    # Of metatables, this command reserves too.
    superuser.execute("DELETE FROM msm_local.meta_tables WHERE identifier LIKE 'acme%'")
    return acme


def replace(project: Project, old: str, new: str) -> None:
    (file,) = project.versions.glob("acme0001_*.py")
    file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def statuses(database: Connection) -> list[str]:
    return [status for _, status, _ in database.execute(ROWS).fetchall()]


def test_failed_upgrade_leaves_nothing_reserved(
    broken: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    failed = broken.migrate("upgrade", "heads", environment=environment)
    assert failed.exit_code == 1
    assert "division by zero" in sentence_of(failed)
    assert statuses(superuser) == []
    replace(broken, BROKEN, "")
    done = broken.migrate("upgrade", "heads", environment=environment)
    assert done.exit_code == 0, done.stderr
    assert statuses(superuser) == ["active", "active"]


def test_refused_upgrade_leaves_nothing_reserved(
    broken: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    replace(broken, BROKEN, '    op.drop_table("acme__quote")\n')
    refused = broken.migrate("upgrade", "heads", environment=environment)
    assert refused.exit_code == 3, refused.stderr
    assert statuses(superuser) == []


@pytest.mark.slow
def test_failed_upgrade_keeps_what_was_reserved_before(
    broken: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    """Somebody may have given rights on it."""
    replace(broken, BROKEN, "")
    below = broken.migrate("upgrade", "acme@base", environment=environment)
    assert below.exit_code == 0, below.stderr
    before = superuser.execute(ROWS).fetchall()
    assert statuses(superuser) == ["reserved", "reserved"]
    replace(broken, END, f"{BROKEN}{END}")
    assert broken.migrate("upgrade", "heads", environment=environment).exit_code == 1
    assert superuser.execute(ROWS).fetchall() == before


@pytest.mark.slow
def test_failed_upgrade_keeps_what_it_has_committed(
    broken: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    body = f"    with op.get_context().autocommit_block():\n    {BROKEN}"
    replace(broken, BROKEN, body)
    assert broken.migrate("upgrade", "heads", environment=environment).exit_code == 1
    assert statuses(superuser) == ["reserved", "reserved"]
    checked = look(broken, "check", "--json", environment=environment)
    found = json.loads(checked.stdout)["differences"]
    assert "reserved" in {each["kind"] for each in found}, found


@pytest.mark.slow
def test_upgrade_says_what_it_could_not_give_back(
    broken: Project, platform: LocalPlatform, superuser: Connection
) -> None:
    def meet(method: str, path: str) -> int | None:
        return 400 if method == REMOVAL[0] and REMOVAL[1] in path else None

    with Gateway(platform, meet) as gateway:
        failed = broken.migrate("upgrade", "heads", environment=environment_of(gateway))
    assert "division by zero" in sentence_of(failed)
    assert statuses(superuser) == ["reserved", "reserved"]
    said = re.search(r"tables that this run has reserved are still .*: `(.*)`", failed.stderr)
    assert said is not None, failed.stderr
    replace(broken, BROKEN, "")
    command = shlex.split(said[1])[2:]
    done = broken.migrate(command[0], command[-1], environment=environment_of(platform))
    assert done.exit_code == 0, done.stderr
    assert statuses(superuser) == ["active", "active"]
