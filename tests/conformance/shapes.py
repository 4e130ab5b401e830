"""The shape of answers: keys and types, without values."""

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["Paths", "paths_of", "stated_paths"]

UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")

# The types at each path of a JSON value, where [] stands for the items of a list.
type Paths = dict[str, set[str]]


def paths_of(value: Any) -> Paths:
    """The paths of an answer."""
    return _gathered(_walk(value, ""))


def stated_paths(shape: Any) -> Paths:
    """The paths of a recorded shape, whose leaves name types, as ``null|str``."""
    return _gathered(_stated(shape, ""))


def _gathered(pairs: Iterator[tuple[str, str]]) -> Paths:
    found: Paths = {}
    for path, kind in pairs:
        found.setdefault(path, set()).add(kind)
    return found


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, item in value.items():
                yield from _walk(item, f"{path}.{key}")
        case list():
            for item in value:
                yield from _walk(item, f"{path}[]")
        case None:
            yield path, "null"
        case bool():
            yield path, "bool"
        case str():
            kind = "uuid" if UUID.fullmatch(value) else "datetime" if TIME.match(value) else "str"
            yield path, kind
        case _:
            yield path, type(value).__name__


def _stated(shape: Any, path: str) -> Iterator[tuple[str, str]]:
    match shape:
        case dict():
            for key, item in shape.items():
                yield from _stated(item, f"{path}.{key}")
        case list():
            for item in shape:
                yield from _stated(item, f"{path}[]")
        case str():
            for kind in shape.split("|"):
                yield path, kind
