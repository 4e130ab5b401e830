"""A platform with the vendor's metatables API, for tests that compare ours with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msm_local.engines.metatables.database import prepare_embedded
from msm_local.engines.metatables.platform import MetatablesPlatform
from msm_local.postgres.cluster import Cluster

__all__ = ["PASSWORD", "vendor_platform"]

# All databases of a cluster share the login of the API, and so its password.
PASSWORD = "shared-by-the-databases-of-a-test-run"  # noqa: S105


@contextmanager
def vendor_platform(
    cluster: Cluster, database: str, folder: Path, root: Path
) -> Iterator[MetatablesPlatform]:
    """The vendor's API on a database of the cluster, which is created unless it exists.

    Args:
        cluster: a running one.
        database: its name; the caller drops it afterwards.
        folder: for keys, configuration and the log ``server.log``.
        root: the project, for the stand-in of a Git context.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with MetatablesPlatform(folder, log_path=folder / "server.log", root=root) as platform:
        platform.open(prepare_embedded(cluster, database, PASSWORD))
        yield platform
