# SPDX-License-Identifier: Apache-2.0
"""One home, opened: what doors and jobs work with."""

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from madang import (
    __version__,
    archives,
    catalog,
    db,
    forges,
    institute,
    jobs,
    keeping,
    kit,
    mail,
    operations,
    people,
    serving,
    storage,
    usage,
)
from madang.app import news
from madang.settings import Settings

L = TypeVar("L")
CHANGEABLE = tuple(each.name for each in institute.FIELDS if each.group == "limits")
"""The settings that an operator may change while Madang runs; the room keeps them under the same names."""


@dataclass
class House:
    """One home, opened: what doors and jobs work with."""

    settings: Settings
    database: db.Database
    keys: people.Keys

    @property
    def home(self) -> Path:
        """The folder of everything that Madang keeps."""
        return self.settings.home

    @property
    def url(self) -> str:
        """The address printed on pages."""
        return self.settings.url

    @property
    def ledger_key(self) -> bytes:
        """What the ledger's heads are signed with."""
        return self.keys.derive("ledger")

    @cached_property
    def store(self) -> storage.Store:
        """Objects and trees."""
        given = self.settings
        where = storage.place_of(given.objects_url, key=given.objects_key, secret=given.objects_secret) if given.objects_url else None
        return storage.Store(self.home / "store", where)

    @property
    def xorbs(self) -> Path:
        """Where blocks of uploads lie that are kept for those who send changed files again."""
        return self.home / "xorbs"

    @property
    def scratch(self) -> Path:
        """Where versions are unpacked while they are worked on."""
        folder = self.home / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def guard(self) -> forges.Guard:
        """Which addresses may be fetched from now: those of the environment and those that operators opened."""
        given = self.settings
        return forges.Guard(allowed_hosts=self.institute.allowed_hosts, allow_file=given.allow_file, allow_http=given.allow_http)

    @property
    def institute(self) -> institute.Institute:
        """What the institute sets, as it holds now."""
        return institute.at_hand(self.database)

    @property
    def archive_limits(self) -> archives.Limits:
        """How far an archive is opened now."""
        return self.limits("archives", archives.Limits)

    @property
    def fetch_limits(self) -> forges.Limits:
        """How much a fetch may take now."""
        return self.limits("forges", forges.Limits, files=self.archive_limits)

    def limits(self, room: str, kind: type[L], **others: object) -> L:
        """The room's limits as they hold now: as the institute sets them, else as the settings do."""
        return self.now.fill(room, kind, **others)

    @property
    def now(self) -> Settings:
        """The settings, with what the institute changed of them."""
        changed = {name: getattr(self.institute, name) for name in CHANGEABLE}
        return dataclasses.replace(self.settings, **changed)

    @property
    def is_secure(self) -> bool:
        """Whether pages are served over https, so that cookies may say so."""
        return self.settings.url.startswith("https:")

    @property
    def serving_limits(self) -> serving.Limits:
        """How much a service may take now."""
        return self.limits("serving", serving.Limits)

    @property
    def usage_logs(self) -> Path:
        """The folder in which this node's processes write down what is used."""
        return self.home / usage.FOLDER

    @property
    def usage_limits(self) -> usage.Limits:
        """How usage is written down, leased and kept; its days are the institute's."""
        return self.limits("usage", usage.Limits, zone=self.settings.time_zone)

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def open_house(settings: Settings, *, connections: db.Connections = db.Connections()) -> House:  # noqa: B008  # frozen
    """The home is there and opened, its tables are of this release, and the operator's account exists."""
    keeping.check_whole(settings.home)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = people.keys.load(settings.home)
    mail.use(post_of(settings, keys))
    db.subscribe(people.OrganisationCreated, catalog.hand_over_namespace)
    news.listen()
    house = House(settings, db.Database(settings.database_url, connections=connections), keys)
    keeping.copy_beside(settings)
    db.migrate(house.database)
    jobs.migrate(house.database)
    catalog.refresh_search(house.database)
    institute.use(house.database, given_by(settings))
    people.oidc.use(provider_of(house))
    people.use(keys, house.limits("people", people.Limits), catalog.reserved_names())
    with house.database.reading() as session:
        known = people.find_account(session, people.OPERATOR)
    if known is None:
        with house.database.writing() as session:
            people.ensure_operator(session, by=kit.SYSTEM)
    with house.database.reading() as session:
        has_plans = bool(usage.plans(session, viewer=kit.SYSTEM))
    usage.use(house.usage_limits)
    if not has_plans:
        with house.database.writing() as session:
            usage.ensure_plans(session, by=kit.SYSTEM)
    return house


def traced(settings: Settings, process: str) -> Callable[[], None]:
    """Where the operator names a collector, this process's traces go there until what comes back is called."""
    if not settings.otlp_endpoint:
        return lambda: None
    from madang.app import tracing  # noqa: PLC0415 (heavy, and told to nobody unless it is asked for)

    return tracing.begin(settings.otlp_endpoint, f"{process}-{os.getpid()}")


def desk_of(house: House) -> operations.Desk:
    """What the operator's pages stand on."""
    given = house.settings
    return operations.Desk(
        house.database, house.store, house.home, __version__, given.url, given.host, given.port, has_mail=bool(given.smtp_url),
        has_provider=bool(getattr(given, "oidc_issuer", "")), backup_deed=keeping.BACKUP_DEED,
    )  # fmt: skip


def post_of(settings: Settings, keys: people.Keys) -> mail.Post | None:
    """How letters leave; None where no mail server is set."""
    if not settings.smtp_url:
        return None
    name, sender = mail.read_sender(settings.mail_from)
    return mail.Post(mail.read_server(settings.smtp_url), sender, keys.derive("mail"), name or settings.institute)


def given_by(settings: Settings) -> institute.Given:
    """What the environment gives the institute: what holds until an operator sets it, and what is stated and so stays."""
    values = {name: getattr(settings, name) for name in CHANGEABLE}
    values |= {"name": {"ko": settings.institute, "en": settings.institute}, "allowed_hosts": list(settings.allowed_hosts)}
    fixed = settings.stated & set(CHANGEABLE)
    return institute.Given(values, fixed | ({"name"} if "institute" in settings.stated else frozenset()))


def provider_of(house: House) -> people.oidc.Provider | None:
    """The institute's sign-in; None where none is set. Who gets an account through it is asked when somebody comes."""
    given = house.settings
    if not given.oidc_issuer:
        return None

    def admission() -> people.oidc.Admission:
        now = house.institute
        return people.oidc.Admission(
            makes_accounts=now.sign_up in ("open", "provider"),
            role=kit.Role.named(now.default_role),
            domains=now.email_domains,
            takes_passwords=now.password_sign_in,
        )

    return people.oidc.Provider(
        issuer=given.oidc_issuer,
        client_id=given.oidc_client_id,
        client_secret=given.oidc_client_secret,
        return_address=f"{house.url}/sign-in/provider/return",
        scopes=given.oidc_scopes,
        name=given.oidc_name,
        reach=kit.Reach.named(given.oidc_reach),
        admission=admission,
    )
