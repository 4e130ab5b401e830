"""MkDocs hook: a link to a file outside of docs becomes its path, as the site has no copy of it."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

__all__ = ["on_page_markdown"]

LINK = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<target>[^)#:\s]+)(#[^)]*)?\)")


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, **_: object) -> str:
    """Take the links out of a page that lead to a file outside of docs, where there is one.

    Args:
        markdown: the page.
        page: where it lies.
        config: of the site.
    """
    docs = Path(config.docs_dir)
    folder = (docs / page.file.src_uri).parent

    def without_link(found: re.Match[str]) -> str:
        target = (folder / found["target"]).resolve()
        if not target.exists() or target.is_relative_to(docs):
            return found[0]
        path = f"`{target.relative_to(docs.parent)}`"
        same = found["text"].strip("`") == path.strip("`")
        return path if same else f"{found['text']} ({path})"

    return LINK.sub(without_link, markdown)
