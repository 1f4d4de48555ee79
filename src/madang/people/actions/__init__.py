# SPDX-License-Identifier: Apache-2.0
"""Every write of this room."""

from madang.people.actions.accounts import create_account, ensure_operator, set_disabled, set_own_password, set_password, set_role
from madang.people.actions.names import take_name
from madang.people.actions.organisations import change_organisation, create_organisation, end_membership, set_membership
from madang.people.actions.profiles import Change, change_account, set_email
from madang.people.actions.sessions import create_link, is_link_alive, redeem_link, sign_in, sign_out, sign_out_everywhere, sweep
from madang.people.actions.tokens import create_token, revoke_token

__all__ = [
    "Change",
    "change_account",
    "change_organisation",
    "create_account",
    "create_link",
    "create_organisation",
    "create_token",
    "end_membership",
    "ensure_operator",
    "is_link_alive",
    "redeem_link",
    "revoke_token",
    "set_disabled",
    "set_email",
    "set_membership",
    "set_own_password",
    "set_password",
    "set_role",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "sweep",
    "take_name",
]
