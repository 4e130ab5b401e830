"""The code blocks of a Markdown page, and the commands in them."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HOSTED", "Block", "apply_diff", "blocks_of", "commands_of"]

# What the line above a block may say of it.
HOSTED = "<!-- needs the hosted platform -->"
TESTED = re.compile(r"<!-- tested by (\S+) -->\Z")
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
        tested_by: the test that it is marked as belonging to, as ``path::name``; None without.
    """

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    is_hosted: bool
    tested_by: str | None

    @property
    def is_marked(self) -> bool:
        """Whether nobody follows it where it stands."""
        return self.is_hosted or self.tested_by is not None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [_block(page, text, found) for found in FENCE.finditer(text)]


def _block(page: Path, text: str, found: re.Match[str]) -> Block:
    above = text[: found.start()].rstrip()
    tested = TESTED.search(above)
    return Block(
        page=page,
        line=text.count("\n", 0, found.start()) + 1,
        language=found["language"] or "sh",
        title=found["title"],
        text=textwrap.dedent(found["text"]),
        is_hosted=above.endswith(HOSTED),
        tested_by=tested[1] if tested else None,
    )


def commands_of(block: Block) -> Iterator[list[str]]:
    """The commands of a shell block, as words; continued lines are one command."""
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words


def apply_diff(diff: str, folder: Path) -> None:
    """Do what a diff says, as its reader does: lines that came in between since are no matter.

    Raises:
        ValueError: a line that the diff shows is not there, or not behind the one before it.
    """
    for of_file in re.split(r"^--- .*\n", diff, flags=re.MULTILINE)[1:]:
        named, *hunks = re.split(r"^@@ .*\n", of_file, flags=re.MULTILINE)
        file = folder / named.strip().removeprefix("+++ b/")
        lines, at = file.read_text(encoding="utf-8").splitlines(), 0
        for line in "".join(hunks).splitlines():
            if line.startswith("+"):
                lines.insert(at, line[1:])
                at += 1
            else:
                at = lines.index(line[1:], at)
                if line.startswith("-"):
                    del lines[at]
                else:
                    at += 1
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
