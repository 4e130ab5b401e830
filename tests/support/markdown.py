"""The code blocks of a Markdown page, and the commands in them."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HOSTED", "Block", "blocks_of", "commands_of"]

HOSTED = "<!-- needs the hosted platform -->"
FENCE = re.compile(
    r'^( *)```(?P<language>\w*)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^\1```$',
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        page: the file it stands in.
        line: its first line, from 1.
        language: what stands behind the fence; ``sh`` where nothing does.
        title: the file that a reader saves it as; None where it has no title.
        text: what it holds.
        is_hosted: whether it is marked as needing the hosted platform.
    """

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    is_hosted: bool

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page=page,
            line=text.count("\n", 0, found.start()) + 1,
            language=found["language"] or "sh",
            title=found["title"],
            text=found["text"],
            is_hosted=text[: found.start()].rstrip().endswith(HOSTED),
        )
        for found in FENCE.finditer(text)
    ]


def commands_of(block: Block) -> Iterator[list[str]]:
    """The commands of a shell block, as words; continued lines are one command."""
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words
