# SPDX-License-Identifier: Apache-2.0
"""The text of a card as HTML. What its writer gave is text: no HTML of theirs, no script, no picture from elsewhere; links lead where they
say, and headings stand below those of the page."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

LONGEST = 100_000
BELOW = 2


def rendered(text: str, *, base: str) -> Markup:
    """Markdown (CommonMark with tables) as safe HTML. ``base`` is the repository's page; links without a place lead to its files."""
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(text[:LONGEST])
    _mend(tokens, base)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704  # the parser escapes all that it is given


def _mend(tokens: Sequence[Token], base: str) -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + BELOW, 6)}"
        elif token.type == "link_open":
            _lead(token, base)
        elif token.type == "image":  # pictures of others are not loaded: their words stand there, and lead to them
            source = str(token.attrs.get("src", ""))
            token.type, token.tag, token.children = "text", "", None
            token.content = f"[{token.content or source}]"
        elif token.type in ("th_open", "td_open"):  # a style would be refused by our own policy
            token.attrs = {"class": "num"} if token.attrs.get("style") == "text-align:right" else {}
        if token.children:
            _mend(token.children, base)


def _lead(token: Token, base: str) -> None:
    given: Any = token.attrs.get("href", "")
    where = urlsplit(str(given))
    if where.scheme or where.netloc:
        token.attrs["rel"] = "nofollow noopener noreferrer"
    elif str(given).startswith("#") or where.path.startswith("/"):
        return
    else:
        token.attrs["href"] = f"{base}/blob/main/{quote(where.path.removeprefix('./'), safe='/%')}"
