# SPDX-License-Identifier: Apache-2.0
"""The institute's mail server as the settings name it, and who writes."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from madang.mail import rules
from madang.mail.errors import BadMailAddress, NoPost

STARTTLS = ("required", "offered", "never")
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server. ``starttls``: whether a plain connection must (``required``), may (``offered``) or shall ``never`` be encrypted."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    is_tls: bool = False
    starttls: str = "required"


@dataclass(frozen=True, slots=True)
class Post:
    """How letters leave: through which server, from which address; ``key`` (32 bytes) seals the texts that wait."""

    server: Server
    sender: str
    key: bytes = field(repr=False)
    name: str = ""


_post: Post | None = None


def use(post: Post | None) -> None:
    """Letters are written and sent with this from now on; with None nothing is written. Said once, where the process starts."""
    global _post
    _post = post


def is_possible() -> bool:
    """Whether letters leave here; where they do not, pages say so."""
    return _post is not None


def held() -> Post:
    """The post in use; ``NoPost`` where no mail server is set."""
    if _post is None:
        raise NoPost
    return _post


def read_server(address: str) -> Server:
    """The server in ``smtp://user:password@host:587?starttls=required`` or ``smtps://host:465``; ``ValueError`` for anything else."""
    parts = urlsplit(address)
    asked = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    starttls = asked.pop("starttls", ["required"])[-1]
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.fragment or asked or starttls not in STARTTLS:
        raise ValueError(address)
    if bool(parts.username) != bool(parts.password) or (parts.username and starttls == "never" and parts.scheme == "smtp"):
        raise ValueError(address)
    return Server(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=parts.scheme == "smtps",
        starttls=starttls,
    )


def read_sender(text: str) -> tuple[str, str]:
    """Name and address in ``Name <address>`` or a bare address; ``ValueError`` for anything else."""
    name, bracket, rest = text.strip().rpartition("<")
    try:
        if not bracket:
            return "", rules.read_address(text)
        if not rest.endswith(">"):
            raise ValueError(text)
        return rules.one_line(name.strip(' "'), 100), rules.read_address(rest[:-1])
    except BadMailAddress as error:
        raise ValueError(text) from error
