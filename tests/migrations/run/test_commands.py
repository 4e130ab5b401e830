"""The four commands of the SDK's CLI through our provider, on the local platform."""

import ast
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from psycopg import Connection

from msm import MarketsTimeIndexMetaTable
from msm_local.platform import LocalPlatform
from tests.conftest import PROVIDER, ROOT, environment_of
from tests.support.forked import run_forked, run_sdk_cli
from tests.support.generation import only_mainsequence8
from tests.support.history import HEAD, MODELS, NEXT, RESOURCES
from tests.support.migrating import migrate, run_tool_fresh, wrong_provider_code
from tests.support.schema import describe

type Catalog = dict[str, dict[str, Any]]


def catalog(platform: LocalPlatform) -> Catalog:
    """Every resource of the platform's catalog, by physical table name."""
    answer = httpx.post(
        f"{platform.endpoint}/api/v1/meta-tables/filter/",
        json={"limit": 1000},
        headers={"Authorization": f"Bearer {platform.token}"},
    )
    found = answer.raise_for_status().json()
    rows = found["results"] if isinstance(found, dict) else found
    return {row["physical_table_name"]: row for row in rows}


def test_current_says_the_head(environment: Mapping[str, str]) -> None:
    result = migrate("current", environment=environment)
    assert result.exit_code == 0
    assert f"{HEAD} (head)" in result.stderr
    assert result.stdout == ""


@only_mainsequence8
def test_current_accepts_json(environment: Mapping[str, str]) -> None:
    result = migrate("current", "--json", environment=environment)
    assert result.exit_code == 0
    assert f"{HEAD} (head)" in result.stderr


def test_upgrade_prints_only_json_on_standard_output(
    environment: Mapping[str, str],
) -> None:
    result = migrate("upgrade", "head", "--json", environment=environment)
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["ok"] is True
    counts = (answer["active_count"], answer["reserved_count"], answer["failed_count"])
    assert counts == (RESOURCES, 0, 0)


