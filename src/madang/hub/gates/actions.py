# SPDX-License-Identifier: Apache-2.0
"""Every write of gates: how files are given, who asked, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import audit, catalog, db, inbox, kit, people
from madang.hub import cards
from madang.hub import queries as repositories
from madang.hub.gates import news, queries, rules
from madang.hub.gates.errors import AskedAlready, AskedOften, ConditionsChanged, HasAccess, NotAccepted, NotCurrent, NothingToAsk
from madang.hub.gates.models import AccessRequest, Conditions, Gate
from madang.hub.queries import Place
from madang.hub.rules import MAIN

MOST_ASKED = 20
STAYS: Any = object()
"""What is not given stays as it is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How files are to be given. ``text`` and ``fields`` empty: as the card says. ``accept_anew``: who accepted an older text has to accept
    this one. What is ``STAYS`` stays."""

    mode: Any = STAYS
    text: Any = STAYS
    fields: Any = STAYS
    embargo_until: Any = STAYS
    accept_anew: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says who asks: whether they accept the text of that number, what for, and an answer to each field."""

    accepts: bool
    text_number: int | None = None
    purpose: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


def set_gate(session: Session, place: Place, setting: Setting, card: cards.Card, *, by: kit.Actor) -> Gate:
    """Files are given so from now on. What was granted before stays granted while files are open to all."""
    catalog.check_changeable(session, place.asset, by=by)
    gate = session.get(Gate, place.repository.id)
    if gate is None:
        gate = Gate(
            repository_id=place.repository.id, mode="open", text_number=0, least_number=0, fields=[], is_own_text=False,
            is_own_fields=False, set_at=kit.now(), set_by=by.name,
        )  # fmt: skip
        session.add(gate)
    before = (gate.mode, gate.embargo_until, gate.text_number, gate.least_number, list(gate.fields))
    gate.mode = gate.mode if setting.mode is STAYS else rules.check_mode(setting.mode)
    _set_words(session, gate, setting, card, by=by)
    if setting.accept_anew:
        gate.least_number = gate.text_number
    if setting.embargo_until is not STAYS and setting.embargo_until != gate.embargo_until:
        gate.embargo_until = rules.check_end(setting.embargo_until, now=kit.now())
    if (gate.mode, gate.embargo_until, gate.text_number, gate.least_number, list(gate.fields)) != before:
        gate.set_at, gate.set_by = kit.now(), by.name
        until = gate.embargo_until.isoformat() if gate.embargo_until else None
        earlier = before[1].isoformat() if before[1] else None
        audit.record(
            session, "gate.set", target=place.asset.ref, by=by, before=before[0], mode=gate.mode, text=gate.text_number,
            anew_from=gate.least_number, fields=len(gate.fields), embargo_before=earlier, embargo_until=until,
        )  # fmt: skip
    session.flush()
    return gate


def _set_words(session: Session, gate: Gate, setting: Setting, card: cards.Card, *, by: kit.Actor) -> None:
    prompt, asked = rules.asked_by_card(card.data)
    if setting.text is not STAYS:
        own = rules.clean(setting.text, field="text", limit=rules.LONGEST_TEXT)
        gate.is_own_text = bool(own)
        _say(session, gate, own or prompt, by=by)
    elif not gate.is_own_text:
        _say(session, gate, prompt, by=by)
    if setting.fields is not STAYS:
        own_fields = rules.fields_of(setting.fields)
        gate.is_own_fields = bool(own_fields)
        gate.fields = own_fields or asked
    elif not gate.is_own_fields:
        gate.fields = asked


def _say(session: Session, gate: Gate, text: str, *, by: kit.Actor) -> None:
    """The conditions are this text: a new number where it is not the one that stands."""
    session.flush()
    if text == queries.text_of(session, gate.repository_id, gate.text_number):
        return
    last = session.scalar(select(func.max(Conditions.number)).where(Conditions.repository_id == gate.repository_id)) or 0
    number = last + 1
    session.add(Conditions(repository_id=gate.repository_id, number=number, text=text, said_at=kit.now(), said_by=by.name))
    gate.text_number = number
    session.flush()


def follow_card(session: Session, place: Place, card: cards.Card, *, by: kit.Actor) -> None:
    """Where the owner gave no words of their own, the gate says what the new card says."""
    gate = session.get(Gate, place.repository.id)
    if gate is not None and not (gate.is_own_text and gate.is_own_fields) and not card.fault:
        before = (gate.text_number, list(gate.fields))
        _set_words(session, gate, Setting(), card, by=by)
        if (gate.text_number, list(gate.fields)) != before:
            audit.record(session, "gate.worded", target=place.asset.ref, by=by, text=gate.text_number, fields=len(gate.fields))


