"""Calls of the parity table, which run in a forked process: the client alone, and reading."""

import datetime
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest
from mainsequence.client.exceptions import ApiError, BadRequestError, NotFoundError
from mainsequence.client.utils import DoesNotExist

from msm_local.errors import RequestError, UnknownFilterError
from tests.local.instances.sdk_calls import row
from tests.support.generation import GENERATION, sdk

DataSource = sdk("models").DataSource
TimeIndexMetaTable = sdk("models").TimeIndexMetaTable
UNKNOWN = "11111111-1111-4111-8111-111111111111"
NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@dataclass(slots=True)
class Case:
    """The arguments of a call.

    Attributes:
        client_class: the class whose method is called.
        method: its name.
        item: an active table of that class, or the DataSource.
        source_uid: uid of the DataSource.
    """

    client_class: type[Any]
    method: str
    item: Any
    source_uid: str
    made: int = field(default=0)

    @property
    def bound(self) -> Any:
        """The method, on the instance."""
        return getattr(self.item, self.method)

    def new_row(self) -> dict[str, Any]:
        """A row to reserve, for a table that does not exist."""
        self.made += 1
        more = time_index() if self.client_class is TimeIndexMetaTable else {}
        return row(self.source_uid, f"t{uuid.uuid4().hex[:12]}", **more)

    def reserved(self) -> Any:
        """A table that is only reserved."""
        [made] = self.client_class.bulk_create([self.new_row()])
        return made


def time_index() -> dict[str, str]:
    """What only the row of a time-indexed table has."""
    fields = {"time_index_name": "time_index"}
    if GENERATION == "mainsequence8":
        fields["partition_strategy"] = "backend_default"
    return fields


@contextmanager
def refused(kind: type[ApiError], error: type[RequestError]) -> Iterator[None]:
    """The client raises ``kind``, because the platform answered with ``error``."""
    with pytest.raises(kind) as refusal:
        yield
    assert refusal.value.response.json()["error"] == error.__name__


# What the client does alone.


def build_session(case: Case) -> None:
    assert case.bound() is case.item.s


def session(case: Case) -> None:
    assert case.bound is case.item.build_session()


def class_name(case: Case) -> None:
    assert case.bound() == case.client_class.__name__


def date_to_string(case: Case) -> None:
    assert "2026" in case.bound(NOW)


def get_app_label(case: Case) -> None:
    labels = case.client_class.END_POINTS
    if case.client_class.__name__ in labels:
        assert case.bound() == labels[case.client_class.__name__].split("/")[0]
    else:
        with pytest.raises(KeyError):
            case.bound()


def get_object_url(case: Case) -> None:
    assert case.bound().startswith(case.client_class.ROOT_URL)


def get_detail_url(case: Case) -> None:
    assert case.bound() == f"{case.item.get_object_url()}/{case.item.uid}/"


def get_action_url(case: Case) -> None:
    assert case.bound("run-query") == f"{case.item.get_detail_url()}run-query/"


def request_to_datetime(case: Case) -> None:
    assert case.bound("2026-01-01T00:00:00+00:00") == NOW


def serialize_for_json(case: Case) -> None:
    assert case.bound({"a": [1]}) == {"a": [1]}


def column_dtypes_map(case: Case) -> None:
    assert case.bound == {"time_index": "timestamp with time zone", "uid": "uuid", "v": "float64"}


def index_names(case: Case) -> None:
    assert case.bound == ["time_index", "uid"]


def time_index_name(case: Case) -> None:
    assert case.bound == "time_index"


def map_columns_to_df(case: Case) -> None:
    frame = pd.DataFrame({"time_index": [NOW], "uid": [UNKNOWN], "v": ["1.5"]})
    made = case.bound(frame, case.item.column_dtypes_map, "time_index", ["time_index", "uid"])
    assert made["v"].tolist() == [1.5]


def allows_runtime_reads(case: Case) -> None:
    assert case.bound is True


allows_runtime_writes = allows_runtime_reads


# Reading.


# The client declares none for a DataSource, and sends all that it is given.
SOURCE_FILTERS = {
    "uid": ["exact", "in"],
    "display_name": ["exact"],
    "class_type": ["exact"],
    "status": ["exact"],
}


def filters_of(case: Case) -> list[tuple[dict[str, Any], bool]]:
    """Every declared filter, with a value that the item has and one that it does not have."""
    declared = case.client_class.FILTERSET_FIELDS or SOURCE_FILTERS
    cases: list[tuple[dict[str, Any], bool]] = []
    for name, lookups in declared.items():
        value = case.source_uid if name == "data_source__uid" else getattr(case.item, name)
        value = value[0] if isinstance(value, list) else value
        other = UNKNOWN if name.endswith("uid") else "elsewhere"
        for lookup in lookups:
            match lookup:
                case "exact":
                    cases += [({name: value}, True), ({name: other}, False)]
                case "in":
                    key = f"{name}__in"
                    cases += [({key: [other, value]}, True), ({key: [other]}, False)]
                case "contains":
                    key = f"{name}__contains"
                    cases += [({key: value[1:-1]}, True), ({key: other}, False)]
                case "isnull":
                    key = f"{name}__isnull"
                    cases += [({key: False}, True), ({key: True}, False)]
                case _:
                    raise AssertionError(f"an unknown lookup: {lookup}")
    return cases


def every_filter(case: Case) -> None:
    for filters, found in filters_of(case):
        uids = [item.uid for item in case.bound(**filters)]
        assert (case.item.uid in uids) is found, filters
    _unknown_filter(case, case.bound)


def _unknown_filter(case: Case, read: Callable[..., Any]) -> None:
    """Refused by the client itself, but for a DataSource by the platform."""
    by_platform = case.client_class is DataSource
    with pytest.raises(BadRequestError if by_platform else ValueError, match="colour"):
        list(read(colour="red"))


def every_filter_by_body(case: Case) -> None:
    for filters, found in filters_of(case):
        uids = [item.uid for item in case.bound(**filters)]
        assert (case.item.uid in uids) is found, filters
    assert len(case.bound(limit=1)) == 1
    with refused(BadRequestError, UnknownFilterError):
        case.bound(colour="red")


def iter_filter(case: Case) -> None:
    assert [item.uid for item in case.bound(uid=case.item.uid, max_items=1)] == [case.item.uid]
    assert list(case.bound(uid=UNKNOWN)) == []
    _unknown_filter(case, case.bound)


def get(case: Case) -> None:
    assert case.bound(pk=case.item.uid) == case.item
    assert case.bound(uid=case.item.uid) == case.item
    for absent in ({"pk": UNKNOWN}, {"uid": UNKNOWN}):
        with pytest.raises(DoesNotExist):
            case.bound(**absent)
    with pytest.raises(NotFoundError):
        case.bound(pk="no uid")


def get_by_uid(case: Case) -> None:
    assert case.bound(case.item.uid) == case.item
    with pytest.raises((NotFoundError, DoesNotExist)):
        case.bound(UNKNOWN)


def get_or_none(case: Case) -> None:
    assert case.bound(pk=UNKNOWN) is None
    assert case.bound(pk=case.item.uid) == case.item
