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


def plain_text(text: str, *, most: int) -> str:
    """The paragraphs of a card as plain text, without headings, tables and code, up to ``most`` letters."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    said, is_open, length = list[str](), False, 0
    for token in parser.parse(text[: most * 10]):
        is_open = token.type == "paragraph_open" or (is_open and token.type != "paragraph_close")
        if token.type == "inline" and is_open:
            words = "".join(child.content if child.type != "softbreak" else " " for child in token.children or ())
            said.append(words.strip())
            length += len(words)
        if length > most:
            break
    return "\n\n".join(each for each in said if each)[:most]


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
