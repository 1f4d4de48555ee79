# SPDX-License-Identifier: Apache-2.0
"""A newcomer's first call of a service: from the home page to a real answer in three clicks, without an account; and without script."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

import patience
from journeys.conftest import KINDS, Reader
from platforms import Platform

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("korean-font")]
SERVICE = "/assets/api/madang/korean-language"
CALLS = "/api/v1/services/madang/korean-language/calls"
SEND = {"ko": "보내기", "en": "Send"}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform with the services that come with it, of which the one for Korean has loaded its model."""
    platform = Platform(tmp_path_factory.mktemp("services") / "home", {"MADANG_REFERENCE_SERVICES": "yes"})
    platform.start()
    try:
        platform.token = platform.madang("token", "create", "--role", "operator", "--note", "journeys").strip()
        status, key = platform.call("POST", "/api/v1/keys", {"plan": "development"})
        assert status == 201, key
        platform.token = key["key"]
        patience.wait_until(lambda: platform.call("POST", CALLS, {"text": "가"})[0] == 200, platform.log, pause=1)
        yield platform
    finally:
        platform.stop()


@pytest.mark.parametrize(("language", "size", "scheme"), KINDS)
def test_a_guest_gets_a_real_answer_in_three_clicks(language: str, size: str, scheme: str, reader: Callable[..., Reader]) -> None:
    guest = reader(language, size, scheme)
    guest.open("/")
    page = guest.page
    page.locator('main a[href="/services"]').click()
    expect(page.locator("main h1")).to_contain_text("6")
    guest.look()
    page.locator(f'main a[href="{SERVICE}"]').click()
    page.wait_for_url(f"**{SERVICE}")  # with its script: before that, the form is sent as without one
    page.get_by_role("button", name=SEND[language], exact=True).click()
    expect(page.locator("#result .gloss").first).to_be_visible()
    assert page.url.endswith(SERVICE)  # the answer came into the page that was there
    expect(page.locator("#result")).to_contain_text("NNG")
    guest.look()
    page.locator("label[for=leaf-json]").click()
    expect(page.locator("#answer-json")).to_contain_text('"tag"')
    guest.look()
    guest.check()


def test_without_script_the_answer_comes_on_a_whole_page(reader: Callable[..., Reader]) -> None:
    guest = reader(script=False)
    guest.open(SERVICE)
    guest.page.locator("#trial textarea").first.fill("마당은 넓다.")
    guest.page.get_by_role("button", name=SEND["ko"], exact=True).click()
    expect(guest.page.locator("#result .gloss").first).to_be_visible()
    expect(guest.page.locator("#trial textarea").first).to_have_value("마당은 넓다.")
    guest.check()


def test_a_key_is_there_in_one_click_and_answers(platform: Platform, reader: Callable[..., Reader]) -> None:
    person = reader()
    page = person.page
    person.open(platform.link)
    page.locator("main form button").first.click()
    page.wait_for_url("**/welcome")
    person.open(SERVICE)
    page.locator(f'form[action="{SERVICE}/keys"] button').click()
    secret = page.locator("#secret").inner_text()
    expect(page.locator("#lines-1")).to_contain_text(f"Bearer {secret}")
    person.look()
    platform.token = secret
    patience.wait_until(lambda: platform.call("POST", CALLS, {"text": "가"})[0] == 200, platform.log, pause=0.2)
    page.locator("#trial button.first").click()
    expect(page.locator("#result")).to_contain_text("내 키로 호출했습니다")
    page.goto(f"{person.base}{SERVICE}")
    assert secret not in page.content()
    person.check()


@pytest.mark.parametrize(("language", "size", "scheme"), [("ko", "phone", "dark"), ("en", "desktop", "light")])
def test_production_is_asked_for_and_decided_and_nothing_is_in_the_way_of_anybody(
    platform: Platform, language: str, size: str, scheme: str, reader: Callable[..., Reader]
) -> None:
    person = reader(language, size, scheme)
    page = person.page
    link = platform.madang("link").strip()
    person.open(link[link.index("/link/") :])
    page.locator("main form button").first.click()
    page.wait_for_url(lambda url: "/link/" not in url)
    person.open("/me/usage")
    page.locator('form[action="/me/keys"] button').click()
    person.open("/me/usage")
    page.locator("#wanted").fill("2,000,000")
    page.locator("#purpose").fill("밭에서 쓰는 앱")
    page.locator('form[action="/me/production-requests"] button').click()
    person.look()
    page.locator('section[aria-labelledby="production"] table a').first.click()
    person.look()
    page.locator("#why").fill("다음 달에 다시")
    page.locator('form[action$="/refusal"] button').click()
    expect(page.locator('section[aria-labelledby="history"]')).to_contain_text("다음 달에 다시")
    person.look()
    for path in ("/production-requests", "/invoices", SERVICE):
        person.open(path)
        person.look()
    person.check()
