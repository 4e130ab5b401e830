"""The code blocks of a Markdown page, and the commands in them."""

import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generated_pages.tabs import LABELS

__all__ = ["HOSTED", "Block", "apply_diff", "blocks_of", "commands_of"]

# A comment in the line above a block.
HOSTED = "<!-- needs the hosted platform -->"
TESTED = re.compile(r"<!-- tested by (\S+) -->\Z")
ALONE = re.compile(r"<!-- with (\w+) alone -->\Z")
COMMENT = re.compile(r"<!--.*?-->")
FENCE = re.compile(
    r'^( *)```(?P<language>\w*)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^\1```$',
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block.

    Attributes:
        page: the file that contains it.
        line: its first line, from 1.
        language: the word after the fence; ``sh`` without one.
        title: the file that a reader saves it as; None without a title.
        text: its content.
        is_hosted: whether the mark above it says that it needs the hosted platform.
        tested_by: the test that the mark above it names, as ``path::name``; None without one.
        generation: the generation of the SDK whose label, or mark, is above it; None for both.
    """

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    is_hosted: bool
    tested_by: str | None
    generation: str | None

    @property
    def is_marked(self) -> bool:
        """Whether the test of its page skips it."""
        return self.is_hosted or self.tested_by is not None

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """Every fenced block of a page, in order."""
    text = page.read_text(encoding="utf-8")
    blocks: list[Block] = []
    generation: str | None = None
    end = 0
    for found in FENCE.finditer(text):
        # A label is for the blocks that follow it without any other line in between.
        above = COMMENT.sub("", text[end : found.start()]).split("\n")
        said = [line for line in above if line.strip()]
        if said:
            generation = LABELS.get(said[-1])
        blocks.append(_block(page, text, found, generation))
        end = found.end()
    return blocks


def _block(page: Path, text: str, found: re.Match[str], generation: str | None) -> Block:
    above = text[: found.start()].rstrip()
    tested, alone = TESTED.search(above), ALONE.search(above)
    return Block(
        page=page,
        line=text.count("\n", 0, found.start()) + 1,
        language=found["language"] or "sh",
        title=found["title"],
        text=textwrap.dedent(found["text"]),
        is_hosted=above.endswith(HOSTED),
        tested_by=tested[1] if tested else None,
        generation=alone[1] if alone else generation,
    )


def commands_of(block: Block) -> Iterator[list[str]]:
    """The commands of a shell block, as lists of words; continued lines are one command."""
    for line in block.text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words


def apply_diff(diff: str, folder: Path) -> None:
    """Apply a diff as its reader does: by what its hunks say, and not by their line numbers.

    Raises:
        ValueError: the lines that a hunk changes are not in its file exactly once.
    """
    for of_file in re.split(r"^--- a/.*\n(?=\+\+\+ b/)", diff, flags=re.MULTILINE)[1:]:
        named, *hunks = re.split(r"^@@ -\d.*\n", of_file, flags=re.MULTILINE)
        file = folder / named.strip().removeprefix("+++ b/")
        text = file.read_text(encoding="utf-8")
        for hunk in hunks:
            lines = hunk.splitlines(keepends=True)
            # An editor may have removed the space of an empty line.
            old = "".join(line[1:] or "\n" for line in lines if not line.startswith("+"))
            new = "".join(line[1:] or "\n" for line in lines if not line.startswith("-"))
            found = re.findall(f"^{re.escape(old)}", text, flags=re.MULTILINE)
            if len(found) != 1:
                raise ValueError(f"{file.name} does not have these lines exactly once:\n{old}")
            text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
        file.write_text(text, encoding="utf-8")
