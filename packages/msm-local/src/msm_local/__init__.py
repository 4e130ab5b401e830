"""A local stand-in for the Main Sequence platform, on a real PostgreSQL.

The command line is ``msm-local``. To use it inside a Python process:

    msm_local.postgres.cluster.Cluster    an embedded PostgreSQL
    msm_local.platform.LocalPlatform      a platform on one of its databases

Import them from their modules: most verbs of the command line must not load them.
"""

__all__: list[str] = []
