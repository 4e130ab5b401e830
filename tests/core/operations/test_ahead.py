"""The next page is fetched by a thread that ends with the read, whatever ends it."""

import os
import threading
from collections.abc import Callable

import pytest

from msm.operations.ahead import Ahead

NAME = "msm-ahead"


def threads() -> list[str]:
    return [it.name for it in threading.enumerate() if it.name.startswith(NAME)]


def failing() -> int:
    raise ValueError("of the thread")


def test_calls_share_one_thread_that_ends() -> None:
    with Ahead() as ahead:
        names = {ahead.begin(lambda: threading.current_thread().name)() for _ in range(5)}
        assert len(names) == 1
        assert names != {threading.current_thread().name}
        assert threads() == sorted(names)
    assert threads() == []


def test_a_read_of_one_page_starts_no_thread() -> None:
    before = threading.active_count()
    with Ahead():
        assert threading.active_count() == before


def test_an_error_comes_where_the_result_is_asked_for() -> None:
    with Ahead() as ahead:
        result = ahead.begin(failing)
        with pytest.raises(ValueError, match="of the thread"):
            result()


@pytest.mark.parametrize("kind", [ValueError, GeneratorExit, KeyboardInterrupt])
def test_an_interruption_leaves_no_thread(kind: type[BaseException]) -> None:
    running, free = threading.Event(), threading.Event()

    def call() -> bool:
        running.set()
        return free.wait(0.2)

    def interrupted() -> None:
        with Ahead() as ahead:
            ahead.begin(call)
            assert running.wait(10)
            raise kind

    with pytest.raises(kind):
        interrupted()
    # Only Ctrl+C does not wait for it.
    assert (threads() == []) is (kind is not KeyboardInterrupt)
    free.set()
    for thread in threading.enumerate():
        if thread.name.startswith(NAME):
            thread.join(10)
    assert threads() == []


def exit_code_of_child(work: Callable[[], bool]) -> int:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if work() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_makes_the_calls_itself() -> None:
    """Its parent's thread does not exist there: it would wait for ever."""
    running, free = threading.Event(), threading.Event()

    def call() -> int:
        running.set()
        free.wait(10)
        return os.getpid()

    with Ahead() as ahead:
        result = ahead.begin(call)
        assert running.wait(10)

        def work() -> bool:
            free.set()
            with ahead:
                return result() == ahead.begin(os.getpid)() == os.getpid()

        assert exit_code_of_child(work) == 0
        free.set()
        assert result() == os.getpid()
