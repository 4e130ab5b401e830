"""A review as text for people, and as JSON for programs."""

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from .recorder import Location
from .review import Finding, Review
from .rules import WARNINGS

__all__ = ["as_json", "as_text"]

WIDTH = 100
INSTALL_SQUAWK = "squawk is not installed, so there are no warnings; run `pip install squawk-cli`."


def as_json(found: Review) -> str:
    """One object: whether all is well, the revisions, and lists of findings.

    A finding has ``revision``, ``rule``, ``file``, ``line``, ``why`` and ``to_do``; an acknowledged
    one has ``reason`` instead of ``to_do``. A possible rename has ``lines``, too.
    """
    return json.dumps(
        {
            "ok": not found.rejections,
            "revisions": found.revisions,
            "rejections": [_plain(finding, "to_do") for finding in found.rejections],
            "acknowledged": [_plain(finding, "reason") for finding in found.acknowledged],
            "warnings": [_plain(finding, "to_do") for finding in found.warnings],
            "squawk": found.squawk,
        },
        indent=2,
    )


def _plain(finding: Finding, last: str) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "revision": finding.revision,
        "rule": finding.rule,
        "file": str(_relative(finding.location.file)),
        "line": finding.location.line,
        "why": finding.why,
        last: finding.to_do,
    }
    return plain | {"lines": finding.lines} if finding.lines else plain


def as_text(found: Review) -> str:
    """A table of rejections, one of acknowledged findings, and one of warnings by kind."""
    blocks = [
        *_table("REJECTED", found.rejections, "to do"),
        *_table("ACKNOWLEDGED", found.acknowledged, "reason"),
        *_table("WARNING", list(_merged(found.warnings)), "to do"),
    ]
    if found.squawk is None:
        blocks.append(INSTALL_SQUAWK)
    counts = f"{_count(found.rejections, 'rejection')}, {_count(found.warnings, 'warning')}"
    return "\n\n".join([*blocks, f"{_count(found.revisions, 'revision')} read: {counts}."])


def _table(head: str, findings: Sequence[Finding], last: str) -> Iterator[str]:
    if not findings:
        return
    rows = [(finding.revision, finding.rule, _where(finding.location)) for finding in findings]
    wide = max(len(head), *(len(revision) for revision, _, _ in rows))
    rule_wide = max(4, *(len(rule) for _, rule, _ in rows))
    lines = [f"{head:{wide}}  {'RULE':{rule_wide}}  PLACE"]
    for (revision, rule, where), finding in zip(rows, findings, strict=True):
        lines.append(f"{revision:{wide}}  {rule:{rule_wide}}  {where}")
        for label, text in (("why", finding.why), (last, finding.to_do)):
            if text:
                lines += _paragraph(f"{label}:", text, wide + 2)
        if finding.lines:
            # As they are, because the author copies them.
            lines += ["", *finding.lines, ""]
    yield "\n".join(lines)


def _paragraph(label: str, text: str, indent: int) -> list[str]:
    first = f"{'':{indent}}{label:8}"
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_on_hyphens=False,
    )


def _merged(warnings: Iterable[Finding]) -> Iterator[Finding]:
    """One finding for each rule of squawk in a revision: it repeats a warning for every line."""
    ours = {rule.name for rule in WARNINGS}
    alike: dict[tuple[str, str], list[Finding]] = {}
    for warning in warnings:
        if warning.rule in ours:
            yield warning
        else:
            alike.setdefault((warning.revision, warning.rule), []).append(warning)
    for (revision, rule), group in alike.items():
        first = group[0]
        more = f" ({len(group)} times, here first)" if len(group) > 1 else ""
        yield Finding(revision, rule, first.location, f"{first.why}{more}", first.to_do)


def _count(items: Sequence[object], word: str) -> str:
    return f"{len(items)} {word}{'' if len(items) == 1 else 's'}"


def _where(location: Location) -> str:
    return f"{_relative(location.file)}:{location.line}"


def _relative(file: Path) -> Path:
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
