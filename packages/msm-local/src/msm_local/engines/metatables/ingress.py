"""The ingress of a platform: it passes requests on, with an assertion about who calls."""

from collections.abc import Callable

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from msm_local.api.error_handlers import error_response
from msm_local.engines.metatables.assertions import ASSERTION_HEADER, Signer
from msm_local.errors import ApiUnavailableError

__all__ = ["Ingress"]

# Headers that only a platform's ingress may set: those of a client are removed.
IDENTITY = frozenset(
    {
        "authorization",
        "x-metatables-local-token",
        "x-organization-environment-uid",
        "x-organization-project-environment-uid",
        "x-public-ingress",
        "x-resource-release-uid",
        "x-user-id",
        "x-user-uid",
        "x-username",
        "x-websocket-ticket",
        ASSERTION_HEADER,
    }
)
# They belong to one connection, and not to the message.
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"}
)
# In seconds.
CONNECT_TIMEOUT = 5
HEALTH_TIMEOUT = 1.5
HEALTH_PATH = "/runtime-context/"


class Ingress:
    """Passes requests on to a server of this machine.

    Args:
        port: where it listens.
        signer: signs the assertions.
        explain: why the server does not answer, as a sentence; empty if it should.
    """

    def __init__(self, port: int, signer: Signer, explain: Callable[[], str]) -> None:
        self._signer = signer
        self._explain = explain
        self._client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            # The server has its own deadlines, and says so in an answer.
            timeout=httpx.Timeout(None, connect=CONNECT_TIMEOUT),
            # A connection for each request. After a large one, the server answers whatever else
            # comes on its connection with 408 transfer_disconnected: asyncio goes on to read in the
            # context of that request, which the server has marked as ended.
            limits=httpx.Limits(max_keepalive_connections=0),
            # No proxy of the user: it would look for 127.0.0.1 on its own machine.
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def forward(self, request: Request) -> Response:
        """The answer of the server, passed on as it arrives."""
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if name.decode("latin-1") not in IDENTITY | HOP_BY_HOP
        ]
        headers.append((ASSERTION_HEADER.encode(), self._signer.assertion().encode()))
        passed = self._client.build_request(
            request.method,
            httpx.URL(path=request.url.path, query=request.url.query.encode()),
            headers=headers,
            content=await request.body(),
        )
        try:
            answer = await self._client.send(passed, stream=True)
        except httpx.TransportError as error:
            reason = self._explain() or f"The metatables API does not answer: {error!r}."
            return error_response(ApiUnavailableError(reason), request.url.path)
        response = StreamingResponse(
            answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose)
        )
        response.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.decode("latin-1").lower() not in HOP_BY_HOP
        ]
        return response

    async def problem(self) -> str:
        """Why the server cannot serve a client, as a sentence; empty if it can."""
        reason = self._explain()
        if reason:
            return reason
        headers = {ASSERTION_HEADER: self._signer.assertion()}
        try:
            answer = await self._client.get(HEALTH_PATH, headers=headers, timeout=HEALTH_TIMEOUT)
        except httpx.TransportError as error:
            return self._explain() or f"the metatables API does not answer: {error!r}"
        if answer.status_code != httpx.codes.OK:
            return f"the metatables API answers {answer.status_code}: {answer.text[:200]}"
        return ""
