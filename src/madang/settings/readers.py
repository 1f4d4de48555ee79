# SPDX-License-Identifier: Apache-2.0
"""How a setting's text is read. A reader raises ``ValueError`` on a text that it does not accept, and says what it accepts."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from madang import storage
from madang.kit import _

_SIZE = re.compile(r"(\d+)\s*(?:([KMGT])i?B?|B)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


@dataclass(frozen=True, slots=True)
class Reader:
    """A way to read a text, and the words for what it accepts."""

    read: Callable[[str], object]
    words: str
    places: Mapping[str, object] = field(default_factory=dict)

    @property
    def accepted(self) -> str:
        """The words in English."""
        return self.told(str)

    def told(self, translate: Callable[[str], str]) -> str:
        """The words in a language."""
        return translate(self.words) % self.places


def choice(*words: str) -> Reader:
    """One of some words, in any case."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(text)
        return text.lower()

    return Reader(read, "%(words)s", {"words": " / ".join(words)})


def whole(least: int, most: int | None = None) -> Reader:
    """A whole number within bounds."""

    def read(text: str) -> int:
        number = int(text) if text.isascii() else int("")
        if number < least or (most is not None and number > most):
            raise ValueError(text)
        return number

    if most is None:
        return Reader(read, _("%(least)s or more"), {"least": least})
    return Reader(read, _("%(least)s to %(most)s"), {"least": least, "most": most})


def _read_text(text: str) -> str:
    if not text.isprintable():
        raise ValueError(text)
    return text


def _read_flag(text: str) -> bool:
    words = {"yes": True, "true": True, "on": True, "1": True, "no": False, "false": False, "off": False, "0": False}
    if text.lower() not in words:
        raise ValueError(text)
    return words[text.lower()]


def _read_size(text: str) -> int:
    match = _SIZE.fullmatch(text)
    if not match or not text.isascii() or not int(match[1]):
        raise ValueError(text)
    return int(match[1]) * _UNITS[(match[2] or "").upper()]


def _read_names(text: str) -> tuple[str, ...]:
    return tuple(name for part in _read_text(text).split(",") if (name := part.strip()))


def _read_networks(text: str) -> tuple[str, ...]:
    return tuple(str(ip_network(name, strict=False)) for name in _read_names(text))


def _read_folder(text: str) -> Path:
    return Path(_read_text(text)).expanduser().absolute()


def _read_address(text: str) -> str:
    parts = urlsplit(_read_text(text))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(text)
    if parts.path.strip("/"):
        raise ValueError(text)
    return f"{parts.scheme}://{parts.netloc}"


def _read_mail_server(text: str) -> str:
    from madang import mail  # noqa: PLC0415 (it brings rows: only where letters leave)

    mail.read_server(_read_text(text))
    return text


def _read_issuer(text: str) -> str:
    parts = urlsplit(_read_text(text))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(text)
    return text


def _read_scopes(text: str) -> str:
    scopes = _read_text(text).split()
    if "openid" not in scopes or any(re.fullmatch(r"[!#-\[\]-~]+", scope) is None for scope in scopes):
        raise ValueError(text)
    return " ".join(scopes)


def _read_sender(text: str) -> str:
    from madang import mail  # noqa: PLC0415 (it brings rows: only where letters leave)

    mail.read_sender(_read_text(text))
    return text


def _read_zone(text: str) -> str:
    if text != "UTC":
        ZoneInfo(_read_text(text))
    return text


def _read_database(text: str) -> str:
    scheme, parted, rest = _read_text(text).partition("://")
    is_known = scheme in ("postgresql", "postgresql+psycopg", "postgres") or (scheme == "sqlite" and rest.startswith("/") and rest != "/")
    if not (parted and rest and is_known):
        raise ValueError(text)
    return text


def _read_bucket(text: str) -> str:
    storage.place_of(_read_text(text))
    return text


text = Reader(_read_text, _("one line of text"))
flag = Reader(_read_flag, _("yes or no"))
size = Reader(_read_size, _("a number of bytes such as 500000, 64M or 2GiB"))
networks = Reader(_read_networks, _("addresses such as 127.0.0.1 and ranges such as 10.0.0.0/8, parted by commas"))
names = Reader(_read_names, _("names parted by commas"))
folder = Reader(_read_folder, _("a path"))
web_address = Reader(_read_address, _("an address such as https://madang.example without a path"))
mail_server = Reader(_read_mail_server, _("smtp://user:password@host:587 (?starttls=required, offered or never) or smtps://host:465"))
issuer = Reader(_read_issuer, _("an address such as https://login.institute.example/realms/all"))
scopes = Reader(_read_scopes, _("words parted by blanks, openid among them"))
sender = Reader(_read_sender, _("an address such as madang@institute.example, or a name and it in <>"))
zone = Reader(_read_zone, _("a time zone such as Asia/Seoul"))
database = Reader(_read_database, _("postgresql://user:password@host:5432/name, or sqlite:////path/of/a/file"))
bucket = Reader(_read_bucket, _("s3://bucket/prefix (?endpoint=https://host&region=name)"))
file = Reader(_read_folder, _("a path of a file"))
number = Reader(int, _("a whole number"))
