# SPDX-License-Identifier: Apache-2.0
import ipaddress
import socket
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as some

import patience
from madang import forges
from madang.forges import guard as guard_module
from madang.forges.networks import is_inner
from madang.kit import Refusal


def at(*addresses: str) -> forges.Guard:
    """A guard for which every name stands at these addresses."""
    return forges.Guard(resolve=lambda _host, _port: addresses)


def code(address: str, guard: forges.Guard | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        (guard or at("93.184.216.34")).check(address)
    return caught.value.code


@pytest.mark.parametrize(
    ("address", "url", "name"),
    [
        ("https://Git.Example.org/lab/tool.git", "https://git.example.org/lab/tool.git", "tool"),
        ("https://git.example.org:8443/lab/tool/", "https://git.example.org:8443/lab/tool/", "tool"),
        ("https://git.example.org./x", "https://git.example.org/x", "x"),
        ("https://git.example.org/연구/도구", "https://git.example.org/%EC%97%B0%EA%B5%AC/%EB%8F%84%EA%B5%AC", "도구"),
        ("https://한글.example.org/x", "https://xn--bj0bj06e.example.org/x", "x"),
        ("https://[2606:4700::1111]/x", "https://[2606:4700::1111]/x", "x"),
        ("ssh://git@git.example.org/lab/tool.git", "ssh://git@git.example.org/lab/tool.git", "tool"),
        ("ssh://git.example.org:2222/~me/tool", "ssh://git.example.org:2222/~me/tool", "tool"),
        ("git@git.example.org:lab/tool.git", "git@git.example.org:lab/tool.git", "tool"),
        ("git@git.example.org:연구/100%.git", "git@git.example.org:연구/100%.git", "100%"),
        ("git@git.example.org:/srv/tool.git", "ssh://git@git.example.org/srv/tool.git", "tool"),
        ("https://8.8.8.8/x", "https://8.8.8.8/x", "x"),
    ],
)
def test_addresses_as_people_write_them_are_read(address: str, url: str, name: str) -> None:
    target = at("93.184.216.34").check(address)
    assert (target.url, target.name) == (url, name)
    assert at("93.184.216.34").check(target.url) == target
    assert target.addresses in (("93.184.216.34",), (target.host,))


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1/x",
        "https://127.1/x",
        "https://2130706433/x",
        "https://0x7f000001/x",
        "https://0x7f.0.0.1/x",
        "https://017700000001/x",
        "https://0177.0.0.1/x",
        "https://0/x",
        "https://0.0.0.0/x",
        "https://127.0.0.1./x",
        "https://１２７.０.０.１/x",
        "https://10.1.2.3/x",
        "https://172.31.255.255/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://100.64.0.1/x",
        "https://224.0.0.1/x",
        "https://255.255.255.255/x",
        "https://192.0.2.1/x",
        "https://198.18.0.1/x",
        "https://[::1]/x",
        "https://[::]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[::ffff:8.8.8.8]/x",
        "https://[::127.0.0.1]/x",
        "https://[64:ff9b::7f00:1]/x",
        "https://[2002:7f00:1::]/x",
        "https://[2001:0:7f00:1::]/x",
        "https://[fe80::1]/x",
        "https://[fc00::1]/x",
        "https://[ff02::1]/x",
        "https://[2001:db8::1]/x",
        "https://localhost/x",
        "https://LOCALHOST./x",
        "https://api.localhost/x",
        "ssh://git@10.0.0.1/x",
        "git@localhost:x",
        "git@[::1]:x",
    ],
)
def test_addresses_that_point_inward_are_refused_and_the_operator_is_named(address: str) -> None:
    def nobody_asks(_host: str, _port: int) -> tuple[str, ...]:
        raise AssertionError("nothing is asked for what is inward by its writing")

    with pytest.raises(forges.InnerAddress, match="MADANG_ALLOWED_HOSTS"):
        forges.Guard(resolve=nobody_asks).check(address)


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.1", "::1", "fe80::1", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::a00:1"])
def test_a_name_that_leads_inward_by_any_of_its_addresses_is_refused(inner: str) -> None:
    assert code("https://git.example.org/x", at("93.184.216.34", inner)) == "inner-address"


@pytest.mark.parametrize(
    ("listed", "address"),
    [
        ("git.lab.example", "https://git.lab.example/x"),
        ("GIT.lab.example.", "https://git.lab.example/x"),
        ("*.lab.example", "https://git.lab.example/x"),
        ("10.0.0.0/8", "https://git.lab.example/x"),
        ("10.1.2.3", "https://git.lab.example/x"),
        ("10.1.2.3", "https://10.1.2.3/x"),
        ("10.0.0.0/8", "https://10.1.2.3/x"),
        ("localhost", "https://localhost/x"),
    ],
)
def test_the_operator_can_open_inner_hosts_and_ranges(listed: str, address: str) -> None:
    guard = forges.Guard(allowed_hosts=(listed,), resolve=lambda _host, _port: ("10.1.2.3",))
    assert guard.check(address).addresses == ("10.1.2.3",)


@pytest.mark.parametrize("listed", ["lab.example", "*.git.lab.example", "11.0.0.0/8", "fc00::/7", "git.lab.example.org", ""])
def test_what_the_operator_opened_opens_nothing_else(listed: str) -> None:
    guard = forges.Guard(allowed_hosts=(listed,), resolve=lambda _host, _port: ("10.1.2.3",))
    assert code("https://git.lab.example/x", guard) == "inner-address"


