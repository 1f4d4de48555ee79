# SPDX-License-Identifier: Apache-2.0
"""Settings are read once, checked, told in a sentence, and an unknown one is an error."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import archives, compliance, forges, gateway, hub, jobs, people, scan, serving, settings, tables, usage, web
from madang.settings import readers

LIMITS = {
    "archives": archives.Limits,
    "compliance": compliance.Limits,
    "forges": forges.Limits,
    "gateway": gateway.Limits,
    "hub": hub.Limits,
    "jobs": jobs.Limits,
    "people": people.Limits,
    "scan": scan.Limits,
    "serving": serving.Limits,
    "tables": tables.Limits,
    "usage": usage.Limits,
    "web": web.Limits,
}
DEFAULTS_OF_THE_MACHINE = {"scan.workers"}


def test_defaults_are_complete(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    chosen = settings.read({})
    assert chosen.home == tmp_path / "madang"
    assert chosen.url == "http://127.0.0.1:8000"
    assert chosen.database_url == f"sqlite:///{tmp_path}/madang/madang.db"
    assert chosen.log_format in ("text", "json")
    assert 1 <= chosen.scan_workers <= 4


def test_a_relative_xdg_folder_counts_as_not_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings.default_home({"XDG_DATA_HOME": "here"}) == tmp_path / ".local/share/madang"


def test_the_environment_sets_and_a_flag_has_the_last_word() -> None:
    environ = {
        "MADANG_PORT": "9000",
        "MADANG_HOST": "::1",
        "MADANG_ALLOWED_HOSTS": " git.example , 10.0.0.0/8,",
        "MADANG_ALLOW_FILE": "Yes",
    }
    chosen = settings.read(environ, port=9001, home=None)
    assert (chosen.port, chosen.url, chosen.allow_file) == (9001, "http://[::1]:9001", True)
    assert chosen.allowed_hosts == ("git.example", "10.0.0.0/8")


def test_listening_everywhere_is_not_an_address_to_print() -> None:
    assert settings.read({"MADANG_HOST": "0.0.0.0"}).url == "http://127.0.0.1:8000"


def test_an_empty_variable_is_not_set_and_others_are_not_ours() -> None:
    assert settings.read({"MADANG_PORT": "", "MAKEFLAGS": "w", "PORT": "1"}).port == 8000


def test_an_unknown_variable_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(settings.UnknownSetting, match=r"no setting MADANG_PROT\. Did you mean MADANG_PORT\?"):
        settings.read({"MADANG_PROT": "9000"})


def test_an_unknown_variable_like_no_other_names_none() -> None:
    with pytest.raises(settings.UnknownSetting, match=r"MADANG_ZZZZ\. `madang settings`"):
        settings.read({"MADANG_ZZZZ": ""} | {"MADANG_ZZZZ": "1"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "eight"),
        ("PORT", "٨"),
        ("LANGUAGE", "fr"),
        ("LOG_LEVEL", "loud"),
        ("ALLOW_FILE", "perhaps"),
        ("MAX_FILES", "-1"),
        ("MAX_UPLOAD_BYTES", "0"),
        ("MAX_UPLOAD_BYTES", "1 parsec"),
        ("URL", "ftp://madang.example"),
        ("URL", "https://madang.example/below"),
        ("URL", "https://user@madang.example"),
        ("URL", "madang.example"),
        ("INSTITUTE", "two\nlines"),
        ("ALLOWED_HOSTS", "a\x00b"),
        ("HOME", "a\nb"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_accepted(name: str, value: str) -> None:
    with pytest.raises(settings.WrongSetting) as refused:
        settings.read({f"MADANG_{name}": value})
    accepted = settings.Settings.__dataclass_fields__[name.lower()].metadata["accepts"].accepted
    assert accepted in str(refused.value)
    assert refused.value.field == name.lower()


@pytest.mark.parametrize(("text", "size"), [("5", 5), ("5B", 5), ("2k", 2048), ("3 MiB", 3 << 20), ("1GB", 1 << 30), ("1t", 1 << 40)])
def test_sizes_may_have_units(text: str, size: int) -> None:
    assert readers.size.read(text) == size


def test_a_refused_value_is_told_in_one_language() -> None:
    with pytest.raises(settings.WrongSetting) as refused:
        settings.read({"MADANG_PORT": "0"})
    told = {"%(least)s to %(most)s": "von %(least)s bis %(most)s", settings.WrongSetting.message: "%(name)s: %(value)s? %(accepted)s."}
    assert refused.value.sentence(lambda text: told[text]) == "MADANG_PORT: 0? von 1 bis 65535."


def test_the_list_speaks_as_it_is_told() -> None:
    rows = {row.variable: row for row in settings.listed(settings.read({}), {}, translate=lambda text: f"«{text}»")}
    assert rows["MADANG_LOG_FORMAT"].default == "«text on a terminal, else json»"
    assert rows["MADANG_LANGUAGE"].default == "ko"
    assert rows["MADANG_PORT"].accepts == "«1 to 65535»"
    assert rows["MADANG_HOST"].sentence.startswith("«The address")


def test_every_setting_says_what_it_does() -> None:
    for each in fields(settings.Settings):
        sentence = each.metadata["help"]
        assert sentence[0].isupper(), each.name
        assert sentence.endswith("."), each.name


def test_a_setting_that_fills_a_limit_has_the_limit_s_own_default() -> None:
    filled = [
        each for each in fields(settings.Settings) if each.metadata["fills"] and each.metadata["fills"] not in DEFAULTS_OF_THE_MACHINE
    ]
    assert len(filled) > 15
    for each in filled:
        room, _, name = each.metadata["fills"].partition(".")
        assert getattr(LIMITS[room](), name) == each.default, each.name


def test_a_room_s_limits_are_filled() -> None:
    chosen = settings.read({"MADANG_MAX_FILES": "7", "MADANG_FETCH_SECONDS": "9", "MADANG_JOBS_AT_ONCE": "3"})
    files = chosen.fill("archives", archives.Limits)
    assert (files.max_files, chosen.fill("forges", forges.Limits, files=files).fetch_seconds) == (7, 9)
    assert chosen.fill("jobs", jobs.Limits) == jobs.Limits(people=3)


@given(
    port=st.integers(1, 65535),
    allow=st.booleans(),
    hosts=st.lists(st.from_regex(r"[a-z0-9./:*-]{1,20}", fullmatch=True), max_size=3),
    institute=st.text(st.characters(categories=["L", "N"]), max_size=20),
)
def test_settings_written_to_an_environment_read_back_the_same(port: int, allow: bool, hosts: list[str], institute: str) -> None:
    first = settings.read({}, port=port, allow_file=allow, allowed_hosts=tuple(hosts), institute=institute)
    assert settings.read(first.environment()) == first


def test_the_list_masks_a_password_and_says_what_is_set() -> None:
    environ = {"MADANG_DATABASE_URL": "postgresql+psycopg://madang:open@sesame@db.example/madang", "MADANG_PORT": "9000"}
    rows = {row.variable: row for row in settings.listed(settings.read(environ), environ)}
    assert rows["MADANG_DATABASE_URL"].value == "postgresql+psycopg://madang:***@db.example/madang"
    assert (rows["MADANG_PORT"].value, rows["MADANG_PORT"].default, rows["MADANG_PORT"].is_set) == ("9000", "8000", True)
    assert not rows["MADANG_HOST"].is_set
    assert len(rows) == len(fields(settings.Settings))


@pytest.mark.parametrize("value", ["nonsense", "mysql://host/name", "sqlite:///", "sqlite://name", "postgresql://", "://x"])
def test_a_database_that_is_none_is_refused_where_it_is_written(value: str) -> None:
    with pytest.raises(settings.WrongSetting) as raised:
        settings.read({"MADANG_DATABASE_URL": value})
    assert "sqlite:////path/of/a/file" in str(raised.value)


@pytest.mark.parametrize("value", ["postgresql://u:p@host/name", "postgres://host/name", "sqlite:////srv/madang.db", "sqlite:///madang.db"])
def test_a_database_that_is_one_is_taken(value: str) -> None:
    assert settings.read({"MADANG_DATABASE_URL": value}).database_url == value


@pytest.mark.parametrize("name", ["DATABASE", "SMTP"])
def test_a_password_in_a_refused_address_is_not_told(name: str) -> None:
    with pytest.raises(settings.WrongSetting) as raised:
        settings.read({f"MADANG_{name}_URL": "mysql://user:hunter2@host/name"})
    assert "hunter2" not in str(raised.value)
    assert "//***@host" in str(raised.value)
