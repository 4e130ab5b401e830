"""MkDocs hook: the same command for both generations of the SDK becomes two tabs.

A page has a label above the blocks of each generation. So it also reads well where nothing makes
tabs of them, as on GitHub.
"""

import re
import textwrap

__all__ = ["LABELS", "on_page_markdown"]

# The line above the blocks of a generation; the default one comes first.
LABELS = {"**metatables**": "metatables", "**SDK 8**": "mainsequence8"}

_BLOCKS = r"(?:\n(?:<!--[^\n]*-->\n)?```[^\n]*\n(?:[^\n]*\n)*?```\n)+"
PAIR = re.compile(
    "\n".join(rf"^{re.escape(label)}\n(?P<{name}>{_BLOCKS})" for label, name in LABELS.items()),
    re.MULTILINE,
)


def on_page_markdown(markdown: str, **_: object) -> str:
    """Make tabs of the labelled blocks of a page.

    Args:
        markdown: the page.
    """
    return PAIR.sub(_tabs, markdown)


def _tabs(found: re.Match[str]) -> str:
    return "\n".join(
        f'=== "{label.strip("*")}"\n{textwrap.indent(found[name], "    ")}'
        for label, name in LABELS.items()
    )
