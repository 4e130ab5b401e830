"""What the command lines of review, check, plan and adopt have in common."""

import argparse
import sys

from msm.errors import MsmError

from .provider import DEFAULT_PROVIDER, PACKAGE

__all__ = [
    "FOUND",
    "NOT_RUN",
    "SUCCESS",
    "add_json_option",
    "add_provider_option",
    "make_parser",
    "refuse",
]

# Exit codes. argparse ends with 2 for a wrong option, which is a tool that did not run, too.
SUCCESS, FOUND, NOT_RUN = 0, 1, 2


def make_parser(tool: str, description: str, exit_codes: str) -> argparse.ArgumentParser:
    """The parser of ``python -m migrations.TOOL``, by the name that this package has here."""
    return argparse.ArgumentParser(
        prog=f"python -m {PACKAGE}.{tool}", description=description, epilog=exit_codes
    )


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Let a tool print for programs."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_provider_option(parser: argparse.ArgumentParser) -> None:
    """Let a tool take the provider as the SDK's CLI does."""
    parser.add_argument(
        "--provider",
        default=DEFAULT_PROVIDER,
        metavar="MODULE:NAME",
        help=f"the provider to look at (default: {DEFAULT_PROVIDER})",
    )


def refuse(error: MsmError) -> int:
    """Print the one sentence of a tool that could not run, and return its exit code."""
    print(error, file=sys.stderr)  # noqa: T201 - the command's one sentence
    return NOT_RUN
