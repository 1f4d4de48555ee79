# SPDX-License-Identifier: Apache-2.0
"""The settings themselves, and how they are read."""

import dataclasses
import difflib
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from madang.kit import Invalid, _
from madang.settings import readers

PREFIX = "MADANG_"
GIB = 1 << 30
MIB = 1 << 20
NOWHERE = Path()
L = TypeVar("L")


class WrongSetting(Invalid):
    """A setting has a value that it cannot have."""

    code = "wrong-setting"
    message = _("%(name)s cannot be “%(value)s”: it takes %(accepted)s.")

    def __init__(self, *, name: str, value: str, accepts: readers.Reader, field: str) -> None:
        self.accepts = accepts
        super().__init__(name=name, value=value, accepted=accepts.accepted, field=field)

    def sentence(self, translate: Callable[[str], str] | None = None) -> str:
        """The whole sentence, what is accepted included, in one language."""
        told = {**self.values, "accepted": self.accepts.told(translate or str)}
        return (translate or str)(self.template) % told


class UnknownSetting(Invalid):
    """A variable begins with ``MADANG_`` and is no setting."""

    code = "unknown-setting"
    message = _("There is no setting %(name)s. `madang settings` lists them all.")
    nearest = _("There is no setting %(name)s. Did you mean %(nearest)s? `madang settings` lists them all.")


def setting(default: Any, sentence: str, accepts: readers.Reader, *, shown: str = "", fills: str = "", hidden: str = "") -> Any:
    """A field of ``Settings``. ``shown`` says a default that depends on the machine; ``fills`` names a room's limit (``room.field``).

    ``hidden`` masks it where it is shown: ``address`` the password in it, ``secret`` the whole.
    """
    return field(default=default, metadata={"help": sentence, "accepts": accepts, "shown": shown, "fills": fills, "hidden": hidden})


