"""The process of the metatables API: the only module that imports its packages.

Run as ``python -m msm_local.engines.metatables.vendor_process``. Its first line of standard input
is a JSON object: ``configuration`` (a file) and ``listener`` (a descriptor). It imports, says so,
and waits for a second line, which says that the database is there. Each line of standard output
names a finished step. It ends when its standard input ends.
"""

import json
import logging
import os
import socket
import sys
import threading
from pathlib import Path
from typing import TextIO

import uvicorn

__all__ = ["FAILED", "IMPORTED", "MIGRATED", "READY", "main"]

IMPORTED = "imported"
MIGRATED = "migrated"
READY = "ready"
# With the reason behind it.
FAILED = "failed "


def main() -> int:
    """Serve until a signal, or until standard input ends; the exit code."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    steps = os.fdopen(os.dup(1), "w", buffering=1)
    # What the packages print belongs into the log.
    os.dup2(2, 1)
    try:
        return _serve(steps)
    except Exception as error:
        steps.write(f"{FAILED}{type(error).__name__}: {' '.join(str(error).split())}\n")
        raise


def _serve(steps: TextIO) -> int:
    settings = json.loads(sys.stdin.readline())
    path = Path(settings["configuration"])
    # `metatables runtime upgrade`, the documented command, reads only the file in the package. The
    # function behind it reads this constant, which other modules copy when they are imported.
    from metatables.api.app import configuration

    configuration.DEPLOYMENT_CONFIGURATION = path
    from metatables.api.app.bootstrap import deploy_runtime_database
    from metatables.api.app.main import create_app
    from metatables.api.app.runtime import RuntimeConfig, resolve_sdk_user_identity

    steps.write(f"{IMPORTED}\n")
    if not sys.stdin.readline():
        return 0
    deploy_runtime_database(resolve_sdk_user_identity().user_uid)
    steps.write(f"{MIGRATED}\n")
    server = _Server(
        uvicorn.Config(
            create_app(RuntimeConfig(local_mode=False, configuration_path=path)),
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            ws="none",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=5,
        ),
        steps,
    )
    threading.Thread(target=_end_with_caller, args=(server,), daemon=True).start()
    server.run(sockets=[socket.socket(fileno=settings["listener"])])
    return 0 if server.started else 1


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, steps: TextIO) -> None:
        super().__init__(config)
        self._steps = steps

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._steps.write(f"{READY}\n")


def _end_with_caller(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True


if __name__ == "__main__":
    sys.exit(main())
