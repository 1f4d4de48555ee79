# SPDX-License-Identifier: Apache-2.0
"""A person takes a second factor, and signs in with it in another browser, by keyboard."""

from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import expect

from platforms import Platform

from .conftest import Reader

pytestmark = pytest.mark.needs("chromium")


def follow_link(person: Reader, platform: Platform) -> None:
    """Open a one-time link, which the operator printed, and press its button."""
    person.open(platform.make_link("careful"))
    person.page.locator("main form button").first.click()


@pytest.mark.parametrize(("language", "size", "scheme"), [("ko", "phone", "light"), ("en", "desktop", "dark")])
def test_a_second_factor_is_taken_and_asked_in_another_browser(
    platform: Platform, reader: Callable[..., Reader], language: str, size: str, scheme: str
) -> None:
    if language == "ko":
        platform.make("careful")
    else:
        platform.madang("user", "reset-second-factor", "careful")
    person = reader(language, size, scheme)
    follow_link(person, platform)
    person.open("/me/sign-in")
    person.page.locator('form[action="/me/second-factor"] button').press("Enter")
    expect(person.page.locator("main svg[role=img]")).to_be_visible()
    person.look()
    key = person.page.locator(".field > code").inner_text().replace(" ", "")
    person.page.locator("#code").fill(pyotp.TOTP(key).now())
    person.page.keyboard.press("Enter")
    codes = person.page.locator("#codes .whole")
    expect(codes).to_have_count(10)
    person.look()
    recovery = codes.first.inner_text()
    other = reader(language, size, scheme)
    follow_link(other, platform)
    expect(other.page.locator("#code")).to_be_visible()
    other.look()
    other.page.locator("#code").fill("000000")
    other.page.keyboard.press("Enter")
    expect(other.page.locator("main .fault")).to_be_visible()
    other.look()
    other.page.locator("#code").fill(recovery)
    other.page.keyboard.press("Enter")
    expect(other.page.locator("a.me").first).to_have_text("careful")
    person.check()
    assert [fault for fault in other.faults if "422" not in fault] == []
