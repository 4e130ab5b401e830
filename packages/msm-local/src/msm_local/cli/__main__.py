"""Run with ``python -m msm_local.cli``; the same as ``msm-local``."""

from msm_local.cli.main import main

main()