def forget(session: Session, place: Place, *, by: kit.Actor) -> None:
    """The repository is gone: whoever had access, or waits for it, has and waits no more. Who accepted what stays written."""
    gate = session.get(Gate, place.repository.id)
    for request in session.scalars(select(AccessRequest).where(*_current(place.repository.id))).all():
        _turn(session, place, request, "ended", by=by)
        inbox.withdraw(session, kind=news.ASKED.name, about=request.ref, by=by)
    if gate is not None:
        session.delete(gate)


def _current(repository_id: str) -> tuple[Any, ...]:
    return (AccessRequest.repository_id == repository_id, AccessRequest.state.in_(queries.CURRENT))


def ask(session: Session, place: Place, asked: Asked, *, by: kit.Actor) -> AccessRequest:
    """The conditions are accepted: files are given at once, or the owner decides. ``NothingToAsk``, ``AskedAlready``, ``NotAccepted``,
    ``ConditionsChanged`` (another text stands than the one that was read), ``AnswerMissing``."""
    if by.account_id is None:
        raise kit.NotSignedIn
    stands = queries.standing(session, place.asset, viewer=by)
    gate, mine = stands.gate, stands.request
    if gate is None or gate.mode == "open" or stands.is_within:
        raise NothingToAsk
    if mine is not None and mine.state == "accepted" and mine.ends_at is not None and mine.ends_at <= kit.now():
        _end(session, place, mine)
        mine = None
    if mine is not None and mine.state == "pending":
        raise AskedAlready
    if mine is not None and mine.state == "accepted" and not stands.owes_anew:
        raise NothingToAsk
    if not asked.accepts:
        raise NotAccepted(field="accepted")
    if asked.text_number is not None and asked.text_number != gate.text_number:
        raise ConditionsChanged
    if mine is not None and mine.state == "accepted":
        return _accept_anew(session, place, gate, mine, by=by)
    if queries.count_requests(session, place.repository.id, by.account_id) >= MOST_ASKED:
        raise AskedOften
    return _add_request(session, place, gate, asked, by=by)


def _accept_anew(session: Session, place: Place, gate: Gate, request: AccessRequest, *, by: kit.Actor) -> AccessRequest:
    revision = _head(session, place)
    request.text_number, request.accepted_at, request.revision = gate.text_number, kit.now(), revision
    audit.record(session, "access.accepted", target=request.ref, by=by, of=place.asset.ref, text=gate.text_number, revision=revision)
    session.flush()
    return request


def _head(session: Session, place: Place) -> str:
    return repositories.get_commit(session, place, MAIN).id


def _add_request(session: Session, place: Place, gate: Gate, asked: Asked, *, by: kit.Actor) -> AccessRequest:
    assert by.account_id is not None
    is_manual = gate.mode == "manual"
    purpose = rules.answer(asked.purpose, asked=rules.PURPOSE, field="purpose") if is_manual else ""
    at, revision = kit.now(), _head(session, place)
    request = AccessRequest(
        id=kit.new_id(), repository_id=place.repository.id, account_id=by.account_id, account=by.name,
        state="pending" if is_manual else "accepted", purpose=purpose, answers=rules.answers_to(gate.fields, asked.answers),
        text_number=gate.text_number, accepted_at=at, revision=revision, asked_at=at, decided_at=None if is_manual else at,
        decided_by=None if is_manual else by.name, reason="",
    )  # fmt: skip
    _insert(session, request, AskedAlready())
    audit.record(
        session, "access.asked" if is_manual else "access.accepted", target=request.ref, by=by, of=place.asset.ref, text=gate.text_number,
        revision=revision,
    )  # fmt: skip
    if is_manual:
        news.ask_owners(session, place.asset, request, by=by)
    return request


def _insert(session: Session, request: AccessRequest, refusal: kit.Refusal) -> None:
    """The row is there; the refusal where another current one of the same account was quicker."""
    try:
        with session.begin_nested():
            session.add(request)
    except IntegrityError:
        raise refusal from None