@dataclass(frozen=True)
class Settings:
    """Everything that is set, complete and checked. Sizes are bytes, durations as their names say."""

    home: Path = setting(NOWHERE, _("The folder of everything that Madang keeps."), readers.folder, shown="$XDG_DATA_HOME/madang")  # noqa: RUF009
    host: str = setting(
        "127.0.0.1", _("The address of this machine that the web process listens on; 0.0.0.0 is every address."), readers.text
    )
    port: int = setting(8000, _("The port that the web process listens on."), readers.whole(1, 65535))
    web_processes: int = setting(1, _("Web processes that share the port."), readers.whole(1, 64))
    url: str = setting("", _("The address printed on pages and in copied lines."), readers.web_address, shown=_("from host and port"))
    database_url: str = setting(
        "", _("The database, in SQLAlchemy's form."), readers.database, shown=_("madang.db in the home folder"), hidden="address"
    )
    objects_url: str = setting(
        "", _("The bucket of an S3 server where objects are kept."), readers.bucket, shown=_("the folder store in the home folder")
    )
    objects_key: str = setting("", _("Who asks at that server; without it the usual AWS_… variables are taken."), readers.text)
    objects_secret: str = setting("", _("The secret that belongs to it."), readers.text, hidden="secret")
    institute: str = setting("", _("The institute's name, shown at the head of every page."), readers.text)
    language: str = setting(
        "ko",
        _("The language of those who have not chosen one, and of the command line's messages (its help is English)."),
        readers.choice("ko", "en"),
    )
    time_zone: str = setting("Asia/Seoul", _("The time zone in which the institute's days begin and pages tell the time."), readers.zone)
    log_level: str = setting("info", _("The least grave event that is logged."), readers.choice("debug", "info", "warning", "error"))
    log_format: str = setting("", _("How events are logged."), readers.choice("text", "json"), shown=_("text on a terminal, else json"))
    allowed_hosts: tuple[str, ...] = setting(
        (), _("Hosts, addresses and ranges of the inner network that sources may be fetched from, parted by commas."), readers.names
    )
    allow_file: bool = setting(False, _("Whether folders of this machine may be given as file: addresses."), readers.flag)
    allow_http: bool = setting(False, _("Whether sources may be fetched over http without encryption."), readers.flag)
    allow_pickle: bool = setting(
        False, _("Whether models that are kept as pickles may be served; reading one runs code, in a process apart."), readers.flag
    )
    service_memory_bytes: int = setting(
        GIB, _("Memory that the process of a service may take."), readers.size, fills="serving.memory_bytes"
    )
    service_seconds: int = setting(30, _("How long one call to a service may take."), readers.whole(1, 3600), fills="serving.seconds")
    service_disk_bytes: int = setting(
        64 * MIB, _("What the process of a service may write to its own folder."), readers.size, fills="serving.disk_bytes"
    )
    service_idle_seconds: int = setting(
        600, _("The process of a service ends after so long without a call."), readers.whole(1), fills="serving.idle_seconds"
    )
    service_queue: int = setting(
        64, _("Calls to one service that may wait in one web process; more are refused."), readers.whole(1), fills="serving.queue"
    )
    reference_services: bool = setting(
        True, _("Whether the services that Madang brings along are published when it starts for the first time."), readers.flag
    )
    register_itself: bool = setting(True, _("Whether Madang registers itself as its first asset and verifies itself."), readers.flag)
    jobs_at_once: int = setting(2, _("How many people's jobs run at once."), readers.whole(1, 64), fills="jobs.people")
    scan_workers: int = setting(
        0, _("Processes that look at files."), readers.whole(1, 256), shown=_("one for each core, at most 4"), fills="scan.workers"
    )
    scan_file_seconds: int = setting(
        120, _("How long one file may take; then it is named as unread."), readers.whole(1), fills="scan.file_seconds"
    )
    scan_memory_bytes: int = setting(
        1_500_000_000, _("Memory that a scan's worker may take beyond the licence index."), readers.size, fills="scan.worker_memory_bytes"
    )
    scan_max_file_bytes: int = setting(
        200_000_000, _("A larger file is listed and hashed, and not looked into."), readers.size, fills="scan.max_file_bytes"
    )
    scan_idle_seconds: int = setting(600, _("Workers without work end after this."), readers.whole(1), fills="scan.idle_seconds")
    max_archive_bytes: int = setting(2 * GIB, _("The largest archive."), readers.size, fills="archives.max_archive_bytes")
    max_files: int = setting(200_000, _("Files, links and folders in one source."), readers.whole(1), fills="archives.max_files")
    max_total_bytes: int = setting(8 * GIB, _("One source, unpacked."), readers.size, fills="archives.max_total_bytes")
    max_file_bytes: int = setting(2 * GIB, _("One file of a source."), readers.size, fills="archives.max_file_bytes")
    max_ratio: int = setting(
        200, _("How many times its packed size an archive may unpack to."), readers.whole(1), fills="archives.max_ratio"
    )
    max_depth: int = setting(64, _("Folders within folders in one source."), readers.whole(1), fills="archives.max_depth")
    max_name_bytes: int = setting(1024, _("The longest path in a source."), readers.whole(1), fills="archives.max_name_bytes")
    max_fetch_bytes: int = setting(4 * GIB, _("What one fetch from Git may bring."), readers.size, fills="forges.max_fetch_bytes")
    fetch_seconds: int = setting(1800, _("How long one fetch may take."), readers.whole(1), fills="forges.fetch_seconds")
    max_body_bytes: int = setting(MIB, _("A request that is not an upload."), readers.size, fills="web.body")
    max_upload_bytes: int = setting(GIB, _("One uploaded file."), readers.size, fills="web.upload")
    max_waiting: int = setting(
        500, _("Versions that one account may have waiting or under way."), readers.whole(1), fills="compliance.max_waiting"
    )
    idempotency_hours: int = setting(
        24, _("How long the answer to a write is kept for a retry."), readers.whole(1), fills="web.idempotency_hours"
    )
    max_commit_bytes: int = setting(
        256 * MIB, _("One commit to a dataset or model, with the small files in it."), readers.size, fills="hub.commit"
    )
    max_hub_file_bytes: int = setting(1024 * GIB, _("One file of a dataset or model."), readers.size, fills="hub.file")
    small_file_bytes: int = setting(
        MIB, _("A file of a dataset or model up to this size is sent within the commit."), readers.size, fills="hub.small"
    )
    max_repository_bytes: int = setting(
        0, _("What may be sent to one dataset or model in all; 0 for any number."), readers.size, fills="hub.repository"
    )
    max_namespace_bytes: int = setting(
        0, _("What may be sent to all datasets and models of one namespace; 0 for any number."), readers.size, fills="hub.namespace"
    )
    refuse_unsafe_models: bool = setting(
        False,
        _("Whether files that would run something when a model is loaded are refused; they are marked in any case."),
        readers.flag,
        fills="hub.refuse_unsafe",
    )
    max_table_bytes: int = setting(
        GIB, _("A larger table of a dataset is shown by its first rows and not read to its end."), readers.size, fills="tables.file_bytes"
    )
    query_seconds: int = setting(10, _("How long one question to a table may take."), readers.whole(1, 600), fills="tables.query_seconds")
    max_call_bytes: int = setting(32 * MIB, _("A call of a service; a service may take less."), readers.size, fills="gateway.body")
    call_seconds: int = setting(
        60, _("How long a service may take for an answer; it may set less itself."), readers.whole(1), fills="gateway.call_seconds"
    )
    stream_seconds: int = setting(
        600, _("How long a stream of a service may take."), readers.whole(1, 86_400), fills="gateway.stream_seconds"
    )
    kept_answer_bytes: int = setting(
        256 << 10, _("A larger answer to a call is not kept for a retry."), readers.size, fills="gateway.kept_answer"
    )
    keys_each: int = setting(20, _("Keys for services that one account may have alive."), readers.whole(1, 10_000), fills="usage.keys")
    key_rotation_hours: int = setting(
        24, _("How long a key is good beside the one that takes its place."), readers.whole(0, 2160), fills="usage.rotation_hours"
    )
    usage_days: int = setting(
        90, _("How long single calls are kept; the sums of each day stay."), readers.whole(1), fills="usage.event_days"
    )
    usage_log_bytes: int = setting(
        16 * MIB, _("A process begins another usage log when one is so large."), readers.size, fills="usage.log_bytes"
    )
    guests_known: int = setting(20_000, _("Guests that one web process tells apart in memory."), readers.whole(1), fills="usage.guests")
    calls_at_once: int = setting(
        1024, _("Calls under way in one web process; more are asked to come again."), readers.whole(1), fills="gateway.at_once"
    )
    link_hours: int = setting(24, _("How long a one-time link is good."), readers.whole(1), fills="people.link_hours")
    session_idle_days: int = setting(14, _("A session unused so long is over."), readers.whole(1), fills="people.session_idle_days")
    session_days: int = setting(90, _("A session ends after so long in any case."), readers.whole(1), fills="people.session_days")
    password_min: int = setting(10, _("The fewest characters of a password."), readers.whole(8, 256), fills="people.password_min")
    oidc_issuer: str = setting(
        "", _("The institute's OpenID Connect provider: its issuer, as it calls itself."), readers.issuer, shown=_("none")
    )
    oidc_client_id: str = setting("", _("How Madang is known to the provider."), readers.text)
    oidc_client_secret: str = setting("", _("The secret that the provider gave Madang."), readers.text, hidden="secret")
    oidc_scopes: str = setting("openid profile email", _("What the provider is asked for, parted by blanks."), readers.scopes)
    oidc_name: str = setting("", _("What the provider is called on the sign-in page."), readers.text, shown=_("the institute's sign-in"))
    oidc_reach: str = setting(
        "inner", _("How near those stand who get an account through the provider."), readers.choice("outer", "partner", "inner")
    )
    smtp_url: str = setting(
        "", _("The mail server that letters leave through; without one no letter is written."), readers.mail_server, hidden="address"
    )
    mail_from: str = setting(
        "", _("From whom letters come: an address, or a name and an address in <>."), readers.sender, shown=_("madang at the pages' host")
    )

    trusted_proxies: tuple[str, ...] = setting(
        (),
        _("Addresses and ranges of the proxies in front; what they say of who asks (X-Forwarded-For, X-Forwarded-Proto) is believed."),
        readers.networks,
    )
    metrics_token: str = setting(
        "", _("With it a collector may read /metrics; without it only operators, and this machine itself."), readers.text, hidden="secret"
    )
    otlp_endpoint: str = setting(
        "", _("A collector of OpenTelemetry traces (OTLP over HTTP). Without it nothing is told to anybody."), readers.web_address
    )

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of SQLite's, which one jobs process at a time may work on."""
        return self.database_url.startswith("sqlite")

    def fill(self, room: str, limits: type[L], **others: object) -> L:
        """The room's ``Limits`` with what is set here; ``others`` are fields that no setting fills."""
        filled = {}
        for each in fields(self):
            owner, _dot, name = str(each.metadata["fills"]).partition(".")
            if owner == room:
                filled[name] = getattr(self, each.name)
        return limits(**filled, **others)

    @property
    def stated(self) -> frozenset[str]:
        """The settings that were given by flag or variable: these stand fixed, the others an operator may change on a page."""
        found: frozenset[str] = self.__dict__.get("_stated", frozenset())
        return found

    def environment(self) -> dict[str, str]:
        """These settings as variables: ``read`` of them gives the same settings, and the same ones count as stated."""
        told = (each for each in fields(self) if each.name in self.stated or getattr(self, each.name) != each.default)
        return {variable(each): written(getattr(self, each.name)) for each in told}


