"""Ports on 127.0.0.1."""

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
    """A port that is free now, and may be taken by the time it is used."""
    with _bound(0) as listener:
        return _port_of(listener)


def bind_first_free(*candidates: int) -> socket.socket:
    """A socket that listens on the first free candidate, or on any free port if none is free.

    The caller owns the socket, so no other process can take the port before it is used.
    """
    for port in candidates:
        try:
            return _bound(port)
        except OSError:
            continue
    return _bound(0)


def bind_usual(remembered: int | None) -> socket.socket:
    """A socket on the port of last time, else on the usual one or the next free one after it."""
    usual = range(DEFAULT_PORT, DEFAULT_PORT + NEARBY)
    return bind_first_free(*([remembered] if remembered else []), *usual)


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio turns off Nagle's algorithm, which costs 40 ms per answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A restart must not wait for connections of the last server that are in TIME_WAIT.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        # Bound is not enough: two sockets can be bound to one port as long as neither listens.
        listener.listen()
    except BaseException:
        listener.close()
        raise
    return listener


def _port_of(listener: socket.socket) -> int:
    name: tuple[str, int] = listener.getsockname()
    return name[1]
