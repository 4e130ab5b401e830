"""The metatables API as the platform of an instance."""

import logging
import socket
from collections.abc import Callable
from contextlib import ExitStack

from msm_local.database.metatables import find_given, tls_of
from msm_local.engines.metatables.database import prepare_embedded
from msm_local.engines.metatables.platform import MetatablesPlatform
from msm_local.instances.instance import Instance
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE, UNFINISHED
from msm_local.window.door import Door

__all__ = ["API_FOLDER", "begin", "open_database"]

# Of an instance: keys and configuration.
API_FOLDER = "metatables"


def begin(
    stack: ExitStack,
    instance: Instance,
    *,
    listener: socket.socket,
    token: str,
    database_url: str | None,
    report: Callable[[str], None],
) -> MetatablesPlatform:
    """Start the process of the API, and all that is around it; without a database so far.

    Raises:
        StartFailedError: a server does not start.
        StateFolderError: the folder of the instance cannot be used.
    """
    report("starting the process of the metatables API")
    # It tells about every request.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    platform = MetatablesPlatform(
        instance.folder / API_FOLDER,
        log_path=instance.log_path,
        root=instance.root,
        listener=listener,
        token=token,
        tls="disable" if database_url is None else tls_of(database_url),
        name=f"the platform {instance.name!r} of {instance.root}",
        report=report,
        window=Door(instance),
    )
    return stack.enter_context(platform)


def open_database(
    platform: MetatablesPlatform, cluster: Cluster | None, given: str, password: str
) -> str:
    """Serve the database of the cluster, or the given one; the URL of its login.

    Raises:
        StartFailedError: the API does not start; names its log.
    """
    if cluster is None:
        database = find_given(given)
    else:
        for name in UNFINISHED & set(cluster.databases()):
            # An interrupted reset left it behind.
            cluster.drop_database(name)
        database = prepare_embedded(cluster, DATABASE, password)
    platform.open(database)
    return given if cluster is None else database.url
