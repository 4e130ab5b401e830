"""Ports of 127.0.0.1."""

import socket

__all__ = ["bind_first_free", "bind_usual", "free_port", "is_free"]

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8765
NEARBY = 100


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    try:
        _bound(port).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that is free at this moment."""
    with _bound(0) as listener:
        return _port_of(listener)


def bind_first_free(*candidates: int) -> socket.socket:
    """A socket that listens on the first free candidate, or on any free port where none is.

    The caller owns the socket: nobody can take the port between choice and use.
    """
    for port in candidates:
        try:
            return _bound(port)
        except OSError:
            continue
    return _bound(0)


def bind_usual(remembered: int | None) -> socket.socket:
    """A socket on the port of last time, else on the usual one, else on the next free after it."""
    usual = range(DEFAULT_PORT, DEFAULT_PORT + NEARBY)
    return bind_first_free(*([remembered] if remembered else []), *usual)


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio turns Nagle's algorithm off: it costs 40 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A port whose last connections are still in TIME_WAIT counts as free, as for any server.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        # Two sockets may be bound to one port as long as neither listens.
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _port_of(listener: socket.socket) -> int:
    name: tuple[str, int] = listener.getsockname()
    return name[1]
