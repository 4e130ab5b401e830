"""The locks that an operation takes: a forked child waits forever for one that it inherits held."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping

from tests.conftest import ROOT

# In a process of its own, whose first module it is: libraries make their locks when imported.
RECORD = """
import json, sys, threading

taken = set()


def recording(make):
    class Lock:
        def __init__(self):
            self._lock, self._owner = make(), sys._getframe(1).f_globals["__name__"]

        def acquire(self, *arguments, **options):
            if recording_now and not forks.unforked._is_owned():
                taken.add(self._owner)
            return self._lock.acquire(*arguments, **options)

        __enter__ = acquire

        def __exit__(self, *_):
            self._lock.release()

        def __getattr__(self, name):
            return getattr(self._lock, name)

    return Lock


recording_now = False
threading.Lock, threading.RLock = recording(threading.Lock), recording(threading.RLock)

import msm
from msm.errors import OperationRefusedError
from msm.models import AssetType
from msm.sdk.process import forks
from sqlalchemy import func, select

runtime = msm.start_engine([AssetType])


def work():
    runtime.upsert(AssetType, [{"asset_type": "a", "display_name": "A"}])
    runtime.execute(select(AssetType)).all()
    runtime.execute(select(AssetType.asset_type)).frame()
    runtime.execute(select(AssetType.asset_type)).arrow()
    runtime.get(AssetType, {"asset_type": "a"})
    list(runtime.iter_rows(select(AssetType)))
    try:
        runtime.scalar(select(1 / func.length("")).select_from(AssetType))
    except OperationRefusedError:
        pass


work()  # what is imported and configured once is
recording_now = True
work()
recording_now = False
print(json.dumps(sorted(taken)))
"""

# sdk/process/forks.py, platform.py and rows/write.py give a child new ones (test_forks.py);
# `unforked` itself is held by no other thread at a fork.
RENEWED = {
    "http.cookiejar",
    "mainsequence.client.utils",
    "msm.platform",
    "msm.rows.write",
    "msm.sdk.process.forks",
    "urllib3._collections",
}


def test_an_operation_takes_no_lock_that_a_child_would_wait_for(
    shared_environment: Mapping[str, str],
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", RECORD],
        cwd=ROOT,
        env=os.environ | shared_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    taken = set(json.loads(run.stdout))
    assert "msm.platform" in taken
    assert taken <= RENEWED
