# SPDX-License-Identifier: Apache-2.0
"""Who comes to try the doors, and what stands behind them: one house with an actor of each kind and a thing of each relation.

Nothing that a request writes is kept, so each request meets the same house.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from builders import Yard, archive
from madang import access, catalog, db, inbox, kit, people, provenance, serving, sheets, terms, usage
from madang.compliance.recording import DOCUMENTS
from madang.kit import Reach, Role
from madang.provenance import sboms
from madang.web import csrf

PASSWORD = "five words that nobody guesses"
EXPOSURES = ("open", "partner", "inner", "private")
NOBODYS = kit.new_id()
"""An id that nothing has."""
OWNER, NEIGHBOUR, ORGANISATION = "owner", "neighbour", "laboratory"


@dataclass(frozen=True)
class Who:
    """An actor as the table knows them."""

    name: str
    role: Role = Role.READER
    reach: Reach = Reach.INNER
    duties: frozenset[str] = frozenset()
    there: Role | None = None
    """Their role in the organisation."""

    @property
    def is_visitor(self) -> bool:
        """Whether nobody is signed in."""
        return self.role is Role.VISITOR


ACTORS = (
    Who("visitor", Role.VISITOR, Reach.OUTER),
    Who("outer-reader", reach=Reach.OUTER),
    Who("partner-reader", reach=Reach.PARTNER),
    Who("inner-reader"),
    Who("inner-member", Role.MEMBER),
    Who("inner-reviewer", Role.REVIEWER),
    Who("inner-operator", Role.OPERATOR),
    *(Who(f"duty-{duty}", duties=frozenset({duty})) for duty in kit.DUTIES),
    Who(OWNER, Role.MEMBER),
    Who(NEIGHBOUR, Role.MEMBER),
    Who("laboratory-reader", reach=Reach.OUTER, there=Role.READER),
    Who("laboratory-member", reach=Reach.OUTER, there=Role.MEMBER),
    Who("laboratory-operator", reach=Reach.OUTER, there=Role.OPERATOR),
)


@dataclass(frozen=True)
class Thing:
    """What an address names: its kind in the table, whose it is, and what the path says of it; ``absent`` names one that is not there."""

    kind: str
    holder: str = ""
    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    absent: Mapping[str, str] = dataclasses.field(default_factory=dict)
    is_within: bool = False
    """Whether it is of the organisation although it is somebody's own too: a membership."""

    def __str__(self) -> str:
        return f"{self.kind} of {self.holder or 'nobody'}"


class Undone(db.Database):
    """The house's database, of which every unit of work is undone after it went well."""

    def __init__(self, real: db.Database) -> None:
        self.__dict__.update(real.__dict__)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes reach the database, with all that it checks, and are then taken back."""
        with Session(self.engine.execution_options(madang_writes=True), expire_on_commit=False) as session:
            yield session
            session.flush()
            session.rollback()


@dataclass
class Cast:
    """The house with everybody and everything in it."""

    yard: Yard
    ids: dict[str, str]
    tokens: dict[str, str]
    cookies: dict[str, str]
    things: list[Thing]
    organisation: str | None = None

    def actor(self, who: Who) -> kit.Actor:
        """The actor as rooms meet them."""
        if who.is_visitor:
            return kit.anonymous()
        there = {self.organisation: who.there} if who.there is not None and self.organisation else {}
        return kit.Actor(self.ids[who.name], who.name, who.role, reach=who.reach, duties=who.duties, organisations=there)

    def may(self, who: Who, thing: Thing, action: str) -> bool:
        """What the table says."""
        organisation = self.organisation if thing.is_within or thing.holder == ORGANISATION else None
        own = not who.is_visitor and thing.holder == who.name
        return access.allows(self.actor(who), thing.kind, action, own=own, organisation=organisation)

    def headers(self, who: Who, *, is_api: bool) -> dict[str, str]:
        """What the actor's client sends: a token to the API, a browser's session and a form's mark to pages."""
        if is_api:
            return {} if who.is_visitor else {"Authorization": f"Bearer {self.tokens[who.name]}"}
        name, value = ("madang_visit", "a-visit-of-nobody") if who.is_visitor else ("madang", self.cookies[who.name])
        return {"Cookie": f"{name}={value}", "X-CSRF-Token": csrf.token(self.yard.application.state.gate.csrf_key, value)}


def cast_in(yard: Yard) -> Cast:
    """Everybody and everything is there, and from now on nothing that is done is kept."""
    cast = Cast(yard, {}, {}, {}, [])
    with yard.house.database.writing() as session:
        organisation = people.create_organisation(session, name=ORGANISATION, sector="university", by=kit.SYSTEM)
        cast.organisation = organisation.id
        for who in ACTORS:
            if not who.is_visitor:
                _come(session, cast, who, organisation)
    _place(cast)
    _place_people(cast)
    _place_usage(cast)
    yard.application.state.gate.database = Undone(yard.house.database)
    return cast


