"""The provider under unusual conditions: names, passwords, keys, missing packages."""

import io
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest
from alembic import command
from psycopg import Connection
from sqlalchemy import make_url

from migrations.errors import ConnectionLostError, MissingExtensionError, PublishedHistoryError
from migrations.run.lock import release
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import PROVIDER, RUNTIME_PASSWORD, environment_of
from tests.support.alembic import config_for
from tests.support.forked import Finished, run_forked, run_sdk_cli
from tests.support.history import HEAD, NEXT, RESOURCES, TABLES
from tests.support.janitor import new_database
from tests.support.migrating import (
    migrate,
    run_check_fresh,
    run_cli_fresh,
    sentence_of,
    wrong_provider_code,
)
from tests.support.refusals import NOTHING_KEPT, sentence
from tests.support.schema import describe
from tests.support.urls import url_of

# Many databases and upgrades: together they would take the default suite over its limit.
pytestmark = pytest.mark.slow

SPECIAL = "p%41 @:/#?&='ü€"
VERSIONS = Path("migrations/versions/mainsequence_markets")


def operations_of(result: Finished, checkout: Path) -> str:
    """What a generated revision asks for."""
    assert result.exit_code == 0, result.stderr
    (file,) = checkout.glob(f"{VERSIONS}/{NEXT}_*.py")
    text = file.read_text(encoding="utf-8")
    file.unlink()
    return "\n".join(line.strip() for line in text.splitlines() if line.strip().startswith("op."))


@pytest.fixture
def special_database(cluster: Cluster) -> Iterator[str]:
    """The URL of an empty database whose name has every character that needs quoting."""
    with new_database(cluster, f"a b {SPECIAL}") as name:
        yield cluster.platform_url(name)


