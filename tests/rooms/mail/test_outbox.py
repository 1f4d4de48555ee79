# SPDX-License-Identifier: Apache-2.0
"""The outbox and a real mail server: letters leave once, wait, are given up with the reason kept, and carry nobody else's heads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

import ports
from madang import kit, mail
from madang.db import Database
from madang.mail import rules
from mail_servers import Box, certificate_for, mail_server

KEY = b"k" * 32
TO = "researcher@institute.example"


def post(port: int, query: str = "?starttls=offered", scheme: str = "smtp", who: str = "") -> mail.Post:
    return mail.Post(mail.read_server(f"{scheme}://{who}127.0.0.1:{port}{query}"), "madang@institute.example", KEY, "연구원")


@pytest.fixture(autouse=True)
def _no_post() -> Iterator[None]:
    yield
    mail.use(None)


@pytest.fixture
def box() -> Iterator[Box]:
    with mail_server() as box:
        mail.use(post(box.port))
        yield box


@pytest.fixture
def nobody() -> int:
    """A port where no server listens."""
    return ports.free()


def write(database: Database, *, to: str = TO, subject: str = "A subject", text: str = "A text.", key: str | None = None) -> str | None:
    with database.writing() as session:
        return mail.send_later(session, to=to, subject=subject, text=text, key=key)


def letter(database: Database, letter_id: str | None) -> mail.Letter:
    assert letter_id
    with database.reading() as session:
        return mail.get(session, letter_id)


def move(database: Database, letter_id: str | None, **values: object) -> None:
    with database.writing() as session:
        session.execute(update(mail.Letter).where(mail.Letter.id == letter_id).values(**values))


def test_a_korean_letter_arrives_as_it_was_written(database: Database, box: Box) -> None:
    made = write(database, subject="검증이 끝났습니다: 형태소 분석기", text="안녕하십니까.\n\n결과를 보십시오: https://madang.example/a\n")
    assert mail.is_possible()
    assert mail.drain(database) == 1
    found = box.letters[0]
    assert found["Subject"] == "검증이 끝났습니다: 형태소 분석기"
    assert found["To"] == TO
    assert str(found["From"]) == "연구원 <madang@institute.example>"
    assert found["Message-ID"] == f"<{made}@institute.example>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found.get_content().replace("\r\n", "\n") == "안녕하십니까.\n\n결과를 보십시오: https://madang.example/a\n"


def test_a_letter_that_left_leaves_no_text_behind_and_leaves_once(database: Database, box: Box) -> None:
    made = write(database, text="the way in is hidden here")
    assert "hidden" not in letter(database, made).sealed_text
    assert (mail.drain(database), mail.drain(database)) == (1, 0)
    sent = letter(database, made)
    assert sent.sent_at
    assert (sent.sealed_text, sent.due_at, sent.reason) == ("", None, "")
    assert len(box.letters) == 1


def test_a_letter_exists_only_if_its_deed_did(database: Database, box: Box) -> None:
    def undone() -> None:
        with database.writing() as session:
            mail.send_later(session, to=TO, subject="x", text="x")
            raise LookupError

    with pytest.raises(LookupError):
        undone()
    assert mail.drain(database) == 0


def test_one_key_is_one_letter_for_ever(database: Database, box: Box) -> None:
    assert write(database, key="task/1")
    assert write(database, key="task/1") is None
    mail.drain(database)
    assert write(database, key="task/1") is None
    assert write(database, key="task/2")
    assert write(database) != write(database)
    assert mail.drain(database) == 3


def test_without_a_mail_server_nothing_is_written(database: Database) -> None:
    assert not mail.is_possible()
    assert write(database) is None
    assert mail.drain(database) == 0
    with database.reading() as session:
        assert mail.count_waiting(session) == 0
    with pytest.raises(RuntimeError):
        mail.post.held()


@pytest.mark.parametrize(
    "address",
    ["", "x", "@x", "x@", "a b@x.example", "a@b@c", "a@x.example\nBcc: b@x.example", "a@-x.example", "a@x..example", "ü@x.example",
     "a,b@x.example", "<a@x.example>", "a@" + "x" * 64 + ".example", "a" * 65 + "@x.example", '"a b"@x.example', "a..b@x.example"],
)  # fmt: skip
def test_an_address_that_no_server_takes_is_refused(database: Database, box: Box, address: str) -> None:
    with pytest.raises(mail.BadMailAddress):
        write(database, to=address)


def test_a_host_in_hangul_is_written_as_the_wire_has_it(database: Database, box: Box) -> None:
    write(database, to="researcher@한국.example")
    mail.drain(database)
    assert box.letters[0]["To"] == "researcher@xn--3e0b707e.example"


@given(subject=st.text(max_size=300), text=st.text(max_size=300))
def test_no_text_becomes_a_head(subject: str, text: str) -> None:
    shown = rules.one_line(subject, rules.LONGEST_SUBJECT)
    message = mail.delivery.written(post(25), "id", to=TO, subject=shown, text=text.encode("utf-8", "replace").decode())
    wire = message.as_bytes()
    head = wire.partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    expected = {
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Message-ID",
        b"Auto-Submitted",
        b"Content-Type",
        b"Content-Transfer-Encoding",
        b"MIME-Version",
    }
    assert set(names) == expected
    assert len(names) == len(expected)


def test_a_line_break_in_a_subject_is_a_blank(database: Database, box: Box) -> None:
    write(database, subject="One\r\nBcc: other@institute.example\x00\x1b[2J")
    mail.drain(database)
    assert box.letters[0]["Subject"] == "One Bcc: other@institute.example [2J"
    assert box.letters[0]["Bcc"] is None


def test_a_server_that_is_down_is_asked_once_and_the_letters_wait(database: Database, nobody: int) -> None:
    mail.use(post(nobody))
    first, second = write(database), write(database)
    assert mail.drain(database) == 0
    waiting = letter(database, first)
    assert "does not answer" in waiting.reason
    assert waiting.due_at
    assert waiting.due_at > kit.now() + timedelta(seconds=30)
    assert (waiting.tries, letter(database, second).tries) == (1, 0)
    with mail_server() as box:
        mail.use(post(box.port))
        move(database, first, due_at=kit.now())
        assert mail.drain(database) == 2
    with database.reading() as session:
        assert (mail.count_waiting(session), mail.count_failed(session)) == (0, 0)


def test_a_letter_is_given_up_after_a_day_with_the_reason_kept(database: Database, nobody: int) -> None:
    mail.use(post(nobody))
    one, other, young = write(database), write(database), write(database)
    for old in (one, other):
        move(database, old, give_up_at=kit.now() - timedelta(seconds=1))
    assert mail.drain(database) == 0
    with database.reading() as session:
        assert {row.id for row in mail.failed(session)} == {one, other}
        assert all("does not answer" in row.reason for row in mail.failed(session))
        assert [row.id for row in mail.waiting(session)] == [young]
        assert mail.count_failed(session) == 2
        assert [row.id for row in mail.failed(session, before=str(other))] == [one]
        assert mail.waiting(session, after=str(young)) == []


def test_a_recipient_that_is_refused_for_good_is_not_tried_again(database: Database, box: Box) -> None:
    box.says = {TO: "550 5.1.1 no such person"}
    made, other = write(database), write(database, to="other@institute.example")
    assert mail.drain(database) == 1
    assert letter(database, made).failed_at
    assert letter(database, made).reason == "550 5.1.1 no such person"
    assert letter(database, other).sent_at


def test_a_recipient_that_is_put_off_is_tried_again(database: Database, box: Box) -> None:
    box.says = {TO: "450 4.2.0 come again"}
    made = write(database)
    assert mail.drain(database) == 0
    assert letter(database, made).failed_at is None
    assert letter(database, made).reason == "450 4.2.0 come again"
    box.says = {}
    move(database, made, due_at=kit.now())
    assert mail.drain(database) == 1


@pytest.mark.parametrize(("answer", "is_over"), [("554 5.7.1 refused", True), ("451 4.3.0 later", False), ("421 4.3.2 closing", False)])
def test_a_letter_that_the_server_does_not_want_says_why(database: Database, box: Box, answer: str, is_over: bool) -> None:
    box.says = {"": answer}
    made = write(database)
    assert mail.drain(database) == 0
    assert bool(letter(database, made).failed_at) is is_over
    assert answer in letter(database, made).reason


def test_a_letter_that_was_given_up_can_be_tried_again(database: Database, box: Box) -> None:
    box.says = {TO: "550 no"}
    made = write(database)
    mail.drain(database)
    box.says = {}
    with database.writing() as session:
        mail.retry(session, str(made))
    assert mail.drain(database) == 1
    with database.writing() as session:
        assert mail.retry(session, str(made)).sent_at
    assert mail.drain(database) == 0
    with database.writing() as session, pytest.raises(mail.NoLetter):
        mail.retry(session, "é")
    with database.reading() as session, pytest.raises(mail.NoLetter):
        mail.get(session, "0" * 26)


def test_several_drainers_send_each_letter_once(database: Database, box: Box) -> None:
    made = [write(database, subject=f"letter {n}") for n in range(40)]
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(lambda _n: mail.drain(database), range(4)))
    assert sum(sent) == 40
    assert sorted(str(found["Message-ID"]) for found in box.letters) == sorted(f"<{each}@institute.example>" for each in made)


def test_what_a_killed_drainer_had_in_hand_is_sent_later_under_the_same_id(database: Database, box: Box) -> None:
    made = write(database)
    move(database, made, claimed_until=kit.now() + timedelta(minutes=5))
    assert mail.drain(database) == 0
    move(database, made, claimed_until=kit.now() - timedelta(seconds=1))
    assert mail.drain(database) == 1


def test_a_letter_sealed_with_another_key_is_given_up_and_says_so(database: Database, box: Box) -> None:
    made, other = write(database), write(database)
    move(database, made, sealed_text=kit.seal(b"o" * 32, "x", purpose="letter"))
    assert mail.drain(database) == 1
    assert "another key file" in letter(database, made).reason
    assert letter(database, other).sent_at


def test_old_letters_are_forgotten(database: Database, box: Box) -> None:
    gone, kept = write(database), write(database)
    mail.drain(database)
    move(database, gone, sent_at=kit.now() - timedelta(days=31))
    assert mail.sweep(database) == 1
    with database.reading() as session:
        assert session.scalars(select(mail.Letter.id)).all() == [kept]


@pytest.mark.needs("openssl")
class TestEncryption:
    @pytest.fixture
    def certificate(self, tmp_path: Path) -> tuple[Path, Path]:
        return certificate_for(tmp_path)

    def test_letters_go_encrypted_and_under_a_name(
        self, database: Database, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        with mail_server(certificate=certificate, asks_who=True) as box:
            mail.use(post(box.port, "", who="madang:p%40ss%2Fword@"))
            write(database)
            assert mail.drain(database) == 1
            assert box.were_encrypted == [True]
            assert box.users == ["madang"]

    def test_letters_go_encrypted_from_the_first_byte(
        self, database: Database, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        with mail_server(certificate=certificate, is_tls=True) as box:
            mail.use(post(box.port, "", scheme="smtps"))
            write(database)
            assert mail.drain(database) == 1
            assert len(box.letters) == 1

    def test_a_wrong_password_leaves_the_letters_waiting(
        self, database: Database, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
        with mail_server(certificate=certificate, asks_who=True) as box:
            mail.use(post(box.port, "", who="madang:wrong@"))
            made = write(database)
            assert mail.drain(database) == 0
            assert "535" in letter(database, made).reason
            assert letter(database, made).failed_at is None

    def test_a_server_that_nobody_vouches_for_gets_no_letter(self, database: Database, certificate: tuple[Path, Path]) -> None:
        with mail_server(certificate=certificate) as box:
            mail.use(post(box.port, ""))
            made = write(database)
            assert mail.drain(database) == 0
            assert "certificate" in letter(database, made).reason.lower()
            assert box.letters == []


def test_a_server_without_encryption_gets_no_letter_where_it_is_asked_for(database: Database, box: Box) -> None:
    made = write(database)
    mail.use(post(box.port, ""))
    assert mail.drain(database) == 0
    assert "STARTTLS" in letter(database, made).reason
    assert box.letters == []


@pytest.mark.parametrize(
    "address",
    ["", "http://x", "smtp://", "smtp://x/path", "smtp://x#f", "smtp://x?starttls=maybe", "smtp://x?other=1", "smtp://user@x", "smtp://x:99999",
     "smtp://user:word@x?starttls=never"],
)  # fmt: skip
def test_an_address_of_no_mail_server_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the settings turn it into their own sentence
        mail.read_server(address)


@pytest.mark.parametrize("text", ["", "name", "Name <x", "Name <x>", "x y@z.example"])
def test_a_sender_that_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the settings turn it into their own sentence
        mail.read_sender(text)


def test_a_sender_is_an_address_with_or_without_a_name() -> None:
    assert mail.read_sender("madang@x.example") == ("", "madang@x.example")
    assert mail.read_sender('"마당" <madang@x.example>') == ("마당", "madang@x.example")


def test_tries_come_after_longer_and_longer_pauses() -> None:
    minutes = [rules.pause_after(tries).total_seconds() / 60 for tries in (0, 1, 2, 3, 6, 7, 500)]
    assert minutes == [1, 1, 2, 4, 32, 60, 60]
