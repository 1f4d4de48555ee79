# SPDX-License-Identifier: Apache-2.0
"""Who is here: accounts, roles, and every secret that proves who one is.

Passwords, one-time links, sessions and tokens live here and nowhere else, and only as hashes. It does not know assets, or what anybody
does with their role; it knows one rule on namespaces, because a person's name is one.
"""

from madang.people import api, cli, keys, web
from madang.people.actions import (
    create_account,
    create_link,
    create_token,
    ensure_operator,
    is_link_alive,
    redeem_link,
    revoke_token,
    set_disabled,
    set_own_password,
    set_password,
    set_role,
    sign_in,
    sign_out,
    sign_out_everywhere,
    sweep,
)
from madang.people.authentication import authenticate
from madang.people.credentials import cookie_name
from madang.people.errors import BadCredentials, DeadLink, NameTaken, TooManyTries, WrongPassword
from madang.people.keys import Keys, use
from madang.people.limits import Limits
from madang.people.models import Account
from madang.people.queries import OPERATOR, accounts, find_account, get_account, get_self, get_token, sessions, tokens
from madang.people.rules import may_write_namespace
from madang.people.uses import write_uses

__all__ = [
    "OPERATOR",
    "Account",
    "BadCredentials",
    "DeadLink",
    "Keys",
    "Limits",
    "NameTaken",
    "TooManyTries",
    "WrongPassword",
    "accounts",
    "api",
    "authenticate",
    "cli",
    "cookie_name",
    "create_account",
    "create_link",
    "create_token",
    "ensure_operator",
    "find_account",
    "get_account",
    "get_self",
    "get_token",
    "is_link_alive",
    "keys",
    "may_write_namespace",
    "redeem_link",
    "revoke_token",
    "sessions",
    "set_disabled",
    "set_own_password",
    "set_password",
    "set_role",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "sweep",
    "tokens",
    "use",
    "web",
    "write_uses",
]
