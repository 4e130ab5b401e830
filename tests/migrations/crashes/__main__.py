"""Kills ``upgrade head`` at many moments, and prints the result for each stage.

``./dev run python -m tests.migrations.crashes [POINTS [SEED]]``: 200 points take about ten minutes
on a quiet machine. After each, the next upgrade has to bring database and catalog to what an
undisturbed run leaves. Exit code 1 where it does not. pytest does not collect it: the suite tries
fewer points.
"""

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from msm_local.client.git_context import make_stand_in
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, RUNTIME_PASSWORD
from tests.support.crashing import Clean, choose, run_clean, survive
from tests.support.janitor import new_database

POINTS = 200
SEED = 1


def main(points: int = POINTS, seed: int = SEED) -> int:
    """Kill this many upgrades, print a report, and return the exit code."""
    seconds = defaultdict[str, list[float]](list)
    failures: list[str] = []
    with Cluster.temporary() as cluster, tempfile.TemporaryDirectory() as folder:
        make_stand_in(Path(folder) / "stand-in", ROOT)
        shared = {"GIT_DIR": f"{folder}/stand-in", "TDAG_ROOT_PATH": f"{folder}/logs"}
        with empty_database(cluster, shared) as (environment, url):
            clean = run_clean(environment, url)
        for moment in choose(clean.moments, points, seed):
            sys.stderr.write(f"{moment}\n")
            started = time.perf_counter()
            with empty_database(cluster, shared) as (environment, url):
                try:
                    survive(moment, clean, environment, url)
                except AssertionError as error:
                    failures.append(f"{moment}: {error}")
            seconds[moment.stage].append(time.perf_counter() - started)
    sys.stdout.write(report(clean, seconds, failures))
    return 1 if failures else 0


@contextmanager
def empty_database(
    cluster: Cluster, shared: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, str], str]]:
    """The environment of a platform on a database that was never migrated, and its URL."""
    with new_database(cluster, "crash") as name:
        url = cluster.platform_url(name)
        with LocalPlatform(url, runtime_password=RUNTIME_PASSWORD) as platform:
            yield {**platform.environment(), **shared}, url


def report(clean: Clean, seconds: Mapping[str, list[float]], failures: Sequence[str]) -> str:
    """A row a stage, and every failure."""
    lines = [f"{'stage':<12}{'moments':>8}{'killed':>8}{'median s':>10}{'slowest s':>11}"]
    for stage, times in seconds.items():
        moments = sum(moment.stage == stage for moment in clean.moments)
        median, slowest = statistics.median(times), max(times)
        lines.append(f"{stage:<12}{moments:>8}{len(times):>8}{median:>10.2f}{slowest:>11.2f}")
    killed = sum(map(len, seconds.values()))
    lines += [f"{killed} upgrades killed, {killed - len(failures)} completed by the next one"]
    return "\n".join([*lines, *failures, ""])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
