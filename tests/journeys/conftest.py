# SPDX-License-Identifier: Apache-2.0
"""One real platform for all browser journeys, and a real browser that notes what goes wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from platforms import Platform

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 180_000
"""Milliseconds: a first scan loads the licence index."""
expect.set_options(timeout=PATIENCE)
EVERY = list(product(("ko", "en"), ("desktop", "phone"), ("light", "dark")))
PAIRS = [("ko", "desktop", "light"), ("ko", "phone", "dark"), ("en", "desktop", "dark"), ("en", "phone", "light")]
KINDS = [pytest.param(*kind, marks=() if kind in PAIRS else pytest.mark.soak) for kind in EVERY]
"""Readers by language, size and light: every two of the three together in four of them, the other four in ``make soak``."""
SIZES = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@dataclass
class Reader:
    """Somebody at a browser. ``faults`` are console errors, requests to another host and what axe finds."""

    platform: Platform
    context: BrowserContext
    page: Page
    faults: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        """The platform's address."""
        return f"http://127.0.0.1:{self.platform.port}"

    def open(self, path: str) -> None:
        """Go to a page of the platform."""
        self.page.goto(self.base + path)

    def look(self) -> None:
        """What axe finds on this page is a fault; so is a page that scrolls sideways."""
        found = Axe().run(self.page).response["violations"]
        self.faults += [f"{self.page.url}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]
        if self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            self.faults.append(f"{self.page.url}: wider than the window")

    def check(self) -> None:
        """Nothing went wrong until now."""
        assert self.faults == []


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform that is up, where file: addresses are allowed."""
    platform = Platform(
        tmp_path_factory.mktemp("yard") / "home", {"MADANG_ALLOW_FILE": "yes", "MADANG_SCAN_WORKERS": "2", "MADANG_REGISTER_ITSELF": "yes"}
    )
    platform.start()
    platform.token = platform.madang("token", "create", "--role", "operator", "--note", "journeys").strip()
    yield platform
    platform.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def session_state(platform: Platform, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The operator, signed in by the link that the terminal printed."""
    context = browser.new_context(locale="ko-KR")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{platform.port}{platform.link}")
    page.locator("main form button").first.click()
    page.wait_for_url("**/welcome")
    state = tmp_path_factory.mktemp("browser") / "state.json"
    context.storage_state(path=state)
    context.close()
    return state


@pytest.fixture
def reader(platform: Platform, browser: Browser) -> Iterator[Callable[..., Reader]]:
    """Readers of every kind: ``reader(language, size, scheme, state)``."""
    contexts: list[BrowserContext] = []

    def make(language: str = "ko", size: str = "desktop", scheme: str = "light", state: Path | None = None, script: bool = True) -> Reader:
        context = browser.new_context(
            locale={"ko": "ko-KR", "en": "en-US"}[language],
            viewport=SIZES[size],  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            storage_state=state,
            java_script_enabled=script,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        made = Reader(platform, context, context.new_page())
        made.page.on("console", lambda message: made.faults.append(f"console: {message.text}") if message.type == "error" else None)
        made.page.on("pageerror", lambda error: made.faults.append(f"script: {error}"))
        made.page.on("request", lambda sent: None if sent.url.startswith((made.base, "data:")) else made.faults.append(f"host: {sent.url}"))
        return made

    yield make
    for context in contexts:
        context.close()
