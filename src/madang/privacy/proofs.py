# SPDX-License-Identifier: Apache-2.0
"""What numbers prove of themselves: check digits and dates. All take digits alone."""

from datetime import date

# The seventh digit says in which century somebody was born, and whether as a foreigner.
CENTURIES = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900, "3": 2000, "4": 2000, "7": 2000, "8": 2000}
FOREIGN = frozenset("5678")
RANDOM_SINCE = date(2020, 10, 5)
"""From this day on new numbers end in six digits by chance, so that their check digit proves nothing."""
_RESIDENT = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BUSINESS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def birth_date(digits: str) -> date | None:
    """The date in a resident number of 13 digits; None where it has none."""
    year = CENTURIES[digits[6]] + int(digits[:2])
    try:
        return date(year, int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None


def is_resident(digits: str) -> bool:
    """Whether the last of 13 digits is the check digit of a resident or foreigner number."""
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT, digits, strict=False))
    start = 13 if digits[6] in FOREIGN else 11
    return (start - total % 11) % 10 == int(digits[12])


def is_corporation(digits: str) -> bool:
    """Whether the last of 13 digits is the check digit of a corporation's number (weights 1 and 2 in turn)."""
    total = sum((1, 2)[place % 2] * int(digit) for place, digit in enumerate(digits[:12]))
    return (10 - total % 10) % 10 == int(digits[12])


def is_business(digits: str) -> bool:
    """Whether the last of ten digits is the check digit of a business registration number."""
    total = sum(weight * int(digit) for weight, digit in zip(_BUSINESS, digits, strict=False)) + int(digits[8]) * 5 // 10
    return (10 - total % 10) % 10 == int(digits[9])


def is_luhn(digits: str) -> bool:
    """Whether the digits hold to ISO/IEC 7812-1's check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def issuer(digits: str) -> str:
    """Which network gives out cards that begin and are as long as this; "" for none."""
    head, length = int(digits[:4]), len(digits)
    if digits[0] == "4":
        return "Visa" if length in (13, 16, 19) else ""
    if length == 16 and (5100 <= head < 5600 or 2221 <= head <= 2720):
        return "Mastercard"
    if length == 15 and digits[:2] in ("34", "37"):
        return "American Express"
    if length == 16 and 3528 <= head <= 3589:
        return "JCB"
    if length == 14 and (3000 <= head <= 3059 or digits[:2] in ("36", "38", "39")):
        return "Diners Club"
    if length == 16 and (head == 6011 or digits[:2] == "65" or 6440 <= head <= 6499):
        return "Discover"
    if 16 <= length <= 19 and digits[:2] == "62":
        return "UnionPay"
    return "BC" if length == 16 and digits[0] == "9" else ""


def is_iban(text: str) -> bool:
    """Whether the letters and digits hold to ISO 13616's check (mod 97)."""
    turned = text[4:] + text[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
