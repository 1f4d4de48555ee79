# SPDX-License-Identifier: Apache-2.0
"""The pages: every word in both languages, nothing inline, nothing from another host, small files, colours that can be read."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.lexer import TOKEN_DATA

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "madang"
STATIC = SOURCE / "web" / "static"
TEMPLATES = sorted(SOURCE.glob("*/templates/*/*.html"))
LANGUAGES = ("ko", "en")
KEYWORDS = {"_": None, "marked": None, "gettext": None, "ngettext": (1, 2), "translate_plural": (1, 2), "pgettext": ((1, "c"), 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true", "silent": "false"}}
SAID_IN_BOTH = {"Atom", "CSV", "JSON", "SPDX", "CycloneDX", "EN", "madang", "scan", "link"}
"""Names of formats and commands, the same in every language."""


def catalogue(language: str) -> Catalog:
    with (SOURCE / "locale" / language / "LC_MESSAGES" / "madang.po").open("rb") as file:
        return read_po(file, locale=language)


def messages() -> set[tuple[str | None, str]]:
    found = extract_from_dir(SOURCE, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS)
    return {
        (context, message[0] if isinstance(message, tuple) else message) for _file, _line, message, _comments, context in found if message
    }


def texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (list, tuple)) else [message.string or ""]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_in_both_catalogues(language: str) -> None:
    words = catalogue(language)
    missing = [
        message for context, message in sorted(messages(), key=str) if not (found := words.get(message, context)) or not all(texts(found))
    ]
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_places(language: str) -> None:
    place = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
    for message in catalogue(language):
        if not message.id:
            continue
        one, *rest = message.id if isinstance(message.id, (list, tuple)) else [message.id]
        for text in texts(message):
            allowed = {frozenset(place.findall(each)) for each in (one, *rest)}
            assert frozenset(place.findall(text)) in allowed, (message.id, text)


def test_korean_speaks_politely_and_without_exclamation() -> None:
    for message in catalogue("ko"):
        if not message.id:
            continue
        for text in texts(message):
            assert "!" not in text.replace("!=", ""), text
            assert not re.search(r"(이다|한다|된다|였다|없다|있다)\.(\s|$)", text), text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_bare_text(path: Path) -> None:
    bare = []
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True, undefined=StrictUndefined)
    source = "".join(value if kind == TOKEN_DATA else "\x00" for _line, kind, value in environment.lex(path.read_text("utf-8")))
    source = re.sub(r"\x00+", "\x00", source)
    for text in re.sub(r"<[^>]*>", "\x01", source).replace("\x00", " ").split("\x01"):
        bare += [word for word in re.findall(r"[A-Za-z가-힣]{2,}", text) if word not in SAID_IN_BOTH]
    bare += re.findall(r'(?:title|alt|aria-label|placeholder)="[^"\x00]*[A-Za-z가-힣]{2}[^"]*"', source)
    assert not [word for word in bare if not word.startswith('placeholder="https://')]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_nothing_inline_and_every_form_its_proof(path: Path) -> None:
    text = path.read_text("utf-8")
    text = text.replace('<script type="application/ld+json">{{ page.data }}</script>', "")  # data, that no browser runs
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]* src=)|javascript:|hx-on|\|\s*safe", text)
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text)
    for form in re.findall(r'<form[^>]*method="post".*?</form>', text, flags=re.DOTALL):
        assert 'name="csrf"' in form, form[:120]


def test_templates_take_only_what_they_are_given() -> None:
    environment = Environment(
        loader=FileSystemLoader(sorted(SOURCE.glob("*/templates"))),
        extensions=["jinja2.ext.i18n"],
    )
    for path in TEMPLATES:
        tree = environment.parse(path.read_text("utf-8"))
        for used in tree.find_all((nodes.Extends, nodes.Include, nodes.FromImport)):
            named = getattr(used, "template", None)
            if isinstance(named, nodes.Const):
                environment.get_template(named.value)


def test_own_files_are_small_and_ask_no_other_host() -> None:
    sizes = {kind: sum(path.stat().st_size for path in STATIC.rglob(f"*.{kind}")) for kind in ("css", "js")}
    assert 0 < sizes["css"] <= 32_000
    assert 0 < sizes["js"] <= 20_000
    for path in (*STATIC.rglob("*.css"), *STATIC.rglob("*.js")):
        assert not re.search(r"https?://|@import|\beval\(|new Function|innerHTML", path.read_text("utf-8")), path.name


def colour(value: str) -> tuple[float, float, float]:
    digits = value.strip().lstrip("#")
    digits = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    return tuple(part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # type: ignore[return-value]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""
    bright, dark = sorted(
        (0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in (colour(one), colour(other))), reverse=True
    )
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_colours_can_be_read(scheme: int) -> None:
    pairs = re.findall(r"--(\w+): light-dark\(([^,]+), ([^)]+)\)", (STATIC / "css" / "tokens.css").read_text("utf-8"))
    value = {name: both[scheme] for name, *both in pairs}
    for ground in ("paper", "wash", "sealwash"):
        for text in ("ink", "ink2", "ink3", "seal"):
            assert contrast(value[text], value[ground]) >= 4.5, (text, ground)
        assert contrast(value["edge"], value[ground]) >= 3, ("edge", ground)
    for light in ("d1", "d2", "d3"):
        assert contrast(value["ink"], value[light]) >= 4.5, light
    for dark in ("d4", "d5", "d6"):
        assert contrast(value["paper"], value[dark]) >= 4.5, dark
    assert contrast(value["onseal"], value["seal"]) >= 4.5
