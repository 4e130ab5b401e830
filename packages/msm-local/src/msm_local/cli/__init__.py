"""The command line ``msm-local``: one module for each group of verbs."""

from msm_local.cli.main import main

__all__ = ["main"]
