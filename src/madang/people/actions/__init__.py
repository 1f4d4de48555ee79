# SPDX-License-Identifier: Apache-2.0
"""Every write of this room."""

from madang.people.actions.accounts import create_account, ensure_operator, set_disabled, set_own_password, set_password, set_role
from madang.people.actions.conditions import accept_conditions
from madang.people.actions.first_half import is_second_factor_on
from madang.people.actions.forgotten import send_password_link
from madang.people.actions.identities import link_identity, sign_in_by_identity, spend, unlink_identity
from madang.people.actions.invitations import (
    Newcomer,
    Offer,
    accept_invitation,
    create_invitation,
    join_by_invitation,
    withdraw_invitation,
)
from madang.people.actions.lists import Planned, carry_out, keep_list, plan
from madang.people.actions.names import take_name
from madang.people.actions.organisations import change_organisation, create_organisation, end_membership, set_membership
from madang.people.actions.own_email import address_of, ask_for_email, prove_email
from madang.people.actions.preferences import keep_preference
from madang.people.actions.profiles import Change, change_account, set_email
from madang.people.actions.renewal import Ended, end_ways_in
from madang.people.actions.second_factor import (
    begin_second_factor,
    check_code,
    confirm_second_factor,
    end_second_factor,
    finish_sign_in,
    renew_recovery_codes,
    reset_second_factor,
)
from madang.people.actions.sessions import (
    create_link,
    create_password_link,
    end_session,
    is_for_password,
    is_link_alive,
    redeem_link,
    sign_in,
    sign_out,
    sign_out_elsewhere,
    sign_out_everywhere,
    sweep,
)
from madang.people.actions.sign_up import ask_to_sign_up, check_open, sign_up
from madang.people.actions.tokens import create_key, create_token, end_key, revoke_token

__all__ = [
    "Ended",
    "end_ways_in",
    "Change",
    "Newcomer",
    "Offer",
    "Planned",
    "accept_conditions",
    "accept_invitation",
    "address_of",
    "ask_for_email",
    "ask_to_sign_up",
    "begin_second_factor",
    "carry_out",
    "change_account",
    "change_organisation",
    "check_code",
    "check_open",
    "confirm_second_factor",
    "create_account",
    "create_invitation",
    "create_link",
    "create_organisation",
    "create_password_link",
    "create_key",
    "create_token",
    "end_key",
    "end_membership",
    "end_second_factor",
    "end_session",
    "ensure_operator",
    "finish_sign_in",
    "is_for_password",
    "is_link_alive",
    "is_second_factor_on",
    "join_by_invitation",
    "keep_list",
    "keep_preference",
    "link_identity",
    "plan",
    "prove_email",
    "redeem_link",
    "renew_recovery_codes",
    "reset_second_factor",
    "revoke_token",
    "send_password_link",
    "set_disabled",
    "set_email",
    "set_membership",
    "set_own_password",
    "set_password",
    "set_role",
    "sign_in",
    "sign_in_by_identity",
    "sign_out",
    "sign_out_elsewhere",
    "sign_out_everywhere",
    "sign_up",
    "spend",
    "sweep",
    "take_name",
    "unlink_identity",
    "withdraw_invitation",
]