def _come(session: Session, cast: Cast, who: Who, organisation: people.Organisation) -> None:
    account = people.create_account(session, name=who.name, role=who.role, by=kit.SYSTEM)
    people.change_account(session, account, people.Change(reach=who.reach, duties=who.duties), by=kit.SYSTEM)
    if who.there is not None:
        people.set_membership(session, organisation, account, role=who.there, by=kit.SYSTEM)
    if who.name == OWNER:
        people.set_password(session, account, password=PASSWORD, by=kit.SYSTEM)
    cast.ids[who.name] = account.id
    highest = max(who.role, who.there or who.role)
    cast.tokens[who.name] = people.create_token(session, account=account, role=highest, note="test", by=kit.SYSTEM)
    session.flush()
    cast.cookies[who.name] = people.redeem_link(session, people.create_link(session, account, by=kit.SYSTEM))[1]


def _place(cast: Cast) -> None:
    """The things: assets of each exposure, a namespace and an account of a person and of an organisation, tokens."""
    for holder, by in ((OWNER, OWNER), (ORGANISATION, "laboratory-member")):
        cast.things.append(Thing("namespace", holder, {"namespace": holder}))
        cast.things += [_asset(cast, holder, exposure, by=by) for exposure in EXPOSURES]
        cast.things += [_service(cast, holder, exposure, by=by) for exposure in EXPOSURES]
        cast.things += _kept(holder)
    for holder in (OWNER, NEIGHBOUR):
        token, session = cast.tokens[holder].split("_")[1], _session_of(cast, holder)
        cast.things += [
            Thing("account", holder, {"name": holder}, {"name": "there-is-nobody"}),
            Thing("token", holder, {"token_id": token}, {"token_id": kit.new_id()}),
            Thing("session", holder, {"session_id": session}, {"session_id": kit.new_id()}),
            *_inbox(cast, holder),
            _list(cast, holder),
        ]


def _session_of(cast: Cast, holder: str) -> str:
    with cast.yard.house.database.reading() as session:
        return people.sessions(session, people.get_account(session, holder, viewer=kit.SYSTEM), viewer=kit.SYSTEM)[0].id


def _list(cast: Cast, holder: str) -> Thing:
    """A draft of somebody's own list."""
    body, signed = {"rows": [{"source": "https://example.org/a.git"}]}, {"Authorization": f"Bearer {cast.tokens[holder]}"}
    made = cast.yard.client.post("/api/v1/registrations", json=body, headers=signed).json()
    return Thing("registration-list", holder, {"list_id": made["id"], "number": "1"}, {"list_id": kit.new_id(), "number": "1"})


def _inbox(cast: Cast, holder: str) -> list[Thing]:
    """A task and a notification of somebody's own."""
    to, about = inbox.to_account(cast.ids[holder]), {"about": f"of/{holder}", "address": "/assets", "text": "Look", "by": kit.SYSTEM}
    with cast.yard.house.database.writing() as session:
        task = inbox.ask(session, kind="host.wanted", to=to, **about)  # type: ignore[arg-type]
        told = inbox.tell(session, kind="version.verified", to=[to], **about)  # type: ignore[arg-type]
    assert told is not None
    return [
        Thing("task", holder, {"task_id": task.id}, {"task_id": kit.new_id()}),
        Thing(
            "inbox",
            holder,
            dict.fromkeys(("notice_id", "notification_id"), told.id),
            dict.fromkeys(("notice_id", "notification_id"), kit.new_id()),
        ),
    ]


def _place_people(cast: Cast) -> None:
    """Accounts, the organisation and who is in it, an invitation, a list of people."""
    guest = "laboratory-guest"
    with cast.yard.house.database.writing() as session:
        account = people.create_account(session, name=guest, role=Role.READER, by=kit.SYSTEM)
        organisation = people.get_organisation(session, ORGANISATION, viewer=kit.SYSTEM)
        people.set_membership(session, organisation, account, role=Role.READER, by=kit.SYSTEM)
        invitation, _secret = people.create_invitation(session, people.Offer(Role.READER), by=kit.SYSTEM)
    listed = sheets.read(b"name\nnewcomer\n", name="list.csv")
    people_list = people.keep_list(cast.yard.house.database, listed, name="list.csv", by=kit.SYSTEM)
    missing = {"name": "there-is-no-such", "account": "nobody-at-all"}
    names = {"name": ORGANISATION, "account": guest}
    cast.things += [Thing(kind, ORGANISATION, names, missing) for kind in ("organisation", "membership")]
    cast.things.append(Thing("invitation", "", {"invitation": invitation.id}, {"invitation": kit.new_id()}))
    cast.things.append(Thing("people-list", "", {"list": people_list}, {"list": kit.new_id()}))


