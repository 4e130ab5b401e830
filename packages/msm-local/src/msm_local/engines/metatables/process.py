"""Start, watch and stop the process of the metatables API."""

import json
import logging
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, cast

from msm_local.engines.metatables.names import APP_UID, ENVIRONMENT_UID, ISSUER, SECRET_NAME
from msm_local.engines.metatables.vendor_process import FAILED
from msm_local.errors import StartFailedError
from msm_local.system.files import explained, write_private
from msm_local.system.processes import die_with_parent, signals_deferred

__all__ = ["VendorProcess"]

MODULE = "msm_local.engines.metatables.vendor_process"
LOG = logging.getLogger(__name__)
STEP_TIMEOUT = 60.0
STOP_TIMEOUT = 12.0
# Variables of the user that are meant for another server, or for another repository.
FOREIGN = ("APP_NAME", "FASTAPI_", "GIT_", "HF_", "MAINSEQUENCE_", "METATABLES_", "PG")
CONFIGURATION = f"""\
local_mode_available: false
runtime_database:
  engine: postgresql
  uri_secret: {SECRET_NAME}
  default_schema: public
  tls:
    mode: {{tls}}
serving:
  concurrency: 20
"""


class VendorProcess:
    """The process of the metatables API.

    Args:
        folder: private folder of the API; the process has it as its home folder.
        log_path: its log; it is appended to.
        platform: URL of the platform around it.
        token: with which it calls that platform.
        keys_url: where it reads the keys of assertions.
        authority: file with the certificate to trust there.
        git: the variables of a Git context.
    """

    def __init__(
        self,
        folder: Path,
        log_path: Path,
        *,
        platform: str,
        token: str,
        keys_url: str,
        authority: Path,
        git: Mapping[str, str],
    ) -> None:
        self.log_path = log_path
        self._folder = folder
        self._environment = {
            "MAINSEQUENCE_ENDPOINT": platform,
            "MAINSEQUENCE_ACCESS_TOKEN": token,
            "MAINSEQUENCE_AUTH_MODE": "session_jwt",
            "MAINSEQUENCE_CALLER_AUTH_MODE": "assertion",
            "MAINSEQUENCE_CALLER_ASSERTION_ISSUER": ISSUER,
            "MAINSEQUENCE_CALLER_ASSERTION_JWKS_URL": keys_url,
            "MAINSEQUENCE_ORGANIZATION_ENVIRONMENT_UID": str(ENVIRONMENT_UID),
            "APP_NAME": str(APP_UID),
            "REQUESTS_CA_BUNDLE": str(authority),
            "SSL_CERT_FILE": str(authority),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
            "HOME": str(folder),
            "TDAG_ROOT_PATH": str(folder / "sdk"),
            # Otherwise its start fetches a model from the network.
            "METATABLES_SEARCH_EMBEDDINGS": "off",
            "HF_HUB_OFFLINE": "1",
            **git,
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self, listener: socket.socket, tls: str) -> None:
        """Start the process, which imports, and then waits for ``release``.

        Call it from a thread that lives as long as the process is needed.

        Args:
            listener: where it will serve; this process keeps no copy.
            tls: how it connects to the database, as libpq's sslmode.
        """
        configuration = self._folder / "configuration.yaml"
        write_private(configuration, CONFIGURATION.format(tls=tls))
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        with explained(self.log_path):
            descriptor = os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as log, listener, signals_deferred():
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", MODULE],
                # A buffer could hold a line back that select() then waits for.
                bufsize=0,
                cwd=self._folder,
                env=kept | self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                pass_fds=[listener.fileno()],
                # So that Ctrl-C reaches only us: we stop it before the database.
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid()),
            )
            settings = {"configuration": str(configuration), "listener": listener.fileno()}
            self._write(json.dumps(settings))
        threading.Thread(target=self._watch, name="msm-local vendor watcher", daemon=True).start()

    def release(self) -> None:
        """Let it go on: the database is there."""
        self._write("go")

    def wait_for(self, step: str, check: Callable[[], None] = lambda: None) -> None:
        """Wait until it says that a step is finished.

        Args:
            step: one of vendor_process.
            check: called while it waits, to end the wait with an error.

        Raises:
            StartFailedError: it ended, or takes longer than STEP_TIMEOUT; names the log.
        """
        pipe = cast("IO[bytes]", self._running.stdout)
        deadline = time.monotonic() + STEP_TIMEOUT
        while time.monotonic() < deadline:
            check()
            if not select.select([pipe], [], [], 0.2)[0]:
                continue
            said = pipe.readline().decode().strip()
            if said == step:
                return
            if said.startswith(FAILED):
                reason = said.removeprefix(FAILED).rstrip(".")
                raise StartFailedError(
                    f"The metatables API did not start: {reason}; see its log {self.log_path}."
                )
            if not said:
                code = self._running.wait()
                raise StartFailedError(
                    f"The metatables API did not start: it ended with code {code}; see its log "
                    f"{self.log_path}."
                )
        raise StartFailedError(
            f"The metatables API was not {step} after {STEP_TIMEOUT:.0f} s; see its log "
            f"{self.log_path}."
        )

    def explain(self) -> str:
        """Why it does not serve, as a sentence; empty if it is running."""
        code = self._running.poll()
        if code is None:
            return ""
        return f"the process of the metatables API ended with code {code}; see {self.log_path}"

    def wait_until_lost(self) -> bool:
        """Wait until it ends; whether it ended by itself."""
        self._running.wait()
        return not self._stopping

    def stop(self) -> None:
        """Stop it, if it is running."""
        self._stopping = True
        if self._process is None:
            return
        for pipe in (self._process.stdin, self._process.stdout):
            # The process may be gone, and what was not sent with it.
            with suppress(BrokenPipeError):
                cast("IO[bytes]", pipe).close()
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise AssertionError("the process is started before it is used")
        return self._process

    def _write(self, line: str) -> None:
        pipe = cast("IO[bytes]", self._running.stdin)
        # If it has ended, its reason is read next.
        with suppress(BrokenPipeError):
            pipe.write(f"{line}\n".encode())
            pipe.flush()

    def _watch(self) -> None:
        if self.wait_until_lost():
            LOG.error("the process of the metatables API (pid %s) ended by itself with code %s",
                      self._running.pid, self._running.returncode)  # fmt: skip
