"""Where msm-local's catalog answers in another way than the vendor's, each side as documented."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conformance.differences import CATALOG
from tests.conformance.engines import Engine
from tests.conformance.tables import REGISTRY, migrate, reservation
from tests.support.generation import only_metatables

pytestmark = only_metatables

TAKEN = "00000000-0000-4000-8000-00000000abcd"
TABLES = "/meta-tables/"


@dataclass(frozen=True, slots=True)
class Catalog:
    """The catalog of an engine, and the uids of the tables that it has."""

    engine: Engine
    uids: dict[str, str]

    def row(self, name: str, **changes: Any) -> dict[str, Any]:
        """A reservation of a table that only this test knows."""
        row = reservation(name, self.uids, **changes)
        row["table_contract"]["physical"]["table_name"] = row["physical_table_name"]
        return row

    def reserve(self, *rows: dict[str, Any]) -> httpx.Response:
        return self.engine.http.post(TABLES, json=list(rows))

    def reserved(self, name: str, **changes: Any) -> str:
        """The uid of a table that was reserved now."""
        answer = self.reserve(self.row(name, **changes))
        assert answer.is_success, answer.text
        return str(answer.json()[0]["uid"])

    def get(self, uid: str) -> dict[str, Any]:
        return dict(self.engine.http.get(f"{TABLES}{uid}/").json())

    def make(self, uid: str, *statements: str) -> httpx.Response:
        """Run DDL, and finalize the table; the answer to that."""
        return migrate(self.engine, self.uids[REGISTRY], [uid], list(statements))


def refused_contract(catalog: Catalog) -> tuple[int, str]:
    row = catalog.row("refused")
    row["table_contract"]["columns"] = []
    answer = catalog.reserve(row)
    return answer.status_code, type(answer.json()["detail"]).__name__


def one_table_twice(catalog: Catalog) -> tuple[int, int]:
    row = catalog.row("twice")
    answer = catalog.reserve(row, row)
    body = answer.json()
    return answer.status_code, len({each["uid"] for each in body}) if answer.is_success else 0


def another_provider(catalog: Catalog) -> int:
    changes = {"migration_namespace": "other", "migration_provider_key": "cmpprov:other"}
    row = catalog.row("parent", **changes, alembic_version_meta_table_uid=None)
    return catalog.reserve(row).status_code


def taken_identifier(catalog: Catalog) -> tuple[int, int]:
    taken = catalog.row("other_table", identifier="cmp.parent")
    unknown = catalog.row("of_no_source", data_source_uid=TAKEN)
    return catalog.reserve(taken).status_code, catalog.reserve(unknown).status_code


def reserved_again(catalog: Catalog) -> object:
    uid = catalog.reserved("again", description="first")
    assert catalog.reserved("again", description="second") == uid
    return catalog.get(uid)["description"]


def types(catalog: Catalog) -> object:
    columns = catalog.get(catalog.uids["parent"])["columns"]
    return {column["name"]: column["backend_type"] for column in columns}["code"]


def comment(catalog: Catalog) -> object:
    uid = catalog.reserved("commented")
    ddl = "CREATE TABLE cmp__commented (id bigint PRIMARY KEY, name varchar(20))"
    text = "COMMENT ON COLUMN cmp__commented.name IS 'of the database'"
    assert catalog.make(uid, ddl, text).is_success
    [column] = [each for each in catalog.get(uid)["columns"] if each["name"] == "name"]
    return column["description"]


def view(catalog: Catalog) -> int:
    uid = catalog.reserved("a_view")
    ddl = "CREATE VIEW cmp__a_view AS SELECT 1::bigint AS id, 'a'::varchar(20) AS name"
    return catalog.make(uid, ddl).status_code


def ordering(catalog: Catalog) -> int:
    body = {"ordering": ["identifier"]}
    return catalog.engine.http.post(f"{TABLES}filter/", json=body).status_code


def other_paths(catalog: Catalog) -> tuple[int, ...]:
    paths = ("/", "/caller/", f"{TABLES}{catalog.uids['parent']}/search-document/")
    return tuple(catalog.engine.http.get(path).status_code for path in paths)


type Seen = Callable[[Catalog], object]

# What msm-local answers, and what the vendor's server does.
CASES: dict[str, tuple[Seen, object, object]] = {
    "errors of a reservation": (refused_contract, (422, "str"), (422, "dict")),
    "one table twice in a reservation": (one_table_twice, (422, 0), (201, 1)),
    "a table of another provider": (another_provider, 409, 201),
    "an identifier or a data source that is taken or unknown": (
        taken_identifier, (409, 409), (503, 503),
    ),
    "a table that is reserved again": (reserved_again, "first", "second"),
    "`backend_type` and `data_type`": (types, "VARCHAR(8)", "varchar"),
    "comments of the database": (comment, "of the database", ""),
    "a view in place of a table": (view, 409, 400),
    "the filter `ordering`": (ordering, 422, 200),
    "`GET /`, `caller/`, `search-document/`": (other_paths, (404,) * 3, (200,) * 3),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_catalog_differs_as_documented(
    running: Engine, uids: Mapping[str, str], name: str
) -> None:
    seen, ours, theirs = CASES[name]
    expected = ours if running.name == "msm-local" else theirs
    assert seen(Catalog(running, dict(uids))) == expected


def test_every_documented_difference_is_tested() -> None:
    assert set(CASES) == set(CATALOG)