def _place_usage(cast: Cast) -> None:
    """Keys, a request for production and invoices: a person's, and an organisation's, whose key is one of its guest's."""
    with cast.yard.house.database.writing() as session:
        organisation = people.get_organisation(session, ORGANISATION, viewer=kit.SYSTEM)
        for holder, name in ((OWNER, OWNER), (NEIGHBOUR, NEIGHBOUR), (ORGANISATION, "laboratory-guest")):
            account = people.get_account(session, name, viewer=kit.SYSTEM)
            of = organisation if holder == ORGANISATION else None
            key = usage.create_key(session, account=account, plan="development", organisation=of, by=kit.SYSTEM).key
            cast.things.append(Thing("key", holder, {"key_id": key.id}, {"key_id": kit.new_id()}))
            invoice = usage.Invoice(
                id=kit.new_id(), number=f"2026-01-{name}"[:24], organisation_id=of.id if of else "", account_id="" if of else account.id,
                payer=name, month="2026-01", part=1, currency="KRW", total=Decimal(100), state="issued", made_at=kit.now(), made_by="test",
                void_reason="",
            )  # fmt: skip
            session.add(invoice)
            cast.things.append(Thing("invoice", holder, {"invoice_id": invoice.id}, {"invoice_id": kit.new_id()}))
            if not of:
                asked = usage.ask_for_production(session, key, purpose="for a test", wanted=1, by=kit.SYSTEM)
                cast.things.append(Thing("production-request", holder, {"request_id": asked.id}, {"request_id": kit.new_id()}))


def _asset(cast: Cast, holder: str, exposure: str, *, by: str) -> Thing:
    """A verified asset with one version."""
    yard, name = cast.yard, f"thing-{exposure}"
    signed = cast.headers(next(who for who in ACTORS if who.name == by), is_api=True)
    body = {"kind": "software", "namespace": holder, "name": name, "exposure": exposure}
    made = yard.client.post("/api/v1/assets", json=body, headers=signed)
    assert made.status_code == 201, made.text
    address = f"/api/v1/assets/software/{holder}/{name}"
    files = {"file": ("source.tar.gz", archive({"LICENSE": "MIT License\n", "NAME": f"{holder} {name}\n"}))}
    task = yard.client.post(f"{address}/versions", files=files, headers=signed).json()["task"]
    yard.work(task)
    for form in DOCUMENTS:  # made once and kept: from here on it would be made for every request, since nothing is kept
        assert yard.client.get(f"{address}/versions/1/sbom", params={"format": form}, headers=signed).status_code == 200
    names = {"kind": "software", "namespace": holder, "name": name, "version": "1", "task": task, "what": "packages"}
    names |= _provenance(yard, names)
    absent = names | {"name": "there-is-no-such"} | dict.fromkeys(("task", "derivation", "evidence", "decision", "sbom"), NOBODYS)
    return Thing(f"asset.{exposure}", holder, names, absent)


def _service(cast: Cast, holder: str, exposure: str, *, by: str) -> Thing:
    """A service that is answered elsewhere, where nothing listens."""
    house, name = cast.yard.house, f"service-{exposure}"
    card = serving.Card(name, task="text", engine=serving.EngineCard("upstream", url="http://127.0.0.1:9/"))
    prepared = serving.of_card(card, house.store, limits=serving.Limits())
    with house.database.writing() as session:
        deployer = cast.actor(next(who for who in ACTORS if who.name == by))
        serving.deploy(session, prepared, namespace=holder, exposure=exposure, by=deployer)
    names = {"kind": "api", "namespace": holder, "name": name}
    return Thing(f"asset.{exposure}", holder, names, names | {"name": "there-is-no-such"})


def _kept(holder: str) -> list[Thing]:
    """An open service as what its keeper runs: as its page's address names it, and as that of its JSON does."""
    names = {"namespace": holder, "name": "service-open", "version": "1"}
    absent = names | {"name": "there-is-no-such"}
    return [Thing("service", holder, names, absent), Thing("service", holder, names | {"kind": "api"}, absent | {"kind": "api"})]


def _provenance(yard: Yard, names: Mapping[str, str]) -> dict[str, str]:
    """What the version is made with, a document at it, and a decision on it."""
    with yard.house.database.writing() as session:
        asset = catalog.get_asset(session, names["kind"], names["namespace"], names["name"], viewer=kit.SYSTEM)
        version = catalog.get_version(session, asset, names["version"])
        edge = provenance.declare(session, version, kind="calls", purl="pkg:generic/there@1", by=kit.SYSTEM)
        proof = provenance.attach(session, version, removes=["forbidden:train"], issuer="rights holder", by=kit.SYSTEM)
        kept = provenance.keep(session, version, terms.Goal("use"), by=kit.SYSTEM)
        made = provenance.Made((provenance.Part("pkg:pypi/inner@1.0", is_inside=True),))
        sbom = sboms.attach(session, version, sboms.Told("bom.json", "CycloneDX", "0" * 64, made, "", (), "", ""), by=kit.SYSTEM)
        return {"derivation": edge.id, "evidence": proof.id, "decision": kept.id, "sbom": sbom.id}
