"""One PostgreSQL for all workers of pytest-xdist: the process that starts them keeps it."""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from typing import TYPE_CHECKING, Any

from msm_local.errors import MsmLocalError

# Only for the type checker: the process that starts the workers may need none of it.
if TYPE_CHECKING:
    from msm_local.testing.place import Place, Templates

__all__ = ["RemoteServer", "Sharing"]


class Sharing:
    """Answers what workers ask of a server.

    Args:
        server: returns it; called when a worker asks.
    """

    def __init__(self, server: "Callable[[], Templates]") -> None:
        self._server = server
        key = secrets.token_bytes(32)
        self._listener = Listener(family="AF_UNIX", authkey=key)
        # What a worker needs to ask; xdist sends only simple values.
        self.address = (str(self._listener.address), key.hex())
        threading.Thread(target=self._accept, name="msm-local sharing", daemon=True).start()

    def close(self) -> None:
        """Answer no more."""
        self._listener.close()

    def _accept(self) -> None:
        # Ends when the listener is closed.
        with suppress(OSError):
            while True:
                threading.Thread(
                    target=self._answer, args=(self._listener.accept(),), daemon=True
                ).start()

    def _answer(self, connection: "Connection[Any, Any]") -> None:
        # The worker ends the connection, or ends itself.
        with connection, suppress(EOFError, OSError):
            while True:
                name, arguments = connection.recv()
                connection.send(self._result(name, arguments))

    def _result(self, name: str, arguments: tuple[Any, ...]) -> object:
        try:
            server = self._server()
            return server.place() if name == "place" else server.template(*arguments)
        except MsmLocalError as error:
            return error
        except Exception as error:  # noqa: BLE001 - the worker would hear of nothing but its end
            return MsmLocalError(repr(error))


class RemoteServer:
    """The server of the process that started this worker.

    Args:
        address: that of its ``Sharing``.
    """

    def __init__(self, address: tuple[str, str]) -> None:
        path, key = address
        self._connection = Client(path, family="AF_UNIX", authkey=bytes.fromhex(key))

    def place(self) -> "Place":
        """As ``Server.place``, with its errors."""
        place: Place = self._ask("place")
        return place

    def template(self, target: str | None) -> str:
        """As ``Server.template``, with its errors."""
        return str(self._ask("template", target))

    def close(self) -> None:
        """End the connection; the server goes on."""
        self._connection.close()

    def _ask(self, name: str, *arguments: object) -> Any:
        self._connection.send((name, arguments))
        answer = self._connection.recv()
        if isinstance(answer, MsmLocalError):
            raise answer
        return answer
