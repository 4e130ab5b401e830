"""The database of the metatables API in the embedded PostgreSQL."""

import psycopg

from msm_local.database.metatables import LOGIN, ApiDatabase, embedded_url
from msm_local.postgres.cluster import Cluster
from msm_local.repositories import databases, roles

__all__ = ["prepare_embedded"]


def prepare_embedded(cluster: Cluster, name: str, password: str) -> ApiDatabase:
    """The database, which its login owns; both are created unless they exist.

    Args:
        cluster: a running one.
        name: of the database.
        password: of the login. All other passwords of the API are derived from it.
    """
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        roles.ensure_platform_login(connection, LOGIN, password)
        roles.set_password(connection, LOGIN, password)
        if name not in databases.find_names(connection):
            databases.create(
                connection,
                name,
                owner=LOGIN,
                template="template0",
                copy_files=not cluster.durable,
            )
        version = str(connection.info.parameter_status("server_version"))
    return ApiDatabase(embedded_url(cluster.port or 0, name, password), "disable", version)
