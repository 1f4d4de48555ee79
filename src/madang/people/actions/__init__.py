# SPDX-License-Identifier: Apache-2.0
"""Every write of this room."""

from madang.people.actions.accounts import create_account, ensure_operator, set_disabled, set_own_password, set_password, set_role
from madang.people.actions.sessions import create_link, is_link_alive, redeem_link, sign_in, sign_out, sign_out_everywhere, sweep
from madang.people.actions.tokens import create_token, revoke_token

__all__ = [
    "create_account",
    "create_link",
    "create_token",
    "ensure_operator",
    "is_link_alive",
    "redeem_link",
    "revoke_token",
    "set_disabled",
    "set_own_password",
    "set_password",
    "set_role",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "sweep",
]