def test_special_characters_in_password_and_database_name(
    special_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each character means something to Alembic's configuration, to libpq or in a URL."""
    with LocalPlatform(special_database, runtime_password=RUNTIME_PASSWORD) as platform:
        monkeypatch.setattr("secrets.token_urlsafe", lambda _: SPECIAL)
        environment = environment_of(platform)
        result = migrate("upgrade", "head", environment=environment)
        assert result.exit_code == 0, result.stderr
        assert SPECIAL not in result.stdout + result.stderr
        result = migrate("current", environment=environment)
        assert f"{HEAD} (head)" in result.stderr
    with psycopg.connect(special_database) as connection:
        assert len(describe(connection)) == len(TABLES)


@pytest.mark.parametrize(
    "command", [("current",), ("revision", "-m", "Probe"), ("upgrade",), ("downgrade", "base")]
)
def test_a_password_is_in_no_message(
    command: tuple[str, ...],
    environment: Mapping[str, str],
    checkout: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("credentials", "metatables.migration_connections"):
        monkeypatch.setattr(
            f"msm_local.services.{module}.login_uri",
            lambda *_: "postgresql://u:hidden@127.0.0.1:9/none",
        )
    result = migrate(*command, environment=environment, folder=checkout)
    assert result.exit_code == 1
    # What libpq says differs from system to system.
    reason = sentence_of(result).partition("(")[2].partition("); nothing")[0]
    assert sentence_of(result) == sentence(
        ConnectionLostError, server="127.0.0.1:9", reason=reason, outcome=NOTHING_KEPT
    )
    assert "hidden" not in result.stdout + result.stderr


def test_keys_created_with_the_schema_are_no_difference(
    environment: Mapping[str, str], superuser: Connection, checkout: Path
) -> None:
    """PostgreSQL stores which table a key refers to, not the text that named it."""
    keys = superuser.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = 'public'::regnamespace"
    ).fetchall()
    # Those that were published, and those added since.
    assert len(keys) >= 86
    for table, name, definition in keys:
        named = definition.replace("REFERENCES ", "REFERENCES public.")
        change = f"DROP CONSTRAINT {name}, ADD CONSTRAINT {name} {named}"
        superuser.execute(f"ALTER TABLE public.{table} {change}".encode())
    result = migrate("revision", "-m", "Probe", environment=environment, folder=checkout)
    assert operations_of(result, checkout) == ""
    superuser.execute("DROP TABLE ms_markets__tradests")
    result = migrate("revision", "-m", "Probe", environment=environment, folder=checkout)
    assert "op.create_table(" in operations_of(result, checkout)


class Missing:
    """An import hook: one package cannot be found."""

    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name == self.package:
            raise ModuleNotFoundError(f"No module named {name!r}")


def without_package(name: str, arguments: tuple[str, ...]) -> None:
    sys.meta_path.insert(0, Missing(name))
    run_cli_fresh(arguments)


@pytest.mark.parametrize("package", ["msm_portfolio", "msm_pricing"])
@pytest.mark.parametrize("verb", ["current", "revision"])
def test_without_one_of_the_packages_nothing_is_generated(
    verb: str, package: str, environment: Mapping[str, str], checkout: Path
) -> None:
    """Autogenerate would drop its tables, which then have no model."""
    arguments = ("migrations", verb, "--provider", PROVIDER)
    result = run_forked(
        without_package, package, arguments, environment=environment, folder=checkout
    )
    assert result.exit_code == wrong_provider_code(verb)
    assert "Traceback" not in result.stderr
    assert f"No module named {package!r}" in " ".join(result.stderr.replace("│", " ").split())
    assert not list(checkout.glob(f"{VERSIONS}/{NEXT}_*.py"))


def test_installed_provider_has_the_same_history(
    fresh_platform: LocalPlatform, empty_database: Connection, checkout: Path
) -> None:
    (checkout / "migrations").rename(checkout / "msm_migrations")
    environment = environment_of(fresh_platform)

    def installed(*arguments: str) -> Finished:
        named = ("migrations", arguments[0], "--provider", "msm_migrations:migration")
        return run_sdk_cli(*named, *arguments[1:], environment=environment, folder=checkout)

    result = installed("upgrade", "1003")
    assert result.exit_code == 0, result.stderr
    assert migrate("upgrade", "head", environment=environment).exit_code == 0
    result = installed("downgrade", "1003")
    assert result.exit_code == 0, result.stderr
    assert "1003" in installed("current").stderr
    empty_database.execute("SET ROLE empty_owner")
    empty_database.execute("UPDATE ms_markets__alembic_version SET version_num = '0017'")
    empty_database.commit()
    assert sentence_of(installed("current")) == sentence(
        PublishedHistoryError,
        row="0017",
        release="the published ms-markets",
        remedy="",
        package="msm_migrations",
    )


def test_offline_the_sql_is_written_without_a_database() -> None:
    printed = io.StringIO()
    config = config_for(make_url("postgresql://nobody@127.0.0.1:9/none"))
    config.output_buffer = printed
    command.upgrade(config, "head", sql=True)
    assert printed.getvalue().count("CREATE TABLE ms_markets__") == RESOURCES
    assert "SET search_path" not in printed.getvalue()


EXTENDED = """
import dataclasses

migration = dataclasses.replace(
    migration, version_locations=(*migration.version_locations, f"{PACKAGE}:acme")
)
"""


def write_extension(checkout: Path, parent: str | None, needed: str | None) -> Path:
    folder = checkout / "migrations" / "acme"
    folder.mkdir()
    (folder / "acme0001_begin.py").write_text(
        f'revision = "acme0001"\ndown_revision = {parent!r}\nbranch_labels = ("acme",)\n'
        f"depends_on = {needed!r}\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.parametrize(
    ("parent", "needed"), [("1003", None), (None, "1003")], ids=["follows ours", "separate"]
)
def test_project_that_extends_the_history_has_its_branch(
    parent: str | None,
    needed: str | None,
    empty_database: Connection,
    checkout: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Without the SDK's command line, which takes one folder of revisions only."""
    folders = checkout / VERSIONS, write_extension(checkout, parent, needed)
    config = config_for(url_of(empty_database))
    config.set_main_option("version_locations", "\n".join(map(str, folders)))
    with pytest.raises(SystemExit):
        command.upgrade(config, "head")
    assert capsys.readouterr().err.startswith("Alembic refuses: Multiple head revisions")
    command.upgrade(config, "heads")
    rows = empty_database.execute("SELECT version_num FROM ms_markets__alembic_version ORDER BY 1")
    assert rows.fetchall() == [(HEAD,), ("acme0001",)]
    empty_database.commit()
    with pytest.raises(SystemExit):
        command.upgrade(config_for(url_of(empty_database)), "heads")
    expected = sentence(MissingExtensionError, row="acme0001", provider=PROVIDER)
    assert capsys.readouterr().err == f"{expected}\n"
    release()


def test_check_knows_a_head_that_another_depends_on(
    environment: Mapping[str, str],
    superuser: Connection,
    checkout: Path,
) -> None:
    with (checkout / "migrations" / "markets.py").open("a", encoding="utf-8") as provider:
        provider.write(EXTENDED)
    write_extension(checkout, None, HEAD)
    # Alembic keeps one row: the one that implies the other.
    superuser.execute("UPDATE ms_markets__alembic_version SET version_num = 'acme0001'")
    result = run_forked(run_check_fresh, environment=environment, folder=checkout)
    assert (result.value, result.stderr) == (0, "")
