"""The answer to an operation, which may have a hundred thousand rows."""

from typing import Any

import orjson
from fastapi.responses import JSONResponse

__all__ = ["RowsResponse"]


class RowsResponse(JSONResponse):
    """JSON by orjson, which inserts the text of JSON columns as it is."""

    def render(self, content: Any) -> bytes:
        """The body of the answer."""
        return orjson.dumps(content)
