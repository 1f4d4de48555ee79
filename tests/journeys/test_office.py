# SPDX-License-Identifier: Apache-2.0
"""The office's and the operator's errands by keyboard alone: come in, find, work, register many, operate."""

import re
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from builders import repository
from journeys.conftest import KINDS, Reader
from platforms import Platform

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("korean-font")]

SIZES = list(product(("ko", "en"), ("desktop", "phone")))
PASSWORD = "four plain words here"
STOPS = 250
FILES = {"LICENSE": "SPDX-License-Identifier: MIT\n", "read.py": "# SPDX-License-Identifier: MIT\nprint(1)\n"}


def walk_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on the first such element; a person without a mouse has no other way."""
    for _ in range(STOPS):
        if page.evaluate("s => { const e = document.activeElement; return !!e && e.matches(s) }", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{page.url}: the keyboard does not come to {selector}")


def write(page: Page, selector: str, text: str) -> None:
    """Come to a field and write into it."""
    walk_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Come to a button or link and press it."""
    walk_to(page, selector)
    page.keyboard.press(key)


@pytest.fixture
def operator(session_state: Path, reader: Callable[..., Reader]) -> Callable[[str, str], Reader]:
    """The operator in a language and at a size of window."""

    def come(language: str, size: str = "desktop", scheme: str = "light") -> Reader:
        person = reader(language, size, scheme, session_state)
        person.context.add_cookies([{"name": "madang_language", "value": language, "url": person.base}])
        return person

    return come


@pytest.fixture
def conditions(platform: Platform, operator: Callable[..., Reader]) -> Iterator[None]:
    """Conditions of use stand, the operator has accepted them like everybody, and they are gone again afterwards."""
    set_conditions(platform, {"ko": "자료를 남에게 넘기지 않습니다.", "en": "Nothing is passed on."})
    person = operator("ko")
    person.open("/conditions")
    accept(person.page)
    yield
    set_conditions(platform, None)


def accept(page: Page) -> None:
    press(page, "input[name=accepted]", " ")
    press(page, "form[action='/conditions'] button")
    page.wait_for_url(re.compile(r"^(?!.*/conditions)"))


def set_conditions(platform: Platform, text: object) -> None:
    status, settings = platform.call("GET", "/api/v1/admin/settings")
    assert status == 200, settings
    (setting,) = (each for each in settings["items"] if each["name"] == "conditions")
    status, answer = platform.call("PATCH", "/api/v1/admin/settings/conditions", {"value": text, "version": setting["version"]})
    assert status == 200, answer


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_somebody_is_invited_and_comes_in(operator: Callable[..., Reader], reader: Callable[..., Reader], language: str, size: str) -> None:
    inviting = operator(language, size)
    inviting.open("/admin/invitations")
    write(inviting.page, "#note", "a colleague")
    press(inviting.page, "form[action='/admin/invitations'] button")
    link = inviting.page.locator("#secret").inner_text()
    inviting.look()
    inviting.check()

    newcomer = reader(language, size)
    newcomer.open(link[link.index("/invitations/") :])
    newcomer.look()
    name = f"colleague-{language}-{size}"
    for field, text in (("#name", name), ("#display_name", "연구원"), ("#password", PASSWORD), ("#again", PASSWORD)):
        write(newcomer.page, field, text)
    press(newcomer.page, "main form button.first")
    newcomer.page.wait_for_url(re.compile(r"^(?!.*/invitations/)"))
    newcomer.open("/me")
    expect(newcomer.page.locator("main")).to_contain_text(name)
    newcomer.check()
    late = reader(language, size)
    late.open(link[link.index("/invitations/") :])
    expect(late.page.locator("main form[action^='/invitations/']")).to_have_count(0)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_anything_is_found_from_anywhere(operator: Callable[..., Reader], language: str) -> None:
    person = operator(language)
    person.open("/me")
    person.page.keyboard.press("Control+K")
    person.page.keyboard.type("madang")
    expect(person.page.locator("dialog [role=option]").first).to_contain_text("madang")
    person.look()
    person.page.keyboard.press("Escape")
    expect(person.page.locator("dialog[open]")).to_have_count(0)
    person.page.keyboard.press("Control+K")
    person.page.keyboard.press("Control+A")
    person.page.keyboard.type("madang/madang")
    expect(person.page.locator("dialog [role=option]").first).to_contain_text("madang/madang")
    person.page.keyboard.press("ArrowDown")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("madang"))
    person.check()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_facet_is_chosen_and_stands_in_the_address(operator: Callable[..., Reader], language: str) -> None:
    person = operator(language)
    person.open("/assets")
    press(person.page, "input[name=kind][value=software]", " ")
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("kind=software"))
    expect(person.page.locator("main table").last).to_contain_text("madang/madang")
    person.page.reload()
    expect(person.page.locator("input[name=kind][value=software]").first).to_be_checked()
    person.check()


