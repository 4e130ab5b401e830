"""Calls of generation 2's API over real HTTP."""

from typing import Any

import httpx
import psycopg

from tests.local.conftest import Client

__all__ = ["DIMENSIONS", "REGISTRY", "UNKNOWN", "Tables", "series"]

REGISTRY = "versions"
UNKNOWN = "11111111-1111-4111-8111-111111111111"
DIMENSIONS = ["account_identifier", "asset_identifier"]


class Tables:
    """Calls by the rules of generation 2, for a platform that a client of the tests has."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.http = httpx.Client(
            base_url=f"{client.platform.endpoint}/metatables",
            headers={"X-MetaTables-Local-Token": client.platform.token},
            timeout=30,
        )
        self.source = client.data_source_uid

    def row(self, name: str, **changes: Any) -> dict[str, Any]:
        return self.client.row(name) | {"is_alembic_managed": True} | changes

    def registry(self) -> str:
        """The uid of a version table, which the tables of the tests belong to."""
        contract = {
            "physical": {"schema": "public", "table_name": REGISTRY},
            "columns": [{"name": "version_num", "data_type": "string"}],
            "authoring": {"owner": "alembic", "version_table": REGISTRY},
        }
        [uid] = self.reserve(REGISTRY, table_contract=contract)
        return uid

    def reserve(self, *names: str, resource: str = "meta-tables", **changes: Any) -> list[str]:
        rows = [self.row(name, **changes) for name in names]
        answer = self.http.post(f"/{resource}/", json=rows)
        assert answer.status_code == 201, answer.text
        return [row["uid"] for row in answer.json()]

    def connection(self, uid: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"/meta-tables/{uid}/migration-connection/", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def migrate(self, uid: str, *statements: str) -> None:
        uri = self.connection(uid)["uri"].replace("+psycopg2", "")
        with psycopg.connect(uri) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def finalize(self, *uids: str, **more: Any) -> tuple[int, dict[str, Any]]:
        body = {"meta_table_uids": list(uids), **more}
        answer = self.http.post("/meta-tables/finalize-managed/", json=body)
        return answer.status_code, answer.json()

    def active(self, name: str, *statements: str, **changes: Any) -> str:
        """Reserve a table, create it with the statements, and activate it."""
        [uid] = self.reserve(name, **changes)
        self.migrate(uid, *statements)
        status, answer = self.finalize(uid)
        assert status == 200, answer
        return uid

    def get(self, uid: str) -> dict[str, Any]:
        answer = self.http.get(f"/meta-tables/{uid}/")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def execute(
        self,
        operation: str,
        sql: str,
        parameters: dict[str, Any] | None = None,
        *,
        types: dict[str, str] | None = None,
        **limits: Any,
    ) -> httpx.Response:
        body = {
            "operation": operation,
            "statement": {"sql": sql, "parameters": parameters or {}, "parameter_types": types},
            "data_source_uid": self.source,
            "limits": limits,
        }
        return self.http.post("/meta-tables/execute-operation/", json=body)

    def rows(self, sql: str, parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        answer = self.execute("select", sql, parameters)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["rows"])

    def refused(self, operation: str, sql: str, **more: Any) -> tuple[int, dict[str, str]]:
        """The status and the body of an operation that fails."""
        answer = self.execute(operation, sql, **more)
        return answer.status_code, answer.json()["detail"]


def series(tables: Tables, name: str, dimensions: list[str], **layout: Any) -> dict[str, Any]:
    """The row of a time-indexed table with these dimensions."""
    authored: dict[str, Any] = {
        "time_index_name": "at",
        "index_names": ["at", *dimensions],
        **layout,
    }
    columns = [{"name": "at", "data_type": "timestamp with time zone"}]
    columns += [{"name": column, "data_type": "string"} for column in dimensions]
    contract = {
        "physical": {"schema": "public", "table_name": name},
        "columns": columns,
        "authoring": {"time_indexed": authored},
    }
    return tables.row(name, time_index_name="at", cadence="1d", table_contract=contract)
