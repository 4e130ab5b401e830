"""A connection pooler in front of PostgreSQL: each transaction, or each client, gets a session."""

import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import LifoQueue

__all__ = ["pooler"]

PROTOCOL = 3 << 16
WANTS_ANSWER = frozenset({10, 11})  # The two requests of SCRAM authentication.
TERMINATE, AUTHENTICATION, BACKEND_KEY, READY = b"X", b"R", b"K", b"Z"
IDLE = b"I"


@contextmanager
def pooler(host: str, port: int, *, by_transaction: bool) -> Iterator[int]:
    """Run a pooler in front of a server, and give its port on 127.0.0.1.

    Args:
        host: of the server.
        port: of the server.
        by_transaction: whether a client keeps its session for one transaction only, so that
            clients share sessions; otherwise it keeps it until it disconnects.
    """
    with _Pooler((host, port), by_transaction=by_transaction) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield running.server_address[1]
        finally:
            running.shutdown()
            thread.join()


class _Pooler(socketserver.ThreadingTCPServer):
    def __init__(self, address: tuple[str, int], *, by_transaction: bool) -> None:
        super().__init__(("127.0.0.1", 0), _Client)
        self.address = address
        self.by_transaction = by_transaction
        self.sessions: list[socket.socket] = []
        self.idle: LifoQueue[socket.socket] = LifoQueue()

    def server_close(self) -> None:
        super().server_close()
        for session in self.sessions:
            session.close()


class _Client(socketserver.BaseRequestHandler):
    request: socket.socket
    server: _Pooler

    def handle(self) -> None:
        own = self.log_in()
        session: socket.socket | None = own
        if self.server.by_transaction:
            self.server.idle.put(own)
            session = None
        while (data := self.request.recv(1 << 16)) and data[:1] != TERMINATE:
            session = session or self.server.idle.get()
            session.sendall(data)
            state = self.answer(session)
            if self.server.by_transaction and state == IDLE:
                self.server.idle.put(session)
                session = None

    def log_in(self) -> socket.socket:
        """Open a session with the client's own password."""
        session = socket.create_connection(self.server.address)
        for end in (session, self.request):
            # Without it each small message waits for the acknowledgement of the one before.
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.sessions.append(session)
        while True:
            header = receive(self.request, 8)
            length, code = struct.unpack("!II", header)
            if code == PROTOCOL:
                break
            self.request.sendall(b"N")  # The client asks for encryption, by TLS or GSSAPI.
        session.sendall(header + receive(self.request, length - 8))
        self.answer(session)
        return session

    def answer(self, session: socket.socket) -> bytes:
        """Pass on the server's messages until it is ready for a query."""
        while True:
            kind, size = receive(session, 1), receive(session, 4)
            body = receive(session, struct.unpack("!I", size)[0] - 4)
            if kind == BACKEND_KEY:
                # A pooler sends its own number: it cannot know which server process will be used.
                body = struct.pack("!I", 1) + body[4:]
            self.request.sendall(kind + size + body)
            if kind == READY:
                return body
            if kind == AUTHENTICATION and struct.unpack("!I", body[:4])[0] in WANTS_ANSWER:
                session.sendall(self.request.recv(1 << 16))


def receive(source: socket.socket, size: int) -> bytes:
    """Exactly this many bytes."""
    found = b""
    while len(found) < size:
        more = source.recv(size - len(found))
        if not more:
            raise ConnectionError("the connection ended within a message")
        found += more
    return found
