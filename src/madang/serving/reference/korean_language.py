# SPDX-License-Identifier: Apache-2.0
"""Korean text by kiwipiepy, told in plain lists and in the document form that clients of WiseNLU read."""

from functools import cache
from typing import Any, TypedDict

from kiwipiepy import Kiwi

LONGEST = 100_000
# Kiwi's tags that the TTA's set (TTAK.KO-11.0010/R1) does not have, and what they are there.
TAGS = {
    "SSO": "SS",
    "SSC": "SS",
    "SB": "SW",
    "XSM": "MAG",
    "UN": "NA",
    "Z_CODA": "NA",
    "Z_SIOT": "NA",
    "W_URL": "SW",
    "W_EMAIL": "SW",
    "W_HASHTAG": "SW",
    "W_MENTION": "SW",
    "W_SERIAL": "SN",
    "W_EMOJI": "SW",
}
POINTING = frozenset(
    [
        "이",
        "그",
        "저",
        "요",
        "고",
        "조",
        "이런",
        "그런",
        "저런",
        "어느",
        "무슨",
        "웬",
        "어떤",
        "다른",
        "딴",
        "이런저런",
        "그딴",
        "이딴",
        "저딴",
        "아무",
    ]
)
COUNTING = frozenset(
    [
        "한",
        "두",
        "세",
        "네",
        "석",
        "넉",
        "서",
        "너",
        "다섯",
        "여섯",
        "일곱",
        "여덟",
        "아홉",
        "열",
        "열한",
        "열두",
        "스무",
        "몇",
        "여러",
        "모든",
        "온",
        "온갖",
        "갖은",
        "전",
        "첫",
        "첫째",
        "둘째",
        "셋째",
        "두어",
        "서너",
        "너댓",
        "대여섯",
        "반",
        "각",
        "매",
        "양",
    ]
)


class Morpheme(TypedDict):
    """One morpheme; start and end count characters of the text."""

    form: str
    tag: str
    start: int
    end: int
    sentence: int


class Sentence(TypedDict):
    """One sentence; start and end count characters of the text."""

    text: str
    start: int
    end: int


@cache
def _kiwi() -> Any:
    return Kiwi(num_workers=1)


def warm_up() -> None:
    """The model is read, so that the first call does not wait for it."""
    _kiwi().tokenize("마당을 연다.")


def _checked(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(f"the text has more than {LONGEST} characters")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("the text holds half a character") from None
    return text


def _tag(form: str, tag: str) -> str:
    tag = tag.partition("-")[0]  # VV-I and VV-R: whether a verb is irregular, which the TTA's set does not say
    if tag == "MM":
        return "MMD" if form in POINTING else "MMN" if form in COUNTING else "MMA"
    return TAGS.get(tag, tag)


def _form(form: str) -> str:
    """A consonant that closes a syllable stands as a letter of its own, as people write it."""
    return "".join(chr(FINALS[ord(each) - 0x11A8]) if 0x11A8 <= ord(each) <= 0x11C2 else each for each in form)


FINALS = [ord(each) for each in "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]


def _sentences(text: str) -> list[Any]:
    return list(_kiwi().split_into_sents(text, return_tokens=True)) if text.strip() else []


def morphemes(text: str) -> list[Morpheme]:
    """The morphemes of the text with their tags and places."""
    found: list[Morpheme] = []
    for number, sentence in enumerate(_sentences(_checked(text))):
        for each in sentence.tokens:
            place = {"start": each.start, "end": each.end, "sentence": number}
            found.append({"form": _form(each.form), "tag": _tag(each.form, each.tag), **place})  # type: ignore[typeddict-item]
    return found


def spacing(text: str) -> str:
    """The text with its words parted as the rules of spacing have it."""
    return str(_kiwi().space(_checked(text), reset_whitespace=False)) if text.strip() else text


def sentences(text: str) -> list[Sentence]:
    """The sentences of the text with their places."""
    return [{"text": each.text, "start": each.start, "end": each.end} for each in _sentences(_checked(text))]


def morp(text: str) -> dict[str, Any]:
    """The text as a WiseNLU document with its morphemes; the layers that were not asked for are empty."""
    _checked(text)
    at, offset = {}, 0
    for place, character in enumerate(text):
        at[place] = offset
        offset += len(character.encode())
    at[len(text)] = offset
    made = [_sentence(number, each, text, at) for number, each in enumerate(_sentences(text))]
    return {
        "doc_id": "",
        "DCT": "",
        "category": "",
        "category_weight": 0,
        "title": {"text": "", "NE": ""},
        "metaInfo": {},
        "paragraphInfo": [],
        "sentence": made,
        "entity": [],
    }


def _sentence(number: int, sentence: Any, text: str, at: dict[int, int]) -> dict[str, Any]:
    tokens = sentence.tokens
    morp = [
        {"id": id_, "lemma": _form(each.form), "type": _tag(each.form, each.tag), "position": at[each.start], "weight": 0}
        for id_, each in enumerate(tokens)
    ]
    words, evals = [], []
    for id_, (begin, end, shown) in enumerate(_words(tokens, text)):
        words.append({"id": id_, "text": shown, "type": "", "begin": begin, "end": end})
        result = "+".join(f"{each['lemma']}/{each['type']}" for each in morp[begin : end + 1])
        evals.append({"id": id_, "result": result, "target": shown, "word_id": id_, "m_begin": begin, "m_end": end})
    empty: dict[str, list[Any]] = {
        name: [] for name in ("NE", "NE_Link", "chunk", "dependency", "phrase_dependency", "SRL", "relation", "SA", "ZA")
    }
    return {"id": number, "reserve_str": "", "text": sentence.text, "morp": morp, "morp_eval": evals, "WSD": [], "word": words, **empty}


def _words(tokens: Any, text: str) -> list[tuple[int, int, str]]:
    """Words as blanks part them: the first and last morpheme, and what stands there. A morpheme belongs where it begins."""
    found: list[tuple[int, int, str]] = []
    for id_, each in enumerate(tokens):
        start = each.start
        while start > 0 and not text[start - 1].isspace():
            start -= 1
        end = start
        while end < len(text) and not text[end].isspace():
            end += 1
        if found and start <= tokens[id_ - 1].start:
            found[-1] = (found[-1][0], id_, found[-1][2])
        else:
            found.append((id_, id_, text[start:end]))
    return found