def grant(session: Session, place: Place, account: people.Account, *, ends_at: datetime | None = None, by: kit.Actor) -> AccessRequest:
    """The account has the files, whether it asked or not. ``HasAccess`` where it had them before."""
    catalog.check_changeable(session, place.asset, by=by)
    mine = queries.newest_of(session, place.repository.id, account.id)
    if mine is not None and mine.state == "pending":
        accept(session, place, mine, ends_at=ends_at, by=by)
        return mine
    if mine is not None and mine.state == "accepted":
        raise HasAccess(account=account.name)
    gate, at = session.get(Gate, place.repository.id), kit.now()
    request = AccessRequest(
        id=kit.new_id(), repository_id=place.repository.id, account_id=account.id, account=account.name, state="accepted", purpose="",
        answers={}, text_number=gate.text_number if gate else 0, accepted_at=None, revision=_head(session, place), asked_at=at,
        decided_at=at, decided_by=by.name, reason="", ends_at=rules.check_end(ends_at, now=at),
    )  # fmt: skip
    _insert(session, request, HasAccess(account=account.name))
    _note(session, place, request, "granted", by=by)
    news.tell_asker(session, place.asset, request, news.GRANTED, by=by)
    return request


def accept(session: Session, place: Place, request: AccessRequest, *, ends_at: datetime | None = None, by: kit.Actor) -> None:
    """Whoever asked has the files, until ``ends_at`` where it is given. Of access that was granted before, the end is moved."""
    catalog.check_changeable(session, place.asset, by=by)
    end = rules.check_end(ends_at, now=kit.now())
    if request.state not in queries.CURRENT:
        raise NotCurrent
    was_pending, request.ends_at = request.state == "pending", end
    _turn(session, place, request, "accepted", by=by, word="granted" if was_pending else "moved")
    if was_pending:
        news.tell_asker(session, place.asset, request, news.GRANTED, by=by)


def reject(session: Session, place: Place, request: AccessRequest, *, reason: str, by: kit.Actor) -> None:
    """Whoever asked has no access, and is told why. Access that was granted is withdrawn by it."""
    catalog.check_changeable(session, place.asset, by=by)
    if request.state not in queries.CURRENT:
        raise NotCurrent
    request.reason = rules.check_reason(reason)
    _turn(session, place, request, "rejected" if request.state == "pending" else "withdrawn", by=by)
    news.tell_asker(session, place.asset, request, news.REFUSED, by=by)


def reopen(session: Session, place: Place, request: AccessRequest, *, by: kit.Actor) -> None:
    """What was decided is undecided again: nobody has access by it."""
    catalog.check_changeable(session, place.asset, by=by)
    if request.state == "pending" or queries.newest_of(session, place.repository.id, request.account_id) is not request:
        raise NotCurrent
    request.state, request.decided_at, request.decided_by, request.reason, request.ends_at = "pending", None, None, "", None
    _note(session, place, request, "reopened", by=by)
    session.flush()


def withdraw(session: Session, place: Place, request: AccessRequest, *, by: kit.Actor) -> None:
    """Whoever asked needs it no more."""
    if by.account_id != request.account_id or request.state not in queries.CURRENT:
        raise NotCurrent
    _turn(session, place, request, "withdrawn", by=by)
    inbox.withdraw(session, kind=news.ASKED.name, about=request.ref, by=by)


def _turn(session: Session, place: Place, request: AccessRequest, state: str, *, by: kit.Actor, word: str = "") -> None:
    request.state, request.decided_at, request.decided_by = state, kit.now(), by.name
    _note(session, place, request, word or state, by=by)
    session.flush()


def _note(session: Session, place: Place, request: AccessRequest, word: str, *, by: kit.Actor) -> None:
    ends = request.ends_at.isoformat() if request.ends_at else None
    facts = {"of": place.asset.ref, "account": request.account, "text": request.text_number, "revision": request.revision, "ends": ends}
    audit.record(session, f"access.{word}", target=request.ref, by=by, **facts)


def _end(session: Session, place: Place, request: AccessRequest) -> None:
    _turn(session, place, request, "ended", by=kit.SYSTEM)
    news.tell_asker(session, place.asset, request, news.ENDED, by=kit.SYSTEM)


def let_time_pass(database: db.Database, *, limit: int = 500) -> int:
    """What was due has happened in rows, in the ledger and in inboxes too: embargoes that are over, access whose end has come. Files go by
    the clock itself. How many."""
    with database.writing() as session:
        now, done = kit.now(), 0
        for gate in session.scalars(select(Gate).where(Gate.embargo_until <= now).limit(limit)).all():
            place = repositories.get_by_id(session, gate.repository_id)
            until, gate.embargo_until = gate.embargo_until, None
            audit.record(session, "embargo.ended", target=place.asset.ref, by=kit.SYSTEM, until=until.isoformat() if until else None)
            news.tell_owners_of_end(session, place.asset)
            done += 1
        over = select(AccessRequest).where(AccessRequest.state == "accepted", AccessRequest.ends_at <= now).limit(limit)
        for request in session.scalars(over).all():
            _end(session, repositories.get_by_id(session, request.repository_id), request)
            done += 1
    return done