def read(environ: Mapping[str, str] | None = None, **flags: object) -> Settings:
    """The settings of this process: flags first, then the environment, then the defaults. A flag that is None is not given.

    Raises ``WrongSetting`` or ``UnknownSetting``. A variable that is empty counts as not set.
    """
    given = check_names(environ)
    known = {variable(each): each for each in fields(Settings)}
    given |= {PREFIX + name.upper(): written(value) for name, value in flags.items() if value is not None}
    values: dict[str, Any] = {known[name].name: _value(known[name], text) for name, text in given.items()}
    made = _complete(Settings(**values))
    object.__setattr__(made, "_stated", frozenset(values))  # no setting of its own: it follows from how the others were given
    return made


def check_names(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that set something, by name; every one is a setting's, ``UnknownSetting`` otherwise."""
    given = dict(os.environ if environ is None else environ)
    given = {name: value for name, value in given.items() if name.startswith(PREFIX) and value != ""}
    known = {variable(each) for each in fields(Settings)}
    for name in given:
        if name not in known:
            nearest = _nearest(name, known)
            raise UnknownSetting(UnknownSetting.nearest if nearest else None, name=name, nearest=nearest)
    return given


def variable(each: "Field[Any]") -> str:
    """The name of the variable that sets a field."""
    return PREFIX + each.name.upper()


def written(value: object) -> str:
    """A setting's value as it is written in the environment."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def shown_default(each: "Field[Any]") -> str:
    """The default as people read it."""
    return each.metadata["shown"] or written(each.default)


def _value(each: "Field[Any]", text: str) -> Any:
    accepts: readers.Reader = each.metadata["accepts"]
    try:
        return accepts.read(text.strip())
    except ValueError:
        covered = {"secret": "***", "address": re.sub(r"//[^/]*@", "//***@", text)}.get(each.metadata["hidden"], text)
        raise WrongSetting(name=variable(each), value=covered, accepts=accepts, field=each.name) from None


def _nearest(name: str, known: Iterable[str]) -> str:
    words = [other.removeprefix(PREFIX) for other in sorted(known)]
    close = difflib.get_close_matches(name.removeprefix(PREFIX), words, n=1, cutoff=0.6)
    return f"{PREFIX}{close[0]}" if close else ""


def _complete(given: Settings) -> Settings:
    if given.oidc_issuer and not given.oidc_client_id:
        raise WrongSetting(name="MADANG_OIDC_CLIENT_ID", value="", accepts=readers.text, field="oidc_client_id")
    home = given.home if given.home != NOWHERE else default_home(os.environ)
    host = "127.0.0.1" if given.host in ("0.0.0.0", "::") else given.host  # noqa: S104 (nothing is bound here)
    return dataclasses.replace(
        given,
        home=home,
        url=given.url or f"http://{f'[{host}]' if ':' in host else host}:{given.port}",
        database_url=given.database_url or f"sqlite:///{home / 'madang.db'}",
        mail_from=given.mail_from or f"madang@{_mail_host(given.url)}",
        log_format=given.log_format or ("text" if sys.stderr.isatty() else "json"),
        scan_workers=given.scan_workers or min(4, os.cpu_count() or 1),
    )


def _mail_host(url: str) -> str:
    host = urlsplit(url).hostname or "localhost"
    return "localhost" if ":" in host else host


def default_home(environ: Mapping[str, str]) -> Path:
    """Where Madang keeps everything when nothing is set (XDG Base Directory Specification: a relative path counts as not set)."""
    data = Path(environ.get("XDG_DATA_HOME", ""))
    return (data if data.is_absolute() else Path.home() / ".local" / "share") / "madang"
