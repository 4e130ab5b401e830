"""``python -m release check FOLDER`` and ``python -m release version X.Y.Z``.

The first checks versions, the changelog, and the wheels and sdists in a folder; ``./dev build``
runs it. The second writes a new version everywhere.
"""

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from .contents import faults_of, strays_of
from .versions import set_version, version_faults, version_of

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Check a build, or write a new version; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m release")
    tasks = parser.add_subparsers(dest="task", required=True)
    check = tasks.add_parser("check", help="check versions, changelog and built distributions")
    check.add_argument("folder", type=Path, help="the folder with the wheels and sdists")
    version = tasks.add_parser("version", help="write a new version everywhere")
    version.add_argument("number", type=_number, metavar="X.Y.Z")
    options = parser.parse_args()
    if options.task == "version":
        set_version(ROOT, options.number, f"{datetime.now(UTC):%Y-%m-%d}")
        print(f"The version is {options.number}; run `./dev lock`, and review CHANGELOG.md.")
        return 0
    at = version_of(ROOT)
    # It opens every distribution, so it can only run if none is missing.
    found = version_faults(ROOT) + faults_of(options.folder, at)
    found = found or strays_of(options.folder, at, ROOT)
    for fault in found:
        print(fault, file=sys.stderr)
    return 1 if found else 0


def _number(text: str) -> str:
    if not re.fullmatch(r"\d+\.\d+\.\d+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a version like 1.2.3")
    return text


if __name__ == "__main__":
    sys.exit(main())