def test_the_catalogue_and_its_search_need_no_script(session_state: Path, reader: Callable[..., Reader]) -> None:
    person = reader(state=session_state, script=False)
    for path in ("/assets?kind=software", "/assets?q=madang", "/search?q=madang"):
        person.open(path)
        expect(person.page.locator("main")).to_contain_text("madang")


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_token_is_made_and_ended_by_its_owner(operator: Callable[..., Reader], language: str, size: str) -> None:
    person = operator(language, size)
    person.open("/me")
    write(person.page, "#note", f"laptop {language} {size}")
    press(person.page, "form[action='/me/tokens'] button.first")
    expect(person.page.locator("#secret")).to_contain_text("mdg_")
    row = f"tr:has-text('laptop {language} {size}')"
    assert person.page.locator(f"{row} button").count() == 1
    person.page.locator(f"{row} button").focus()
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile("done=revoked"))
    expect(person.page.locator(f"{row} button")).to_have_count(0)
    person.look()
    person.check()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_conditions_are_accepted_before_anything_else(
    conditions: None, platform: Platform, reader: Callable[..., Reader], language: str
) -> None:
    name = f"asked-{language}"
    platform.make(name)
    link = platform.make_link(name)
    person = reader(language)
    person.context.add_cookies([{"name": "madang_language", "value": language, "url": person.base}])
    person.open(link[link.index("/link/") :])
    press(person.page, "main form button")
    person.page.wait_for_url(re.compile(r"^(?!.*/link/)"))
    person.open("/me")
    person.page.wait_for_url(re.compile("/conditions"))
    person.look()
    accept(person.page)
    person.open("/me")
    expect(person.page.locator("main")).to_contain_text(name)
    person.check()


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_list_is_previewed_and_registered(operator: Callable[..., Reader], tmp_path: Path, language: str) -> None:
    folders = [repository(tmp_path / f"{language}-many-{number}", FILES | {"n": str(number)}) for number in range(3)]
    rows = [
        "address,name",
        *(f"{folder.as_uri()},{folder.name}" for folder in folders),
        f"{folders[0].as_uri()},{folders[0].name}",
        "ftp://x/y,z",
    ]
    person = operator(language)
    person.open("/register/list")
    person.page.locator("input[type=file]").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": "\n".join(rows).encode("cp949")}
    )
    press(person.page, "main form button.first")
    expect(person.page.locator("main table").first).to_contain_text(folders[1].name)
    person.look()
    press(person.page, "main form button.first")
    expect(person.page.locator("main")).to_contain_text(folders[2].name)
    person.look()
    person.check()
    for _ in range(120):
        if person.page.locator(".facts b").first.inner_text() in ("끝남", "Ended"):
            break
        person.page.wait_for_timeout(1000)
        person.page.reload()
    for folder in folders:
        person.open(f"/assets/software/operator/{folder.name}/versions/1")
        expect(person.page.locator("main")).to_contain_text("MIT")


@pytest.mark.parametrize(("language", "size"), SIZES)
def test_a_host_is_opened_and_the_ledger_tells_and_verifies(operator: Callable[..., Reader], language: str, size: str) -> None:
    person = operator(language, size)
    host = f"git-{language}-{size}.example"
    person.open("/admin/hosts")
    write(person.page, "#host", host)
    write(person.page, "#reason", "the laboratory's own")
    press(person.page, "form[action='/admin/hosts'] button.first")
    expect(person.page.locator("main table").first).to_contain_text(host)
    person.look()
    person.open("/admin/changes")
    expect(person.page.locator("main")).to_contain_text(host)
    person.open("/admin/ledger")
    press(person.page, "form[action='/admin/ledger/checks'] button")
    person.page.wait_for_url(re.compile("/admin/ledger"))
    person.check()


@pytest.mark.parametrize(("language", "size", "scheme"), KINDS)
def test_every_page_of_the_office_is_clean(operator: Callable[..., Reader], language: str, size: str, scheme: str) -> None:
    person = operator(language, size, scheme)
    pages = (
        "/admin", "/admin/jobs", "/admin/storage", "/admin/people", "/admin/people/operator", "/admin/people/lists", "/admin/organisations",
        "/admin/invitations", "/admin/settings", "/admin/hosts", "/admin/changes", "/admin/ledger", "/me", "/me/sign-in", "/me/inbox",
        "/me/inbox/settings", "/register/list", "/search?q=madang", "/people/operator", "/assets?kind=software",
    )  # fmt: skip
    for path in pages:
        person.open(path)
        assert person.page.locator("html").get_attribute("lang") == language, path
        assert person.page.locator("main .figure").all_inner_texts() != ["404"], path
        person.look()
    person.check()
