# SPDX-License-Identifier: Apache-2.0
"""Language and theme, which follow their person into another browser."""

from sqlalchemy.orm import Session

from madang.people.ways import Preference
from madang.web import PreferenceChosen


def keep_preference(session: Session, chosen: PreferenceChosen) -> None:
    """What somebody who is signed in chose is kept for their next sign-in. Where one's eyes rest is no line of the ledger."""
    row = session.get(Preference, chosen.account_id)
    if row is None:
        row = Preference(account_id=chosen.account_id, language="", theme="")
        session.add(row)
    row.language, row.theme = chosen.language or row.language, chosen.theme or row.theme
