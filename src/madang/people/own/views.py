# SPDX-License-Identifier: Apache-2.0
"""The page on how one signs in, put together from rows."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import mail, web
from madang.kit import Actor, NotSignedIn, Refusal, TooMany
from madang.people import oidc, queries, second_factor
from madang.people.models import Account
from madang.people.own import pages
from madang.people.ways import Identity, RecoveryCode, SecondFactor


def self(actor: Actor) -> Actor:
    """The actor, who is somebody; ``NotSignedIn`` for a visitor."""
    if not actor.is_signed_in:
        raise NotSignedIn
    return actor


def ways(
    request: Request,
    session: Session,
    actor: Actor,
    *,
    codes: Sequence[str] = (),
    done: str = "",
    form: str = "",
    refusal: Refusal | None = None,
) -> Response:
    """The page, after a deed or a refusal of the named form."""
    account = queries.get_self(session, viewer=self(actor))
    row = session.get(SecondFactor, account.id)
    is_on = row is not None and row.confirmed_at is not None
    key = (second_factor.opened_key(row.sealed_key) or "") if row is not None and not is_on else ""
    provider = oidc.provider()
    page = pages.WaysPage(
        name=account.name,
        has_password=account.has_password,
        is_on=is_on,
        on_since=row.confirmed_at if row else None,
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        picture=second_factor.picture(key, name=account.name, issuer=_house(request)) if key else None,
        codes=tuple(codes),
        codes_left=_codes_left(session, account),
        provider=(provider.name or web.translate("The institute's sign-in")) if provider else None,
        identities=_identities(session, account),
        email=account.email or "",
        is_proved=account.email_verified_at is not None,
        writes_letters=mail.is_possible(),
        done=done,
        faults={form: refusal.sentence(web.translate)} if refusal else {},
    )
    status = 200 if refusal is None else 429 if isinstance(refusal, TooMany) else 422
    answer = web.render(request, "people/ways.html", page, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _house(request: Request) -> str:
    return f"Madang {request.app.state.gate.host}".strip().replace(":", " ")


def _codes_left(session: Session, account: Account) -> int:
    unused = (RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return session.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def _identities(session: Session, account: Account) -> tuple[pages.IdentityRow, ...]:
    rows = session.scalars(select(Identity).where(Identity.account_id == account.id).order_by(Identity.id)).all()
    return tuple(pages.IdentityRow(row.id, row.shown, row.issuer, row.created_at, row.used_at) for row in rows)
