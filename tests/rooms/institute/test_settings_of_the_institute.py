# SPDX-License-Identifier: Apache-2.0
"""What operators set: read, changed from a version, put back, told in the ledger."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actors import OPERATOR, RESEARCHER, REVIEWER, VISITOR
from madang import audit, forges, institute, kit
from madang.db import Database

NAME = {"ko": "온실연구소", "en": "Greenhouse Institute"}


def change(database: Database, name: str, value: object, *, version: int = 0, by: kit.Actor = OPERATOR) -> institute.Shown:
    with database.writing() as session:
        return institute.change(session, name, value, version=version, by=by)


def test_what_nobody_set_holds_as_the_environment_gives_it(database: Database) -> None:
    institute.use(database, institute.Given({"max_waiting": 7, "allowed_hosts": ["git.example"]}))
    now = institute.at_hand(database)
    assert (now.max_waiting, now.allowed_hosts, now.sign_up, now.revision) == (7, ("git.example",), "invitation", 0)


def test_a_change_holds_at_once_and_is_a_line_of_the_ledger(database: Database) -> None:
    assert institute.at_hand(database).name.said_in("en") == ""
    change(database, "name", NAME)
    now = institute.at_hand(database)
    assert (now.name.said_in("ko"), now.name.said_in("en"), now.revision) == (*NAME.values(), 1)
    with database.reading() as session:
        line = audit.entries(session, viewer=OPERATOR).items[0]
    assert (line.deed, line.target) == ("institute.changed", "institute/name")
    assert line.facts == {"before": "", "after": "온실연구소 / Greenhouse Institute", "version": 1}


def test_a_session_reads_what_it_changed_before_it_is_kept(database: Database) -> None:
    with database.writing() as session:
        institute.change(session, "max_waiting", 3, version=0, by=OPERATOR)
        assert institute.current(session).max_waiting == 3
    assert institute.at_hand(database).max_waiting == 3


def test_a_change_that_is_undone_changes_nothing(database: Database) -> None:
    def change_twice() -> None:
        with database.writing() as session:
            institute.change(session, "max_waiting", 3, version=0, by=OPERATOR)
            institute.change(session, "max_waiting", -3, version=1, by=OPERATOR)

    with pytest.raises(institute.WrongValue):
        change_twice()
    assert institute.at_hand(database).max_waiting == 500


def test_the_second_of_two_operators_is_told_that_it_has_changed(database: Database) -> None:
    change(database, "contact", "osp@institute.example")
    with pytest.raises(institute.ChangedMeanwhile, match="operator"):
        change(database, "contact", "other@institute.example")
    change(database, "contact", "other@institute.example", version=1)
    with pytest.raises(institute.ChangedMeanwhile):
        change(database, "contact", "third@institute.example", version=1)
    assert institute.at_hand(database).contact == "other@institute.example"


def test_two_sessions_that_read_the_same_version_do_not_both_write(database: Database) -> None:
    from madang.institute import actions, queries

    for version in (0, 1):
        with database.reading() as session:
            looked_at = queries.get_setting(session, "contact", viewer=OPERATOR)
        change(database, "contact", f"first-{version}", version=version)
        with pytest.raises(institute.ChangedMeanwhile), database.writing() as session:
            actions._write(session, looked_at, f"second-{version}", is_set=True, by=OPERATOR)
    assert institute.at_hand(database).contact == "first-1"


def test_the_same_value_again_writes_nothing(database: Database) -> None:
    change(database, "contact", "osp@institute.example")
    assert change(database, "contact", " osp@institute.example ", version=1).version == 1
    with database.reading() as session:
        assert len(institute.history(session, viewer=OPERATOR).items) == 1


def test_what_the_environment_states_stays(database: Database) -> None:
    institute.use(database, institute.Given({"max_waiting": 7}, frozenset({"max_waiting"})))
    with pytest.raises(institute.FixedByEnvironment, match="MADANG_MAX_WAITING"):
        change(database, "max_waiting", 9)
    with database.reading() as session:
        assert institute.get_setting(session, "max_waiting", viewer=OPERATOR).is_fixed


def test_a_value_set_before_the_environment_stated_it_gives_way(database: Database) -> None:
    change(database, "max_waiting", 9)
    institute.use(database, institute.Given({"max_waiting": 7}, frozenset({"max_waiting"})))
    assert institute.at_hand(database).max_waiting == 7


def test_a_change_can_be_put_back_and_put_back_again(database: Database) -> None:
    change(database, "max_waiting", 9)
    change(database, "max_waiting", 12, version=1)
    with database.reading() as session:
        newest, first = institute.history(session, viewer=OPERATOR, name="max_waiting").items
    assert (newest.before, newest.after, first.before) == (9, 12, 500)
    with database.writing() as session:
        institute.put_back(session, newest.id, version=2, by=OPERATOR)
    assert institute.at_hand(database).max_waiting == 9
    with database.writing() as session:
        shown = institute.put_back(session, first.id, version=3, by=OPERATOR)
    assert (shown.value, shown.is_set) == (500, False)
    with pytest.raises(kit.NotFound), database.writing() as session:
        institute.put_back(session, 99, version=4, by=OPERATOR)


def test_nothing_given_is_what_holds_at_first(database: Database) -> None:
    change(database, "sign_up", "open")
    assert change(database, "sign_up", None, version=1).is_set is False
    assert institute.at_hand(database).sign_up == "invitation"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "text"),
        ("name", {"ko": "가" * 81, "en": ""}),
        ("name", {"fr": "x"}),
        ("contact", "two\nlines"),
        ("contact", 5),
        ("sign_up", "sometimes"),
        ("default_role", "operator"),
        ("email_domains", "not a domain!"),
        ("email_domains", [5]),
        ("password_sign_in", "perhaps"),
        ("max_waiting", 0),
        ("max_waiting", "many"),
        ("max_waiting", True),
        ("max_waiting", 10**30),
        ("max_upload_bytes", "1"),
        ("max_upload_bytes", "1 EiB"),
        ("max_upload_bytes", -5),
        ("banner", "text"),
        ("banner", {"ko": "", "en": "", "from": "tomorrow"}),
        ("banner", {"ko": "", "en": "", "from": "2026-01-01T00:00:00"}),
        ("banner", {"from": "2026-01-02T00:00:00+00:00", "until": "2026-01-01T00:00:00+00:00"}),
        ("conditions", {"ko": "a\0b", "en": ""}),
    ],
)
def test_a_value_that_it_does_not_take_is_refused_by_name(database: Database, name: str, value: object) -> None:
    with pytest.raises(kit.Invalid) as refused:
        change(database, name, value)
    assert refused.value.field
    assert refused.value.field.startswith(name)
    assert institute.at_hand(database).revision == 0


def test_a_setting_that_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(institute.NoSuchSetting):
        change(database, "moon_phase", 1)


@pytest.mark.parametrize("who", [RESEARCHER, REVIEWER, VISITOR])
def test_only_operators_see_and_change(database: Database, who: kit.Actor) -> None:
    with pytest.raises((kit.NotAllowed, kit.NotSignedIn)):
        change(database, "max_waiting", 9, by=who)
    with database.reading() as session:
        for query in (institute.settings, institute.history, institute.hosts):
            with pytest.raises((kit.NotAllowed, kit.NotSignedIn)):
                query(session, viewer=who)


def test_a_size_is_written_as_people_write_it(database: Database) -> None:
    change(database, "max_upload_bytes", "64 MiB")
    assert institute.at_hand(database).max_upload_bytes == 64 << 20
    with database.reading() as session:
        shown = institute.get_setting(session, "max_upload_bytes", viewer=OPERATOR)
    assert shown.field.shown(shown.value) == "64 MiB"


def test_conditions_have_a_version_only_while_there_are_some(database: Database) -> None:
    assert institute.at_hand(database).conditions_version == 0
    change(database, "conditions", {"ko": "이용 조건", "en": ""})
    assert institute.at_hand(database).conditions_version == 1
    change(database, "conditions", {"ko": "", "en": ""}, version=1)
    assert institute.at_hand(database).conditions_version == 0
    change(database, "conditions", {"ko": "새 이용 조건", "en": ""}, version=2)
    assert institute.at_hand(database).conditions_version == 3


def test_a_long_value_is_whole_in_the_history_and_marked_in_the_ledger(database: Database) -> None:
    text = "조건 " * 5000
    change(database, "conditions", {"ko": text, "en": ""})
    with database.reading() as session:
        fact = audit.entries(session, viewer=OPERATOR).items[0].facts["after"]
        kept = institute.history(session, viewer=OPERATOR).items[0].after["ko"]
    assert "sha256:" in fact
    assert len(fact) < 300
    assert kept == text.strip()


def test_a_banner_stands_from_its_beginning_to_its_end() -> None:
    at = kit.now()
    hour = timedelta(hours=1)
    banner = institute.Banner(institute.Words("점검", ""), at, at + hour, is_read_only=True)
    assert [banner.stands(at + n * hour) for n in (-1, 0, 1)] == [False, True, False]
    assert banner.shuts(at)
    assert not institute.Banner().stands(at)
    assert institute.Banner(is_read_only=True).shuts(at)


def test_a_host_is_opened_with_a_reason_and_shut_again(database: Database) -> None:
    institute.use(database, institute.Given({"allowed_hosts": ["git.example"]}))
    with database.writing() as session:
        institute.allow_host(session, " GIT.Lab.Example. ", reason="시험 서버", version=0, by=OPERATOR)
    assert institute.at_hand(database).allowed_hosts == ("git.example", "git.lab.example")
    with database.reading() as session:
        rows = institute.hosts(session, viewer=OPERATOR)
    assert [(row.host, row.reason, row.by_name, row.is_fixed) for row in rows] == [
        ("git.example", "", "", True),
        ("git.lab.example", "시험 서버", "operator", False),
    ]
    with database.writing() as session:
        institute.shut_host(session, "git.lab.example", version=1, by=OPERATOR)
    assert institute.at_hand(database).allowed_hosts == ("git.example",)


@pytest.mark.parametrize(
    "host",
    ["", "*", "*.kr", "0.0.0.0/0", "::/0", "8.0.0.0/7", "a b", "http://git.example", "git.example/x", "1.2.3", "-a.example", "가" * 300],
)
def test_what_is_no_host_or_too_much_is_refused(database: Database, host: str) -> None:
    with pytest.raises(kit.Invalid), database.writing() as session:
        institute.allow_host(session, host, reason="why", version=0, by=OPERATOR)


def test_a_host_without_a_reason_or_twice_or_unknown_is_refused(database: Database) -> None:
    with database.writing() as session:
        with pytest.raises(kit.Invalid):
            institute.allow_host(session, "git.example", reason=" ", version=0, by=OPERATOR)
        with pytest.raises(kit.NotFound):
            institute.shut_host(session, "git.example", version=0, by=OPERATOR)
        institute.allow_host(session, "git.example", reason="why", version=0, by=OPERATOR)
        with pytest.raises(kit.Conflict):
            institute.allow_host(session, "GIT.example", reason="why", version=1, by=OPERATOR)
        with pytest.raises(kit.Invalid):
            institute.change(session, "allowed_hosts", [], version=1, by=OPERATOR)


@given(st.ip_addresses() | st.ip_addresses().map(str) | st.from_regex(r"(\*\.)?[a-z]{1,5}\.[a-z]{2,5}", fullmatch=True))
def test_what_may_be_listed_is_what_the_guard_lets_through(host: object) -> None:
    read = institute.read_host(str(host))
    assert institute.read_host(read) == read
    asked = read.replace("*", "some")
    written = f"[{asked}]" if ":" in asked else asked
    guard = forges.Guard(allowed_hosts=(read,), resolve=lambda _host, _port: ("10.0.0.1",))
    assert guard.check(f"https://{written}/x").host == asked
