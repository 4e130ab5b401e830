"""Processes that are forked from one that is attached, while a thread of it is busy."""

import faulthandler
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain

import pytest
from mainsequence import code_repository_context
from mainsequence.client import utils
from sqlalchemy import select

import msm
from msm import engine, platform
from msm.errors import MsmError
from msm.models import AssetType
from msm.rows import write
from tests.support.forked import value_of

type Round = Callable[[int], list[str]]

CHILDREN = 6
# A round takes a second; the machine may be busy.
PATIENCE = 100.0


def work(name: str, times: int = 4) -> list[str]:
    """What a process read that it did not write."""
    runtime = engine_of_parent[0]
    wrong = []
    for place in range(times):
        key = f"{name}-{place}"
        runtime.upsert(AssetType, [{"asset_type": key, "display_name": name * 20}])
        named = select(AssetType.display_name).where(AssetType.asset_type == key)
        read = runtime.scalars(named).all()
        if read != [name * 20]:
            wrong.append(f"{key}: {read}")
    return wrong


engine_of_parent: list[msm.MarketsRuntime] = []


@contextmanager
def busy_parent() -> Iterator[list[str]]:
    """An attached process, one thread of which writes and reads; yields what it read wrongly."""
    engine_of_parent[:] = [msm.start_engine([AssetType])]
    ended, wrong = threading.Event(), []

    def go() -> None:
        try:
            while not ended.is_set():
                wrong.extend(work("parent"))
        except MsmError as error:
            wrong.append(str(error))

    thread = threading.Thread(target=go)
    thread.start()
    try:
        yield wrong
    finally:
        ended.set()
        thread.join()


def wait_for(child: int) -> int:
    """The exit code of a child, which is killed where it does not end."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


def fork(job: Callable[[], list[str]]) -> int:
    child = os.fork()
    if child == 0:
        # Where it hangs, it says so before it is killed.
        faulthandler.dump_traceback_later(PATIENCE - 20, file=2)
        code = 1
        try:
            code = 2 if job() else 0
        finally:
            os._exit(code)
    return child


def by_fork(round_: int) -> list[str]:
    children = [fork(partial(work, f"{round_}-{number}")) for number in range(CHILDREN)]
    codes = [wait_for(child) for child in children]
    return [] if codes == [0] * CHILDREN else [f"exit codes {codes}"]


def by_pool(round_: int) -> list[str]:
    names = [f"{round_}-{number}" for number in range(CHILDREN)]
    with multiprocessing.get_context("fork").Pool(CHILDREN) as pool:
        wrong = pool.map_async(work, names, chunksize=1).get(PATIENCE)
    return list(chain.from_iterable(wrong))


def by_executor(round_: int) -> list[str]:
    names = [f"{round_}-{number}" for number in range(CHILDREN)]
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(CHILDREN, mp_context=context) as executor:
        return list(chain.from_iterable(executor.map(work, names, timeout=PATIENCE)))


def run_rounds(run: Round, rounds: int) -> list[str]:
    with busy_parent() as wrong:
        for round_ in range(rounds):
            wrong += run(round_)
    return wrong


# Of several parents, so that some children are forked while a parent sends its first requests.
SEVERAL = (2, 10)


@pytest.mark.parametrize(
    ("run", "parents", "rounds"),
    [
        *((run, 1, 2) for run in (by_fork, by_pool, by_executor)),
        pytest.param(by_fork, *SEVERAL, marks=pytest.mark.slow),
        pytest.param(by_pool, *SEVERAL, marks=[pytest.mark.slow, pytest.mark.long]),
        pytest.param(by_executor, *SEVERAL, marks=[pytest.mark.slow, pytest.mark.long]),
    ],
)
def test_every_process_has_its_own_values(
    run: Round, parents: int, rounds: int, environment: Mapping[str, str]
) -> None:
    for _ in range(parents):
        assert value_of(run_rounds, run, rounds, environment=environment) == []


def use_locks_of_another_thread() -> int:
    engine_of_parent[:] = [msm.start_engine([AssetType])]
    work("parent")
    locks = [
        engine._lock,
        platform._lock,
        write._Progress.get_lock(),  # type: ignore[no-untyped-call]
        code_repository_context._STATE_CONDITION,
        utils.session.cookies._cookies_lock,
        utils.loaders._provider()._lock,
    ]
    held, ended = threading.Event(), threading.Event()

    def hold() -> None:
        with ExitStack() as stack:
            for lock in locks:
                stack.enter_context(lock)
            held.set()
            ended.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()

    def attach_and_work() -> list[str]:
        engine_of_parent[:] = [msm.start_engine([AssetType])]
        return work("child")

    code = wait_for(fork(attach_and_work))
    ended.set()
    thread.join()
    return code


def test_locks_of_other_threads_hold_no_child(environment: Mapping[str, str]) -> None:
    assert value_of(use_locks_of_another_thread, environment=environment) == 0
