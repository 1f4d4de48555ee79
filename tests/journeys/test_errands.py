# SPDX-License-Identifier: Apache-2.0
"""A researcher's errands in a real browser: come in, register, watch, read; in both languages, sizes and lights."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from builders import archive, repository
from journeys.conftest import KINDS, Reader
from platforms import Platform

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("korean-font")]

FILES = {
    "LICENSE": "SPDX-License-Identifier: Apache-2.0\n",
    "pyproject.toml": '[project]\nname = "sensor"\nversion = "2.1"\nlicense = "Apache-2.0"\ndependencies = ["six==1.17.0"]\n',
    "src/read.py": "# Copyright (c) 2026 The Institute\n# SPDX-License-Identifier: Apache-2.0\nprint(1)\n",
    "src/old/frame.c": "/*\n * Copyright (C) 2011 Somebody\n * SPDX-License-Identifier: GPL-2.0-only\n */\nint x;\n",
    "문서/안내.md": "SPDX-License-Identifier: CC-BY-4.0\n# 안내\n",
}
WORDS = {
    "ko": {"register": "등록하고 검사하기", "conflict": "부딪칩니다", "cancelled": "취소"},
    "en": {"register": "Register and verify", "conflict": "", "cancelled": "ancel"},
}


@pytest.fixture(scope="session")
def verified(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A verified version with a conflict, registered over JSON; its page."""
    folder = repository(tmp_path_factory.mktemp("source") / "sensor", FILES)
    platform.call("POST", "/api/v1/assets", {"kind": "software", "namespace": "operator", "name": "sensor", "title": "센서 읽기"})
    address = "/api/v1/assets/software/operator/sensor/versions"
    status, made = platform.call("POST", address, {"source": {"git": folder.as_uri()}, "label": "2.1"})
    assert status == 202, made
    state = ""
    while state not in ("verified", "failed", "cancelled"):
        _status, version = platform.call("GET", f"{address}/1")
        state = version["state"]
    assert state == "verified", version
    return "/assets/software/operator/sensor/versions/1"


def test_the_operator_comes_in_by_the_printed_link_and_finds_the_platform_itself(
    session_state: Path, reader: Callable[..., Reader]
) -> None:
    operator = reader(state=session_state)
    operator.open("/")
    expect(operator.page.locator("main")).to_contain_text("madang/madang")
    operator.look()
    operator.check()


def test_the_printed_link_works_once(platform: Platform, session_state: Path, reader: Callable[..., Reader]) -> None:
    late = reader()
    late.open(platform.link)
    late.page.locator("main form button").first.click()
    expect(late.page.locator("main")).not_to_contain_text("operator@")
    assert not late.page.url.endswith("/welcome")


def test_a_git_address_is_registered_watched_and_read(session_state: Path, reader: Callable[..., Reader], tmp_path: Path) -> None:
    folder = repository(tmp_path / "by-page", FILES | {"EXTRA": "한글 파일\n"})
    person = reader(state=session_state)
    person.open("/register")
    person.page.locator("input[name=git]").fill(folder.as_uri())
    person.page.locator("input[name=name]").fill("by-page")
    person.page.get_by_role("button", name=WORDS["ko"]["register"]).click()
    person.page.wait_for_url(re.compile("/assets/software/operator/by-page/versions/1$"))
    expect(person.page.locator("figure svg").first).to_be_visible()
    expect(person.page.locator("main")).to_contain_text("GPL-2.0-only")
    person.look()
    person.check()


def test_an_archive_is_uploaded_and_a_bad_one_is_refused_on_the_page(session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state)
    person.open("/register")
    file = person.page.locator("input[type=file]")
    person.page.locator("input[name=name]").fill("uploaded")
    file.set_input_files({"name": "x.tar.gz", "mimeType": "application/gzip", "buffer": b"this is no archive"})
    person.page.get_by_role("button", name=WORDS["ko"]["register"]).click()
    expect(person.page.locator("main")).to_contain_text("zip, tar, tar.gz")
    person.faults.clear()  # the browser notes the refusal's status 422 in its console
    file = person.page.locator("input[type=file]")
    file.set_input_files({"name": "x.tar.gz", "mimeType": "application/gzip", "buffer": archive(FILES)})
    person.page.get_by_role("button", name=WORDS["ko"]["register"]).click()
    person.page.wait_for_url(re.compile("/assets/software/operator/uploaded/versions/1$"))
    expect(person.page.locator("figure svg").first).to_be_visible()
    person.check()


def test_the_example_is_registered_in_one_click(session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state)
    person.open("/")
    person.page.locator("form[action='/examples'] button").first.click()
    person.page.wait_for_url(re.compile("/assets/software/operator/licence-conflict/versions/1$"))
    expect(person.page.locator("main")).to_contain_text(WORDS["ko"]["conflict"])
    person.check()


