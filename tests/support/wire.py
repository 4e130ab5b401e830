"""What the SDK of this process sends."""

from typing import Any, Self
from unittest import mock

from requests.adapters import HTTPAdapter

__all__ = ["Wire"]


class Wire:
    """Records what the SDK sends, as (method, path)."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str]] = []

    def __enter__(self) -> Self:
        send = HTTPAdapter.send

        def record(adapter: Any, request: Any, **options: Any) -> Any:
            self.requests.append((request.method, request.path_url))
            return send(adapter, request, **options)

        self._patch = mock.patch.object(HTTPAdapter, "send", record)
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()
