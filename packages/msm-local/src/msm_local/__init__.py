"""A local stand-in for the Main Sequence platform, on a real PostgreSQL.

The command line is ``msm-local``. In a process of one's own:

    msm_local.postgres.cluster.Cluster          an embedded PostgreSQL
    msm_local.platform.LocalPlatform   a platform on a database of it

They are imported from their modules: the quick verbs of the command line load neither.
"""

__all__: list[str] = []
