# SPDX-License-Identifier: Apache-2.0
"""Every setting that the institute has: how it is read, which values it takes, what it holds at first, and when a change holds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from madang.institute import readers
from madang.institute.errors import NoSuchSetting
from madang.institute.readers import Reader
from madang.institute.values import CLOSED, GIB, INVITATION, MIB, OPEN, PROVIDER, SIGN_UPS
from madang.kit import _

NO_WORDS = {"ko": "", "en": ""}
NO_BANNER = {**NO_WORDS, "from": None, "until": None, "read_only": False}
GROUPS = {
    "institute": _("The institute"),
    "people": _("How people come in"),
    "limits": _("Limits"),
    "maintenance": _("Maintenance"),
    "hosts": _("Allowed hosts"),
}
SIGN_UP_WORDS = {
    OPEN: _("Everybody, within the domains below"),
    INVITATION: _("Whoever an operator invited"),
    PROVIDER: _("Whoever the institute's sign-in knows"),
    CLOSED: _("Nobody; operators make accounts"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One setting. ``kind`` says how a page asks for it; ``made`` turns what a row keeps into what rooms read; ``is_late`` says that a
    change holds from the next start on."""

    name: str
    group: str
    kind: str
    title: str
    help: str
    read: Reader
    default: Any
    made: Callable[[Any], Any] = lambda kept: kept
    variable: str = ""
    options: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    unit: str = ""
    is_late: bool = False

    def shown(self, kept: Any) -> str:
        """What a row keeps, in one line, as people read it."""
        if self.kind == "size":
            return readers.shown_size(kept)
        if self.kind == "whole":
            return f"{kept:,}"
        if self.kind in ("words", "text", "banner"):
            return " / ".join(kept[language] for language in ("ko", "en") if kept[language])
        if self.kind == "hosts":
            return ", ".join(row["host"] for row in kept)
        return ", ".join(kept) if isinstance(kept, list) else str(kept).lower() if isinstance(kept, bool) else str(kept)


def _whole(name: str, title: str, help_: str, default: int, least: int, most: int, unit: str, *, is_late: bool = False) -> Field:
    return Field(
        name, "limits", "whole", title, help_, readers.whole(least, most), default,
        variable=f"MADANG_{name.upper()}", least=least, most=most, unit=unit, is_late=is_late,
    )  # fmt: skip


def _size(name: str, title: str, help_: str, default: int, least: int, most: int) -> Field:
    return Field(
        name, "limits", "size", title, help_, readers.size(least, most), default,
        variable=f"MADANG_{name.upper()}", least=least, most=most, unit=_("bytes"),
    )  # fmt: skip


def _keep_hosts(_name: str, given: object) -> Any:
    return given


FIELDS: tuple[Field, ...] = (
    Field(
        "name", "institute", "words", _("Name"), _("Stands at the head of every page."), readers.words(80), NO_WORDS, readers.made_words,
        variable="MADANG_INSTITUTE",
    ),
    Field(
        "contact", "institute", "line", _("Contact"), _("Where people turn to: an e-mail address, a telephone number or a page."),
        readers.line(200), "",
    ),
    Field(
        "conditions", "institute", "text", _("Conditions of use"),
        _("Everybody accepts them once, and again when they change. Without a text nobody is asked."), readers.words(20_000), NO_WORDS,
        readers.made_words,
    ),
    Field(
        "sign_up", "people", "choice", _("Who may make an account"), _("Operators always may, for others too."),
        readers.choice(*SIGN_UPS), INVITATION, options=SIGN_UPS,
    ),
    Field(
        "email_domains", "people", "list", _("Domains of e-mail addresses"),
        _("Only people with such an address make an account. Empty means any."), readers.domains, [], tuple,
    ),
    Field(
        "default_role", "people", "choice", _("Role of a new account"), _("A reader sees; a member registers too."),
        readers.choice("reader", "member"), "member", options=("reader", "member"),
    ),
    Field(
        "default_reach", "people", "choice", _("Reach of a new account"),
        _("Of accounts that people make by themselves. Inner sees what is open to the institute, partner what is open to partners."),
        readers.choice("outer", "partner", "inner"), "outer", options=("outer", "partner", "inner"),
    ),
    Field(
        "proves_email", "people", "flag", _("Proof of the e-mail address"),
        _("Whether a letter proves the address before there is an account. It needs a mail server."), readers.flag, True,
    ),
    Field(
        "password_sign_in", "people", "flag", _("Passwords beside the institute's sign-in"),
        _("Whether others than operators may sign in by password where the institute's sign-in is set up."), readers.flag, True,
    ),
    _size("max_upload_bytes", _("One uploaded file"), _("A larger one is refused while it comes."), GIB, MIB, 1024 * GIB),
    _whole("max_waiting", _("Waiting for one account"), _("Versions waiting or under way."), 500, 1, 100_000, _("versions")),
    _size("max_archive_bytes", _("One archive"), _("As it is packed."), 2 * GIB, MIB, 1024 * GIB),
    _size("max_total_bytes", _("One source"), _("Unpacked, with all its files."), 8 * GIB, MIB, 4096 * GIB),
    _size("max_file_bytes", _("One file of a source"), _("A larger one refuses the source."), 2 * GIB, MIB, 1024 * GIB),
    _whole("max_files", _("Files of one source"), _("Links and folders count too."), 200_000, 100, 5_000_000, _("files")),
    _size("max_fetch_bytes", _("One fetch from Git"), _("What may come over the wire."), 4 * GIB, MIB, 1024 * GIB),
    _whole("fetch_seconds", _("Time of one fetch"), _("Then it has failed."), 1800, 10, 86_400, _("seconds")),
    _whole("jobs_at_once", _("Jobs at once"), _("People's jobs in one process."), 2, 1, 64, _("jobs"), is_late=True),
    _whole(
        "scan_file_seconds", _("Time of one file"), _("Then it is named as unread."), 120, 5, 3600, _("seconds"), is_late=True
    ),
    _whole("session_idle_days", _("A session unused"), _("Then its browser signs in again."), 14, 1, 365, _("days"), is_late=True),
    _whole("session_days", _("A session in any case"), _("However much it is used."), 90, 1, 730, _("days"), is_late=True),
    _whole("link_hours", _("A one-time link"), _("How long it is good."), 24, 1, 720, _("hours"), is_late=True),
    Field(
        "banner", "maintenance", "banner", _("Banner"), _("Stands at the head of every page for a time."), readers.banner, NO_BANNER,
        readers.made_banner,
    ),
    Field(
        "scan_sample_files", "maintenance", "whole", _("Files scanned twice"),
        _("So many a day are drawn by chance and looked at by ScanCode's own code too, when nothing else is to be done. 0 is none."),
        readers.whole(0, 10_000), 40, most=10_000, unit=_("files a day"),
    ),
    Field(
        "allowed_hosts", "hosts", "hosts", _("Allowed hosts"),
        _("Hosts, addresses and ranges of the inner network that sources may be fetched from."), _keep_hosts, [],
        lambda kept: tuple(row["host"] for row in kept), variable="MADANG_ALLOWED_HOSTS",
    ),
)  # fmt: skip
_BY_NAME = {field.name: field for field in FIELDS}


def named(name: str) -> Field:
    """The setting of that name; ``NoSuchSetting`` when there is none."""
    if name not in _BY_NAME:
        raise NoSuchSetting(name=name[:60])
    return _BY_NAME[name]