@pytest.mark.parametrize(("language", "size", "scheme"), KINDS)
def test_every_page_is_clean_for_every_reader(
    verified: str, session_state: Path, reader: Callable[..., Reader], language: str, size: str, scheme: str
) -> None:
    person = reader(language, size, scheme, session_state)
    person.context.add_cookies([{"name": "madang_language", "value": language, "url": person.base}])
    tabs = [verified, *(f"{verified}/{tab}" for tab in ("packages", "holders", "files", "unread", "tables"))]
    file = f"{verified}/file?path=src%2Fold%2Fframe.c"
    for path in (
        "/",
        "/assets",
        "/assets?q=nothing-of-that-name",
        "/search?q=sensor",
        "/register",
        "/me",
        "/me/sign-in",
        verified.rpartition("/versions")[0],
        *tabs,
        file,
    ):
        person.open(path)
        assert person.page.locator("html").get_attribute("lang") == language
        person.look()
    person.check()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_visitor_sees_a_home_a_sign_in_page_and_nothing_private(verified: str, reader: Callable[..., Reader], language: str) -> None:
    visitor = reader(language)
    for path in ("/", "/sign-in", "/forgotten", "/assets"):
        visitor.open(path)
        visitor.look()
        expect(visitor.page.locator("main")).not_to_contain_text("operator/sensor")
    visitor.check()
    visitor.open(verified)
    expect(visitor.page.locator("main .figure")).to_have_text("404")


def test_everything_can_be_read_without_script(verified: str, session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state, script=False)
    person.open(verified)
    expect(person.page.locator("figure svg").first).to_be_visible()
    person.open(f"{verified}/files")
    person.page.locator("main input[name=q]").last.fill("frame")
    person.page.locator("main form button").first.click()
    expect(person.page.locator("main table")).to_contain_text("frame.c")
    expect(person.page.locator("main table")).not_to_contain_text("read.py")
    assert "q=frame" in person.page.url


def test_the_filter_of_the_list_lives_in_the_address(verified: str, session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state)
    person.open("/assets")
    person.page.locator("main input[name=q]").fill("센서")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("q="))
    expect(person.page.locator("#found .scroll table")).to_contain_text("operator/sensor")
    expect(person.page.locator("#found .scroll table")).not_to_contain_text("madang/madang")
    person.page.reload()
    expect(person.page.locator("#found .scroll table")).to_contain_text("operator/sensor")
    person.check()


def test_anything_is_found_from_anywhere_by_keyboard_alone(verified: str, session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state)
    person.open("/me")
    keyboard, box = person.page.keyboard, person.page.locator("dialog[open]")
    keyboard.press("Control+k")
    expect(box.locator("[role=option]").first).to_be_visible()
    keyboard.press("Escape")
    expect(box).to_have_count(0)
    keyboard.press("/")
    expect(box.locator("[role=option]").first).to_be_visible()
    keyboard.type("센서")
    expect(box.locator("[role=option]").first).to_contain_text("operator/sensor")
    person.look()
    field = box.get_by_role("combobox")
    assert field.get_attribute("aria-activedescendant") == box.locator("[aria-selected=true]").get_attribute("id")
    for _ in range(3):
        keyboard.press("Tab")
        assert person.page.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog') !== null")
    field.focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    person.page.wait_for_url(re.compile("/assets/software/operator/sensor$"))
    person.check()


def test_facets_count_and_filter_with_and_without_script(verified: str, session_state: Path, reader: Callable[..., Reader]) -> None:
    for script in (True, False):
        person = reader("en", state=session_state, script=script)
        person.context.add_cookies([{"name": "madang_language", "value": "en", "url": person.base}])
        person.open("/assets")
        person.page.locator("#kind-software").check()
        if not script:
            person.page.locator("main aside .button").click()
        person.page.wait_for_url(re.compile("kind=software"))
        expect(person.page.locator("#found .scroll table")).to_contain_text("operator/sensor")
        person.page.locator("#found .links").get_by_role("link", name="Clear").click()
        person.page.wait_for_url(re.compile("/assets$"))
        person.open("/search?q=sensor")
        person.page.get_by_role("link", name="operator/sensor").click()
        person.page.wait_for_url(re.compile("/assets/software/operator/sensor$"))
        person.check()


def test_the_first_stop_of_the_keyboard_is_the_skip_link(session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state)
    person.open("/assets")
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_documents_are_kept_from_the_page(verified: str, session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state)
    person.open(verified)
    for name in ("CSV", "SPDX", "CycloneDX"):
        with person.page.expect_download() as kept:
            person.page.get_by_role("link", name=name, exact=True).click()
        assert kept.value.suggested_filename
    person.check()
