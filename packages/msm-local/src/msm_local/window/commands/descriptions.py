"""What msm-migrations says of each revision: its operations in words, its SQL, and its review."""

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msm_local.instances.instance import Instance
from msm_local.status.histories import History
from msm_local.window.commands.checks import run_command

__all__ = ["Described", "Descriptions", "Finding"]

# Before the SQL of each revision, in a script of Alembic.
HEADING = re.compile(r"^-- Running \w+ .*?-> (\S+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the review says of one revision.

    Attributes:
        kind: rejected, acknowledged or warning.
        rule: the name of the rule.
        place: file and line of the first one.
        why: what may go wrong.
        to_do: what to do, or why it was acknowledged.
        times: how often it was found.
    """

    kind: str
    rule: str
    place: str
    why: str
    to_do: str
    times: int


@dataclass(frozen=True, slots=True)
class Described:
    """The revisions of one provider.

    Attributes:
        operations: the operations of each revision in words.
        sql: the SQL of each revision.
        findings: what the review says of each revision.
        problem: why there is no plan; otherwise empty.
        review_problem: why there is no review; otherwise empty.
    """

    operations: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sql: Mapping[str, str] = field(default_factory=dict)
    findings: Mapping[str, Sequence[Finding]] = field(default_factory=dict)
    problem: str = ""
    review_problem: str = ""


class Descriptions:
    """The descriptions of all providers; a provider is read again only if its files changed."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Described]] = {}

    def known(self, provider: str, history: History) -> Described | None:
        """What is known already of these files; None if they were not read yet."""
        digest, described = self._known.get(provider, ("", None))
        return described if digest == _digest(history) else None

    def read(self, provider: str, history: History) -> Described:
        """Run the commands that describe the revisions, unless these files were read already."""
        with self._lock:
            found = self.known(provider, history)
            if found is None:
                digest = _digest(history)
                found = self._run(provider)
                # What failed for want of a package or a setting may work the next time.
                if not found.problem and not found.review_problem:
                    self._known[provider] = (digest, found)
        return found

    def _run(self, provider: str) -> Described:
        options = ("--json", "--provider", provider)
        plan, problem = run_command(self._instance, "plan", "--from-base", "--sql", *options)
        if problem:
            return Described(problem=problem)
        review, problem = run_command(self._instance, "review", *options)
        return Described(
            {step["revision"]: step["operations"] for step in plan["steps"]},
            _split(plan["sql"]),
            {} if problem else _findings(review),
            review_problem=problem,
        )


def _digest(history: History) -> str:
    digest = hashlib.sha256()
    for name, content in history.files():
        digest.update(json.dumps([name, len(content)]).encode() + content)
    return digest.hexdigest()


def _split(script: str) -> dict[str, str]:
    # The end of the transaction is not of the last revision.
    _, *parts = HEADING.split(script.rstrip().removesuffix("COMMIT;"))
    return {revision: sql.strip() for revision, sql in zip(parts[::2], parts[1::2], strict=True)}


def _findings(review: Mapping[str, Any]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for kind, name in (
        ("rejected", "rejections"),
        ("acknowledged", "acknowledged"),
        ("warning", "warnings"),
    ):
        times = Counter((item["revision"], item["rule"]) for item in review[name])
        first: dict[tuple[str, str], dict[str, Any]] = {}
        for item in review[name]:
            first.setdefault((item["revision"], item["rule"]), item)
        for (revision, rule), item in first.items():
            found.setdefault(revision, []).append(
                Finding(
                    kind,
                    rule,
                    f"{item['file']}:{item['line']}",
                    item["why"],
                    item["reason"] if kind == "acknowledged" else item["to_do"],
                    times[revision, rule],
                )
            )
    return found
