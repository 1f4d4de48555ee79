# SPDX-License-Identifier: Apache-2.0
"""The first page: what it says of itself, and what of it is drawn anew while work goes on."""

from pathlib import Path
from types import SimpleNamespace

import pytest

import madang
from madang import catalog, kit
from madang.portal.pages import HomePage, RunningRow
from madang.web import Masthead, languages
from madang.web.application import Imprint
from madang.web.templating import environment

ROOMS = [Path(madang.__file__).parent / room / "templates" for room in ("web", "portal")]
RUNNING = RunningRow("01t", "/version", "Tool", "1.0", "scanning", 40, 100, 437.2)


def row(state: str, strip: tuple[catalog.Share, ...] = ()) -> catalog.AssetRow:
    return catalog.AssetRow("software", "lab", "tool", "Tool", "private", state, kit.now(), strip=strip)


def shown(page: HomePage, *, signed_in: bool = True) -> str:
    languages.set_language("en")
    around = {
        "request": SimpleNamespace(method="GET"),
        "lang": "en",
        "theme": "auto",
        "actor": kit.Actor("1", "researcher", kit.Role.MEMBER) if signed_in else kit.anonymous(),
        "csrf": "proof",
        "page_address": "/",
        "version": "1",
        "institute": "",
        "may": lambda _thing, _action: False,
        "waiting": 0,
        "masthead": Masthead(),
        "imprint": Imprint("", "", None),
        "static": lambda path: f"/static/{path}",
    }
    return environment(ROOMS).get_template("portal/home.html").render(page=page, **around)


@pytest.mark.parametrize("signed_in", [True, False])
def test_the_page_says_what_the_place_is(signed_in: bool) -> None:
    text = shown(HomePage((), ()), signed_in=signed_in)
    assert "what is in it, under which licences" in text


def test_bars_are_explained_where_one_is_drawn() -> None:
    assert "each bar is" not in shown(HomePage((("software", 1),), (row("scanning"),)))
    assert "each bar is" in shown(HomePage((("software", 1),), (row("verified", (catalog.Share("permissive", 3),)),)))


def test_what_follows_tasks_is_drawn_anew_and_the_search_is_not() -> None:
    text = shown(HomePage((("software", 1),), (row("scanning"),), (RUNNING,), own=RUNNING))
    before, live = text.split('<div id="yard" data-live>')
    assert 'id="q"' in before
    assert 'id="q"' not in live
    assert "data-progress" not in before
    assert live.count("data-progress=") == 2


def test_more_than_99_seconds_read_as_minutes() -> None:
    assert "7 min 17 s" in shown(HomePage((("software", 1),), (), (RUNNING,)))