def test_a_revision_at_head_is_empty(environment: Mapping[str, str], checkout: Path) -> None:
    result = migrate(
        "revision", "-m", "probe", "--autogenerate", environment=environment, folder=checkout
    )
    assert result.exit_code == 0
    (file,) = checkout.glob(f"migrations/versions/mainsequence_markets/{NEXT}_probe.py")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    bodies = {
        node.name: [type(statement) for statement in node.body]
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    assert bodies == {"upgrade": [ast.Pass], "downgrade": [ast.Pass]}


def test_after_upgrade_the_catalog_matches_postgresql(
    platform: LocalPlatform, head_database: Connection
) -> None:
    rows = catalog(platform)
    assert len(rows) == RESOURCES
    assert {row["provisioning_status"] for row in rows.values()} == {"active"}
    time_indexed = sum(issubclass(model, MarketsTimeIndexMetaTable) for model in MODELS)
    assert sum(row["table_kind"] == "time_indexed" for row in rows.values()) == time_indexed
    shapes = describe(head_database)
    assert set(rows) - set(shapes) == {"ms_markets__alembic_version"}
    for table, shape in shapes.items():
        columns = [(column["name"], column["nullable"]) for column in rows[table]["columns"]]
        assert columns == [(name, not not_null) for name, _, not_null in shape.columns], table
        assert {index["name"] for index in rows[table]["indexes_meta"]} == set(shape.indexes)
        keys = {key["name"] for key in rows[table]["foreign_keys"]}
        assert keys == {name for name in shape.constraints if name.startswith("fk__")}


def test_every_table_belongs_to_the_owner_role(head_database: Connection) -> None:
    owners = head_database.execute(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    assert len(owners) == 1
    login = head_database.execute(
        "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", owners[0]
    ).fetchone()
    assert login == (False,)


def test_downgrade_to_base_and_upgrade_keep_every_uid(
    platform: LocalPlatform, environment: Mapping[str, str], head_database: Connection
) -> None:
    before = catalog(platform)
    down = migrate("downgrade", "base", "--json", environment=environment)
    assert down.exit_code == 0, down.stderr
    assert json.loads(down.stdout)["active_count"] == 1
    assert set(catalog(platform)) == {"ms_markets__alembic_version"}
    assert describe(head_database) == {}
    head_database.commit()

    up = migrate("upgrade", "head", "--json", environment=environment)
    assert up.exit_code == 0, up.stderr
    after = catalog(platform)
    assert {table: row["uid"] for table, row in after.items()} == {
        table: row["uid"] for table, row in before.items()
    }
    assert {row["provisioning_status"] for row in after.values()} == {"active"}


def test_down_to_1002_drops_pricing_only(
    platform: LocalPlatform, environment: Mapping[str, str]
) -> None:
    down = migrate("downgrade", "1002", "--json", environment=environment)
    assert down.exit_code == 0, down.stderr
    assert json.loads(down.stdout)["active_count"] == 52
    assert len(catalog(platform)) == 52
    up = migrate("upgrade", "head", "--json", environment=environment)
    assert json.loads(up.stdout)["active_count"] == RESOURCES


def test_an_explicit_lower_target_leaves_later_tables_reserved(
    fresh_platform: LocalPlatform,
) -> None:
    environment = environment_of(fresh_platform)
    up = migrate("upgrade", "1002", "--json", environment=environment)
    assert up.exit_code == 0, up.stderr
    answer = json.loads(up.stdout)
    assert (answer["active_count"], answer["reserved_count"]) == (52, RESOURCES - 52)


def list_twice(checkout: Path) -> None:
    registry = checkout / "migrations" / "registry.py"
    source = registry.read_text(encoding="utf-8")
    doubled = "*pricing_sqlalchemy_models(),\n        *pricing_sqlalchemy_models(),"
    registry.write_text(source.replace("*pricing_sqlalchemy_models(),", doubled), encoding="utf-8")


def forget_a_class(checkout: Path) -> None:
    registry = checkout / "migrations" / "registry.py"
    source = registry.read_text(encoding="utf-8")
    fewer = "*pricing_sqlalchemy_models()[:-1],"
    registry.write_text(source.replace("*pricing_sqlalchemy_models(),", fewer), encoding="utf-8")


TAKEN = '''

from msm import MarketsMetaTable


class Assets(MarketsMetaTable):
    """A second class for the table of assets."""

    __concept__ = "Asset"
'''


def take_a_table(checkout: Path) -> None:
    registry = checkout / "migrations" / "registry.py"
    registry.write_text(registry.read_text(encoding="utf-8") + TAKEN, encoding="utf-8")


def install_ms_markets(checkout: Path) -> None:
    facts = checkout / "ms_markets-1.0.16.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Name: ms-markets\nVersion: 1.0.16\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        (list_twice, "IndexConventionDetails appears twice in the migration provider"),
        (forget_a_class, "mapped on MarketsBase but in no graph; add it to the"),
        (
            take_a_table,
            (
                "Model migrations.registry.Assets would have the table ms_markets__asset, which "
                "belongs to msm.models.assets.asset.Asset; rename the class"
            ),
        ),
        (install_ms_markets, "ms-markets 1.0.16 and msm-core both install a package named msm"),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_wrong_provider_stops_every_command_with_one_sentence(
    environment: Mapping[str, str],
    checkout: Path,
    mistake: Callable[[Path], None],
    sentence: str,
) -> None:
    mistake(checkout)
    for command in (["current"], ["upgrade", "head"], ["downgrade", "base"], ["revision"]):
        result = migrate(*command, environment=environment, folder=checkout)
        assert result.exit_code == wrong_provider_code(command[0])
        assert "Traceback" not in result.stderr
        words = " ".join(result.stderr.replace("│", " ").split())
        assert sentence in words


@pytest.mark.parametrize("form", [["--provider", "{}"], ["--provider={}"]], ids=len)
def test_a_misspelled_provider_is_one_sentence(
    environment: Mapping[str, str], form: list[str]
) -> None:
    option = [word.format(f"{PROVIDER}s") for word in form]
    for verb in (["current"], ["upgrade"], ["downgrade", "base"], ["revision"]):
        words = ("migrations", *verb, *option)
        result = run_sdk_cli(*words, environment=environment, folder=ROOT)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.splitlines()[-1] == (
            "migrations has no provider 'migrations'; write `--provider migrations:migration`."
        )


@pytest.mark.parametrize(
    ("mistake", "named"),
    [(list_twice, "IndexConventionDetails"), (take_a_table, "migrations.registry.Assets")],
    ids=["list_twice", "take_a_table"],
)
@pytest.mark.parametrize("tool", ["review", "check", "plan", "adopt"])
def test_wrong_provider_stops_every_tool_with_one_sentence(
    environment: Mapping[str, str],
    checkout: Path,
    tool: str,
    mistake: Callable[[Path], None],
    named: str,
) -> None:
    mistake(checkout)
    result = run_forked(run_tool_fresh, tool, environment=environment, folder=checkout)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert named in result.stderr
