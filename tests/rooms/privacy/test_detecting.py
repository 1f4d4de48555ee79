# SPDX-License-Identifier: Apache-2.0
"""What is found in texts, what is not, and what is said of it. All numbers are made up; they hold to the rules of their kind."""

import itertools
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import privacy
from madang.privacy import proofs


def resident(born: date, tail: str, *, foreign: bool = False) -> str:
    """A number that holds to the rules; ``tail`` are the five digits before the last."""
    century = {(1900, False): "1", (2000, False): "3", (1900, True): "5", (2000, True): "7"}[born.year // 100 * 100, foreign]
    head = f"{born:%y%m%d}{century}{tail}"
    last = next(digit for digit in "0123456789" if proofs.is_resident(head + digit))
    return f"{head[:6]}-{head[6:]}{last}"


def kinds(text: str, **how: object) -> list[str]:
    return [each.kind for each in privacy.detect(text, **how)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        (f"주민등록번호는 {resident(date(1985, 3, 9), '12345')}입니다", "resident-number", resident(date(1985, 3, 9), "12345")),
        (f"외국인등록번호 {resident(date(1991, 12, 31), '00012', foreign=True)}.", "foreigner-number", None),
        (f"({resident(date(1985, 3, 9), '12345').replace('-', '')})", "resident-number", None),
        ("신생아 201105-3123456 등록", "resident-number", "201105-3123456"),
        ("휴대폰 010-1234-5678로 연락", "phone", "010-1234-5678"),
        ("문자 01012345678", "phone", "01012345678"),
        ("사무실 02-123-4567, 내선", "phone", "02-123-4567"),
        ("팩스 (042)860-1234", "phone", "(042)860-1234"),
        ("call +82-10-1234-5678 now", "phone", "+82-10-1234-5678"),
        ("Phone: (415) 555-2671", "phone", "(415) 555-2671"),
        ("고객센터 1588-1234", "phone", "1588-1234"),
        ("카드 4111 1111 1111 1111 결제", "card", "4111 1111 1111 1111"),
        ("card 5555555555554444", "card", "5555555555554444"),
        ("amex 3782-822463-10005", "card", "3782-822463-10005"),
        ("국민은행 계좌 123456-01-123456", "account", "123456-01-123456"),
        ("입금: 110-123-456789", "account", "110-123-456789"),
        ("IBAN GB82 WEST 1234 5698 7654 32", "account", "GB82 WEST 1234 5698 7654 32"),
        ("메일은 hong.gildong+a@example.co.kr 로", "email", "hong.gildong+a@example.co.kr"),
        ("여권번호 M12345678", "passport", "M12345678"),
        ("passport M123A4567", "passport", "M123A4567"),
        ("운전면허 11-20-123456-78", "drivers-licence", "11-20-123456-78"),
        ("면허번호 서울 12-123456-78", "drivers-licence", "서울 12-123456-78"),
        ("사업자등록번호 220-81-62517", "business-number", "220-81-62517"),
        ("접속 IP 203.0.113.7 에서", "ip-address", "203.0.113.7"),
        ("from 2001:db8:85a3::8a2e:370:7334 to", "ip-address", "2001:db8:85a3::8a2e:370:7334"),
        ("차량 12가 3456", "vehicle", "12가 3456"),
        ("생년월일 1990년 3월 5일", "birth-date", "1990년 3월 5일"),
        ("휴대폰 ０１０－１２３４－５６７８", "phone", "０１０－１２３４－５６７８"),
        ("휴대폰 010\u200b-1234-5678", "phone", "010\u200b-1234-5678"),
    ],
)
def test_each_kind_is_found_where_it_stands(text: str, kind: str, found: str | None) -> None:
    each = privacy.detect(text)[0]
    assert each.kind == kind
    assert text[each.start : each.end] == each.text
    assert found is None or each.text == found
    assert 0.6 <= each.confidence < 1
    assert each.reason


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-01-02에 열린 회의",
        "계좌 개설일 2024-01-02",
        "851332-1234567",
        "비율 3.14159, 합계 1,234,567원",
        "버전 1.2.3.4를 쓴다",
        "127.0.0.1",
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "ISBN 978-89-1234-567-8",
        "a@b",
        "999.1.1.1",
        "제12조 제3항",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert privacy.detect(text) == []


def test_what_carries_proof_is_surer_than_what_does_not() -> None:
    proved = privacy.detect(resident(date(1985, 3, 9), "12345"))[0]
    wrong = resident(date(1985, 3, 9), "12345")
    broken = wrong[:-1] + str((int(wrong[-1]) + 1) % 10)
    shaped = privacy.detect(broken)[0]
    assert proved.confidence > shaped.confidence
    assert "check digit" in shaped.reason


def test_only_the_kinds_that_are_asked_for_are_told_and_unknown_ones_refused() -> None:
    text = "010-1234-5678 a@example.com"
    assert kinds(text, kinds=["email"]) == ["email"]
    with pytest.raises(privacy.NoSuchKind):
        privacy.detect(text, kinds=["soul"])


def test_findings_do_not_overlap_and_the_surest_wins() -> None:
    text = "계좌 4111-1111-1111-1111"
    assert kinds(text) == ["card"]


def test_a_text_over_the_limit_is_refused() -> None:
    with pytest.raises(privacy.TextTooLong):
        privacy.detect("가" * (privacy.MOST_CHARACTERS + 1))


@pytest.mark.parametrize("piece", ["1", "1-", "0", "a@", "1.", "A1", "1:", "+1 ", "가1 ", "01012345678 "])
def test_no_text_makes_the_search_slow(piece: str) -> None:
    used = []
    for size in (20_000, 80_000):
        start = time.process_time()
        privacy.detect(piece * (size // len(piece)))
        used.append(time.process_time() - start)
    assert used[1] < 12 * used[0] + 0.5  # four times as much text; what grows with the square takes 16 times as long


@given(st.text(max_size=300))
def test_any_text_is_looked_through(text: str) -> None:
    found = privacy.detect(text, least=0)
    assert all(text[each.start : each.end] == each.text for each in found)
    assert all(one.end <= next_.start for one, next_ in itertools.pairwise(found))


@given(st.dates(date(1900, 1, 1), date(2020, 9, 30)), st.integers(0, 99_999), st.booleans())
def test_every_number_that_holds_to_the_rules_is_found(born: date, tail: int, foreign: bool) -> None:
    number = resident(born, f"{tail:05}", foreign=foreign)
    assert kinds(f"번호 {number} 끝") == ["foreigner-number" if foreign else "resident-number"]


@given(st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_breaks_a_cards_proof(place: int, by: int) -> None:
    digits = list("4111111111111111")
    digits[place] = str((int(digits[place]) + by) % 10)
    assert not proofs.is_luhn("".join(digits))