@pytest.mark.parametrize("address", ["ext::sh -c id", "fd::17", "https::https://x/y", "x-y::z", "::x"])
def test_helpers_of_git_are_refused(address: str) -> None:
    assert code(address) == code(address, forges.Guard(trusting=True)) == "scheme-refused"


@pytest.mark.parametrize("address", ["git://example.org/x", "ftp://example.org/x", "ssh+git://example.org/x", "javascript://example.org/x"])
def test_unknown_schemes_are_refused(address: str) -> None:
    assert code(address) == "scheme-refused"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "example",
        "example.org/lab/tool",
        "./here",
        "-uexample:x",
        "https://-oProxyCommand=x/y",
        "ssh://-oProxyCommand=x/y",
        "-oProxyCommand=x:y",
        "git@-oProxyCommand=x:y",
        "ssh://-l@example.org/x",
        "git@example.org:-x",
        "https://example.org/-x",
        "https://example.org/--upload-pack=x",
        "https://example.org",
        "https://example.org/",
        "https:///x",
        "https://exa mple.org/x",
        "https://example.org/a b",
        "https://example.org/a\\b",
        "https://example.org/x\n",
        "https://example.org/\x00",
        "https://example.org/\u202ex",
        "https://example.org/x?token=1",
        "https://example.org/x#y",
        "https://example.org/../x",
        "https://example.org/%2e%2e/x",
        "https://example.org:0/x",
        "https://example.org:65536/x",
        "https://example.org:80a/x",
        "https://example.org:/x",
        "https://[::1%25eth0]/x",
        "https://[nonsense]/x",
        "https://[127.0.0.1]/x",
        "https://ex%61mple.org/x",
        "https://exa_mple..org/x",
        "https://1.2.3.4.5/x",
        "https://example.256/x",
        "https://8.8.8/x",
        "https://" + "a" * 64 + ".org/x",
        "https://" + "a." * 127 + "org/x",
        "https://example.org/" + "a" * 2048,
        "file://example.org/x",
        "file://",
        "us er@example.org:x",
    ],
)
def test_what_is_no_address_or_reads_two_ways_is_refused(address: str) -> None:
    assert code(address, forges.Guard(trusting=True)) == "bad-address"


@pytest.mark.parametrize(
    "address", ["https://me:secret@example.org/x", "https://ghp_secret@example.org/x", "ssh://me:secret@example.org/x"]
)
def test_a_name_or_password_in_the_address_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(forges.HasCredentials) as caught:
        at("93.184.216.34").check(address)
    assert "secret" not in str(caught.value)
    with pytest.raises(forges.BadAddress) as other:
        forges.Guard().parse(address + "\u202e")
    assert "secret" not in str(other.value)


def test_unencrypted_and_local_addresses_need_the_operator() -> None:
    assert code("http://example.org/x") == "http-refused"
    assert code("file:///srv/x") == code("/srv/x") == code("file://localhost/srv/x") == "file-refused"
    assert (
        forges.Guard(allow_http=True, resolve=lambda _h, _p: ("93.184.216.34",)).check("http://example.org:80/x").url
        == "http://example.org/x"
    )
    target = forges.Guard(allow_file=True).check("/srv/my tool.git")
    assert (target.url, target.name) == ("file:///srv/my%20tool.git", "my tool")
    assert forges.Guard(allow_file=True).check("file:///srv/my%20tool").path == "/srv/my tool"


def test_a_person_at_the_command_line_may_go_anywhere_in_a_good_form() -> None:
    guard = forges.Guard(trusting=True)
    assert guard.check("http://localhost:3000/x").addresses == ()
    assert guard.check("/srv/x").scheme == "file"
    assert guard.check("git@10.0.0.1:x").host == "10.0.0.1"


def test_the_form_can_be_checked_without_asking_anybody() -> None:
    def nobody_asks(_host: str, _port: int) -> tuple[str, ...]:
        raise AssertionError

    assert forges.Guard(resolve=nobody_asks).parse("https://example.org/x").addresses == ()


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert code("https://example.org/x", at()) == "host-unknown"
    for number, expected in ((socket.EAI_NONAME, "host-unknown"), (socket.EAI_AGAIN, "unreachable")):

        def fail(*_arguments: object, number: int = number, **_named: object) -> None:
            raise socket.gaierror(number, "no")

        monkeypatch.setattr(socket, "getaddrinfo", fail)
        assert code("https://example.org/x", forges.Guard()) == expected


def test_a_name_is_looked_up_once_and_each_address_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_n: [(0, 0, 0, "", ("8.8.8.8", 443)), (0, 0, 0, "", ("8.8.8.8", 443))])
    assert forges.Guard().check("https://example.org/x").addresses == ("8.8.8.8",)


def test_a_lookup_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()
    monkeypatch.setattr(guard_module, "_RESOLVE_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_n: done.wait(patience.SECONDS) and [])
    assert code("https://example.org/x", forges.Guard()) == "unreachable"
    done.set()


@given(some.ip_addresses())
def test_nothing_outside_the_open_internet_passes_for_it(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if address.is_private or address.is_loopback or address.is_link_local or address.is_multicast or address.is_reserved:
        # The library counts two single hosts of the protocol block as open; here the whole block is shut, which is the safe side.
        assert is_inner(address)
