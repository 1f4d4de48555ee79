# SPDX-License-Identifier: Apache-2.0
"""The shapes of tokens, cookies and links, and the pure rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import people
from madang.kit import SYSTEM, Actor, Role, anonymous, new_id
from madang.people import credentials, rules
from madang.people.errors import BadCredentials, MistypedToken, UnknownRole


def test_a_token_has_a_readable_beginning_and_its_id() -> None:
    token_id = new_id()
    text = credentials.new_token(token_id)
    assert text.startswith(f"mdg_{token_id}_")
    assert credentials.read_token(text).id == token_id
    assert credentials.read_authorization(f"bearer  {text} ").text == text
    assert text.startswith(credentials.token_beginning(token_id))
    assert credentials.new_token(token_id) != text


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_a_slip_of_the_pen_is_told_without_looking_anything_up(place: int, letter: str) -> None:
    text = credentials.new_token("01hzy3v4q5r6s7t8w9x0abcdef")
    place %= len(text)
    slipped = text[:place] + letter + text[place + 1 :]
    if slipped != text:
        with pytest.raises(MistypedToken):
            credentials.read_token(slipped)


@pytest.mark.parametrize("text", ["", "mdg_", "mdg__", "x" * 5000, "mdg_\0", "ghp_abc", "mdg_é"])
def test_what_is_no_token_is_told(text: str) -> None:
    with pytest.raises(MistypedToken):
        credentials.read_token(text)


@pytest.mark.parametrize("header", ["", "Basic b3A6cHc=", "mdg_x", "Token x", "Digest"])
def test_another_scheme_is_told(header: str) -> None:
    with pytest.raises(BadCredentials) as refusal:
        credentials.read_authorization(header)
    assert refusal.value.code == "bad-credentials"


def test_the_cookie_is_bound_to_its_host_where_browsers_can() -> None:
    assert people.cookie_name(True) == "__Host-madang"
    assert people.cookie_name(False) == "madang"
    assert credentials.can_be_chance(credentials.new_chance())
    assert not credentials.can_be_chance("x" * 44)


@pytest.mark.parametrize(
    ("actor", "namespace", "may"),
    [
        (SYSTEM, "any", True),
        (Actor("1", "boss", Role.OPERATOR), "any", True),
        (Actor("1", "lab", Role.MEMBER), "lab", True),
        (Actor("1", "lab", Role.REVIEWER), "lab", True),
        (Actor("1", "lab", Role.MEMBER), "Lab", True),
        (Actor("1", "lab", Role.REVIEWER), "other", False),
        (Actor("1", "lab", Role.READER), "lab", False),
        (anonymous(), "", False),
    ],
)
def test_a_namespace_is_written_by_its_person_and_operators(actor: Actor, namespace: str, may: bool) -> None:
    assert people.may_write_namespace(actor, namespace) is may


@pytest.mark.parametrize("word", ["visitor", "boss", "", "READER ", "operator\n"])
def test_what_is_no_role_is_refused(word: str) -> None:
    with pytest.raises(UnknownRole):
        rules.role_named(word)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_one_line_is_one_network(address: str, network: str) -> None:
    assert rules.network_of(address) == network


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("my-client/1.0 <script>", "my-client"),
        ("", "–"),
    ],
)
def test_a_browser_is_known_again_by_two_words(agent: str, word: str) -> None:
    assert rules.agent_word(agent) == word


def test_a_shut_door_says_how_long() -> None:
    assert rules.seconds_to_wait(4.9, 5, 900.0) == 0
    wait = rules.seconds_to_wait(10.0, 5, 900.0)
    assert wait == 901
    assert rules.seconds_to_wait(rules.level_now(10.0, wait, 900.0), 5, 900.0) == 0
    assert rules.level_now(3.0, -5, 900.0) == 3.0
