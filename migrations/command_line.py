"""What the command lines of review, check, plan and adopt have in common."""

import argparse
import json
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

# Exit codes. NOT_RUN is the code that argparse uses for a wrong option.
SUCCESS, FOUND, NOT_RUN = 0, 1, 2


def make_parser(tool: str, description: str, exit_codes: str) -> argparse.ArgumentParser:
    """The parser of ``python -m migrations.TOOL``, by the name that this package has here."""
    return argparse.ArgumentParser(
        prog=f"python -m {PACKAGE}.{tool}", description=description, epilog=exit_codes
    )


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Let a tool print JSON for programs."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_provider_option(parser: argparse.ArgumentParser) -> None:
    """Let a tool take the provider as the SDK's CLI does."""
    parser.add_argument(
        "--provider",
        default=DEFAULT_PROVIDER,
        metavar="MODULE:NAME",
        help=f"the provider to work on (default: {DEFAULT_PROVIDER})",
    )


def refuse(error: MsmError, *, as_json: bool = False) -> int:
    """Print why a tool could not run, in one sentence, and return the exit code.

    Args:
        error: the reason.
        as_json: whether to print an object for programs too: ``ok``, ``error`` (the name of its
            class) and ``message``.
    """
    print(error, file=sys.stderr)  # noqa: T201 - the command's one sentence
    if as_json:
        answer = {"ok": False, "error": type(error).__name__, "message": str(error)}
        print(json.dumps(answer, indent=2))  # noqa: T201 - the report
    return NOT_RUN
