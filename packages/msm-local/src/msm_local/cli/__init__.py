"""The command line ``msm-local``: one file for each group of verbs."""

from msm_local.cli.main import main

__all__ = ["main"]
