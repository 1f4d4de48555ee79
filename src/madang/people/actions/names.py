# SPDX-License-Identifier: Apache-2.0
"""The one space of names: accounts, organisations and namespaces."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang.kit import check_name
from madang.people import keys, rules
from madang.people.errors import NameTaken, ReservedName
from madang.people.models import Account, Name, Organisation


def take_name(session: Session, name: str, *, owner: Account | Organisation | None = None) -> None:
    """The name is taken, by ``owner`` or as a plain namespace. ``NameTaken`` when it was already, in any case of its letters."""
    row = Name(
        key=name.lower(),
        account_id=owner.id if isinstance(owner, Account) else None,
        organisation_id=owner.id if isinstance(owner, Organisation) else None,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise NameTaken(name=name, field="name") from error


def check_free_word(name: str) -> None:
    """``name`` can be somebody's: it has the form of names and is no word of the platform's own addresses."""
    check_name(name)
    if name.lower() in rules.NAMES_KEPT_BACK:
        raise NameTaken(name=name, field="name")
    if name.lower() in keys.reserved():
        raise ReservedName(name=name, field="name")
