# SPDX-License-Identifier: Apache-2.0
"""How each kind is written, and what makes something written like that count as it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv6Address, ip_address

from madang.kit import _
from madang.privacy import proofs
from madang.privacy.findings import Found

NEAR = 24
"""So many characters before a number a word may stand that says what it is."""
Judge = Callable[[re.Match[str], str], tuple[str, float, str] | None]
"""Gives kind, confidence and reason, or None for what is not it after all. It is given the words before too."""
_BEFORE, _AFTER = r"(?<![0-9A-Za-z])(?<![0-9][-.])", r"(?![0-9A-Za-z])(?!-[0-9])"


@dataclass(frozen=True, slots=True)
class Shape:
    """A way of writing, and who judges it."""

    pattern: re.Pattern[str]
    judge: Judge

    def find(self, text: str) -> Iterator[Found]:
        """All that is written like this and counts."""
        for match in self.pattern.finditer(text):
            judged = self.judge(match, text[max(0, match.start() - NEAR) : match.start()].lower())
            if judged is not None:
                kind, confidence, reason = judged
                yield Found(kind, match.start(), match.end(), match[0], confidence, reason)


def _shape(pattern: str, judge: Judge, *, bare: bool = False) -> Shape:
    return Shape(re.compile(pattern if bare else _BEFORE + pattern + _AFTER), judge)


def _has(before: str, *words: str) -> bool:
    return any(word in before for word in words)


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def _resident(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    digits = _digits(match[0])
    born = proofs.birth_date(digits)
    is_named = _has(before, "주민", "등록번호", "외국인", "rrn", "resident", "ssn", "alien")
    if born is None:
        if proofs.is_corporation(digits) and (match[1] or _has(before, "법인", "corporat")):
            return "corporation-number", 0.9, _("the check digit of a corporation's number holds")
        return None
    kind = "foreigner-number" if digits[6] in proofs.FOREIGN else "resident-number"
    if proofs.is_resident(digits):
        return kind, 0.99 if match[1] or is_named else 0.9, _("the date and the check digit hold")
    if is_named:
        return kind, 0.95, _("the date holds and a word before it says what it is")
    if _has(before, "법인", "corporat"):
        return "corporation-number", 0.9, _("a word before it says what it is")
    if born >= proofs.RANDOM_SINCE and match[1]:
        return kind, 0.85, _("the date holds; numbers since October 2020 have no check digit")
    # Whoever's number was changed since October 2020 has one without a check digit too, whatever their date.
    return (kind, 0.6, _("written like one, and the date holds; the check digit does not")) if match[1] else None


def _business(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    is_named = _has(before, "사업자", "business reg", "brn")
    if proofs.is_business(_digits(match[0])):
        if match[1] or is_named:
            return "business-number", 0.95 if is_named else 0.9, _("the check digit holds")
        return None
    return ("business-number", 0.6, _("a word before it says what it is; the check digit does not hold")) if is_named else None


def _licence(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    is_named = _has(before, "면허", "licence", "license")
    region = match[1]
    is_region = not region.isdigit() or 11 <= int(region) <= 28
    if is_named and is_region:
        return "drivers-licence", 0.95, _("a region stands first, and a word before it says what it is")
    if is_region:
        return "drivers-licence", 0.85, _("written like one, with a region first")
    return None


def _passport(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    if _has(before, "여권", "passport"):
        return "passport", 0.95, _("a word before it says what it is")
    return ("passport", 0.75 if match[1] else 0.5, _("written like one"))


def _phone(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    is_named = _has(before, "전화", "휴대", "연락", "tel", "phone", "mobile", "fax", "팩스", "call")
    digits = _digits(match[0])
    is_parted = any(not character.isdigit() for character in match[0].lstrip("+"))
    if match[0].startswith("+"):
        return ("phone", 0.9, _("written like an international number")) if 8 <= len(digits) <= 15 else None
    if digits.startswith("01"):
        return "phone", 0.95 if is_named or is_parted else 0.85, _("a prefix of mobile phones, and as long as they are")
    if is_parted or is_named:
        return "phone", 0.9 if is_named else 0.8, _("an area's prefix, and as long as phone numbers are")
    return None


def _service_phone(_match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    if _has(before, "전화", "대표", "고객", "tel", "phone", "문의"):
        return "phone", 0.6, _("a firm's nationwide number; a word before it says that it is a phone")
    return None


def _american(_match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    is_named = _has(before, "tel", "phone", "mobile", "call", "fax", "cell")
    return "phone", 0.9 if is_named else 0.6, _("written like a North American number")


def _card(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    digits = _digits(match[0])
    if len(set(digits)) == 1 or not proofs.is_luhn(digits):
        return None
    if proofs.issuer(digits):
        return "card", 0.98, _("the check digit holds and a card network gives out such numbers")
    if _has(before, "카드", "card"):
        return "card", 0.9, _("the check digit holds and a word before it says what it is")
    return None


def _account(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    if _DAY.fullmatch(match[0]):
        return None
    if _has(before, "계좌", "은행", "입금", "송금", "예금", "뱅크", "account", "bank", "농협", "우체국", "새마을"):
        return "account", 0.9, _("parted as a bank does, and a word before it says what it is")
    return ("account", 0.5, _("parted as a bank does")) if match.lastgroup == "shape" else None


def _iban(match: re.Match[str], _before: str) -> tuple[str, float, str] | None:
    text = match[0].replace(" ", "")
    if 15 <= len(text) <= 34 and proofs.is_iban(text):
        return "account", 0.97, _("the check digits of an IBAN hold")
    return None


def _email(_match: re.Match[str], _before: str) -> tuple[str, float, str] | None:
    return "email", 0.95, _("written like an e-mail address")


def _ip(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    try:
        found: IPv4Address | IPv6Address = ip_address(match[0])
    except ValueError:
        return None
    if _has(before[-12:], "version", "버전", "ver.", " v") or before.endswith("v"):
        return None
    if found.is_unspecified or found.is_loopback:
        return None
    is_named = _has(before, "ip", "접속", "주소", "address")
    return "ip-address", 0.9 if is_named else 0.7 if found.is_global else 0.6, _("an address of the Internet Protocol")


def _vehicle(_match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    is_named = _has(before, "차량", "차번호", "번호판", "vehicle", "plate")
    return "vehicle", 0.95 if is_named else 0.8, _("written like a vehicle's number, with a letter that they have")


def _birth(match: re.Match[str], before: str) -> tuple[str, float, str] | None:
    if not _has(before, "생년월일", "출생", "생일", "birth", "born", "dob"):
        return None
    try:
        date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return "birth-date", 0.95, _("a date, and a word before it says whose")


_DAY = re.compile(r"(?:19|20)[0-9]{2}-[01]?[0-9]-[0-3]?[0-9]")
_REGIONS = "서울|부산|경기|강원|충북|충남|전북|전남|경북|경남|제주|대구|인천|광주|대전|울산|세종"
_PLATES = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주바사아자배하허호"
SHAPES = (
    _shape(r"[0-9]{2}(?:0[1-9]|1[0-9]|[2-9][0-9])[0-9]{2}(?:([- ])| - )?[0-9]{7}", _resident),
    _shape(r"[0-9]{3}(-)?[0-9]{2}-?[0-9]{5}", _business),
    _shape(rf"([1-2][0-9]|(?:{_REGIONS}) ?[0-9]{{2}})-(?:[0-9]{{2}}-)?[0-9]{{6}}-[0-9]{{2}}", _licence),
    _shape(r"[MSRODG][0-9]{3}(?:([A-Z])[0-9]{4}|[0-9]{5})", _passport),
    _shape(r"\+[1-9][0-9]{0,2}[- .]?(?:\(0\))?(?:[0-9][- .]?){5,12}[0-9]", _phone),
    _shape(r"01[016789][- .]?[0-9]{3,4}[- .]?[0-9]{4}", _phone),
    _shape(r"\(?0(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|50[2-8]?)\)?[- .]?[0-9]{3,4}[- .]?[0-9]{4}", _phone),
    _shape(r"1[568][0-9]{2}-[0-9]{4}", _service_phone),
    _shape(r"\(?[2-9][0-9]{2}\)?[- .][2-9][0-9]{2}[- .][0-9]{4}", _american),
    _shape(r"[0-9](?:[0-9][- ]?){11,17}[0-9]", _card),
    _shape(
        r"(?P<shape>[0-9]{6}-[0-9]{2}-[0-9]{6}|[0-9]{3}-[0-9]{3}-[0-9]{6}|1[0-9]{3}-[0-9]{3}-[0-9]{6}|[0-9]{3}-[0-9]{6}-[0-9]{5}|"
        r"30[0-9]-[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{3}-[0-9]{6}-[0-9]{2}-[0-9]{3}|3333-[0-9]{2}-[0-9]{7}|900[0-9]-[0-9]{4}-[0-9]{4}-[0-9])"
        r"|[0-9]{2,6}-[0-9]{2,7}-[0-9]{2,7}(?:-[0-9]{1,3})?|[0-9]{10,14}",
        _account,
    ),
    _shape(r"[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?", _iban),
    _shape(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z])", _email, bare=True),
    _shape(r"(?<![0-9A-Za-z.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9A-Za-z]|\.[0-9])", _ip, bare=True),
    _shape(r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{1,4}:){2,7}(?::?[0-9A-Fa-f]{1,4}){0,6}(?![0-9A-Za-z:])", _ip, bare=True),
    _shape(rf"[0-9]{{2,3}}[{_PLATES}] ?[0-9]{{4}}", _vehicle),
    _shape(r"((?:19|20)[0-9]{2})(?:[-./]|년 ?)([0-9]{1,2})(?:[-./]|월 ?)([0-9]{1,2})일?", _birth),
)
