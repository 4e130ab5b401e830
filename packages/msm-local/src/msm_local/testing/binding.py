"""The endpoint and the token of a test process, set before anything imports the SDK.

The SDK reads both once, while it is imported. So the port is taken first, and served only when a
test asks for it: until then the system refuses connections to it.
"""

import os
import secrets
import shutil
import socket
import tempfile
from pathlib import Path

from msm_local.client.environment import REMOVED
from msm_local.instances.variables import platform_variables

__all__ = ["Binding"]

LOOPBACK = "127.0.0.1"


class Binding:
    """A port on this machine, its token, and the variables that name both."""

    def __init__(self) -> None:
        # With the protocol named, asyncio turns off Nagle's algorithm: 40 ms per answer.
        # Bound without SO_REUSEADDR, so that no other process can bind it as well.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.bind((LOOPBACK, 0))
        self.token = secrets.token_urlsafe(32)
        self.endpoint = f"http://{LOOPBACK}:{self._socket.getsockname()[1]}"
        # Made by the SDK if it logs something; otherwise it would write into the home folder.
        self._logs = Path(tempfile.gettempdir()) / f"msm-pytest-{os.getpid()}"
        self.variables = platform_variables(self.endpoint, self.token) | {
            "TDAG_ROOT_PATH": str(self._logs)
        }
        self._before = {name: os.environ.get(name) for name in (*self.variables, *REMOVED)}
        for name in REMOVED:
            os.environ.pop(name, None)
        os.environ.update(self.variables)

    def listen(self) -> socket.socket:
        """A socket that accepts connections at the endpoint; the caller closes it."""
        self._socket.listen()
        return self._socket.dup()

    def close(self) -> None:
        """Free the port, and set the variables back."""
        self._socket.close()
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(self._logs, ignore_errors=True)
