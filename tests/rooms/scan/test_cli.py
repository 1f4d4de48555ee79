# SPDX-License-Identifier: Apache-2.0
"""The command as it is called, in a process of its own where that matters."""

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from madang import scan
from madang.kit import Unavailable
from madang.scan import cli
from madang.scan.cache import local_cache_folder
from madang.scan.pool import PoolFailed
from rooms.scan.conftest import HEADER

Grow = Callable[..., Path]
PROGRAM = [sys.executable, "-W", "error", "-c", "from madang.scan.cli import command; command()()"]

INDEXES = local_cache_folder() / "indexes"


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, report: scan.Report) -> list[Path]:
    """The command without an engine: every scan gives the example report. Collects the roots."""
    roots: list[Path] = []

    def scan_tree(root: Path, **_options: object) -> scan.Report:
        roots.append(root)
        return report

    monkeypatch.setattr(cli, "scan_tree", scan_tree)
    return roots


def call(*arguments: str, opener: cli.Opener = cli.open_path) -> Result:
    return CliRunner().invoke(cli.command(opener), list(arguments))


@pytest.fixture
def indexed(pool: scan.Pool, tmp_path: Path) -> None:
    """The licence index that the tests' pool runs on stands in the command's cache: to make it anew takes ten seconds."""
    del pool
    made = tmp_path / "cache" / "madang" / "indexes"
    made.mkdir(mode=0o700, parents=True)
    for index in INDEXES.glob("licences-*.index"):
        shutil.copy2(index, made / index.name)


@pytest.mark.usefixtures("indexed")
def test_a_folder_is_scanned_for_real(grow: Grow, tmp_path: Path) -> None:
    root = grow({"a.py": HEADER, "b.txt": "nothing"})
    target = tmp_path / "out.json"
    done = subprocess.run(
        [*PROGRAM, str(root), "--format", "scancode-json", "--output", str(target), "--jobs", "1"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    files = json.loads(target.read_text())["files"]
    assert [each["path"] for each in files] == ["tree", "tree/a.py", "tree/b.txt"]
    assert files[1]["detected_license_expression_spdx"] == "BSD-3-Clause"
    assert (tmp_path / "cache" / "madang" / "findings.sqlite").exists()
    assert len(list((tmp_path / "cache" / "madang" / "indexes").glob("licences-*.index"))) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "out.json", "tree"]


def test_a_source_that_is_not_there_is_two_and_nothing_on_standard_output(tmp_path: Path) -> None:
    done = call(str(tmp_path / "missing"))
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "missing" in done.stderr


@pytest.mark.parametrize("arguments", [[], [".", "--format", "xml"], [".", "--jobs", "0"], [".", "--what"]])
def test_wrong_use_is_two(arguments: list[str]) -> None:
    done = call(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""


def test_what_could_not_be_read_is_three_and_named(quick: list[Path], tmp_path: Path) -> None:
    done = call(str(tmp_path))
    assert done.exit_code == 3
    assert "Declared licence" in done.stdout
    assert "Not read: src/\\xff odd\\x1b[31m\\n.txt: Not done after 120 seconds" in done.stderr


def test_the_command_speaks_as_it_is_told(quick: list[Path], tmp_path: Path) -> None:
    told = {cli.NOT_READ: "읽지 못함: %(path)s: %(reason)s", cli.WHY["deadline"]: "늦음.", "%(what)s is wrong.": "%(what)s 틀림."}

    def refuse(_source: str, _folder: Path) -> cli.OpenedSource:
        raise Unavailable("%(what)s is wrong.", what="x")

    done = CliRunner().invoke(cli.command(translate=lambda text: told.get(text, text)), [str(tmp_path)])
    assert done.stderr.startswith("읽지 못함: src/")
    assert done.stderr.endswith(": 늦음.\n")
    refused = CliRunner().invoke(cli.command(refuse, translate=lambda text: told.get(text, text)), ["x"])
    assert refused.stderr == "madang scan: x 틀림.\n"


def test_very_many_unread_files_are_counted(
    quick: list[Path], tmp_path: Path, report: scan.Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = scan.Report.from_json(report.to_json() | {"unread": [report.to_json()["unread"][0]] * 80, "errors": ["The tree broke."]})
    monkeypatch.setattr(cli, "scan_tree", lambda *_arguments, **_options: many)
    done = call(str(tmp_path))
    assert done.stderr.count("Not read:") == 51
    assert "30 more" in done.stderr
    assert "The tree broke." in done.stderr


@pytest.mark.parametrize("form", list(scan.FORMATS))
def test_every_format_goes_to_standard_output(quick: list[Path], tmp_path: Path, form: str) -> None:
    done = call(str(tmp_path), "--format", form)
    assert done.exit_code == 3
    assert "한국연구소" in done.stdout or "LICENSE" in done.stdout


def test_an_opener_is_asked_and_what_it_opened_is_put_away(quick: list[Path], tmp_path: Path) -> None:
    put_away: list[Path] = []

    def opener(source: str, folder: Path) -> cli.OpenedSource:
        assert source == "https://example.org/repo.git"
        (folder / "tree").mkdir()
        return cli.OpenedSource(folder / "tree", "repo", cleanup=lambda: put_away.append(folder))

    assert call("https://example.org/repo.git", opener=opener).exit_code == 3
    assert quick == [put_away[0] / "tree"]
    assert not put_away[0].exists()


@pytest.mark.parametrize("error", [Unavailable("The host does not answer."), OSError("broken")])
def test_a_source_that_cannot_be_opened_is_two(error: Exception) -> None:
    def opener(_source: str, _folder: Path) -> cli.OpenedSource:
        raise error

    done = call("x", opener=opener)
    assert (done.exit_code, done.stdout) == (2, "")
    assert str(error) in done.stderr


def test_an_engine_that_does_not_start_is_seventy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def scan_tree(*_arguments: object, **_options: object) -> scan.Report:
        raise PoolFailed(reason="no memory")

    monkeypatch.setattr(cli, "scan_tree", scan_tree)
    done = call(str(tmp_path))
    assert (done.exit_code, done.stdout) == (70, "")
    assert "no memory" in done.stderr


def test_a_source_that_turns_out_unreadable_is_two(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "pipe").unlink(missing_ok=True)
    os.mkfifo(tmp_path / "pipe")
    done = call(str(tmp_path / "pipe"))
    assert done.exit_code == 2
    assert "neither a folder nor a file" in done.stderr


def test_an_internal_fault_is_not_swallowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def scan_tree(*_arguments: object, **_options: object) -> scan.Report:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "scan_tree", scan_tree)
    assert isinstance(call(str(tmp_path)).exception, ZeroDivisionError)


def test_an_interrupted_scan_says_that_it_goes_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def scan_tree(*_arguments: object, **_options: object) -> scan.Report:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "scan_tree", scan_tree)
    done = call(str(tmp_path))
    assert done.exit_code == 130
    assert "goes on from here" in done.stderr


def test_the_output_is_whole_or_not_there(quick: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "out"
    target.write_text("before")

    def broken(*_arguments: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli, "write", broken)
    done = call(str(tmp_path), "--output", str(target))
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out"]


def test_a_folder_that_is_not_there_takes_no_output(quick: list[Path], tmp_path: Path) -> None:
    done = call(str(tmp_path), "--output", str(tmp_path / "no" / "such" / "file"))
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_a_device_is_written_to_and_stays(quick: list[Path], tmp_path: Path) -> None:
    done = call(str(tmp_path), "--output", "/dev/full")
    assert done.exit_code == 2
    assert "No space left on device" in done.stderr
    assert not Path("/dev/full").is_file()
    assert call(str(tmp_path), "--output", "/dev/null").exit_code == 3


def test_a_link_to_the_output_stays_a_link(quick: list[Path], tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    assert call(str(tmp_path), "--output", str(tmp_path / "link")).exit_code == 3
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text().startswith("tree")


FEED = """
from madang.scan import cli
import json, sys
from madang import scan
from pathlib import Path
report = scan.Report.from_json(json.loads(Path(sys.argv.pop(1)).read_text()))
def scan_tree(*arguments, progress=None, **options):
    if progress:
        progress(scan.Progress("scanning", 5, 10, 1, 2, 0, 12.0, 3.5))
    return report
cli.scan_tree = scan_tree
cli.command()()
"""


def _feed(report: scan.Report, tmp_path: Path) -> list[str]:
    (tmp_path / "report.json").write_text(json.dumps(report.to_json()))
    return [sys.executable, "-W", "error", "-c", FEED, str(tmp_path / "report.json"), str(tmp_path)]


def test_progress_is_shown_where_somebody_looks(report: scan.Report, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(_feed(report, tmp_path), stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert done.returncode == 3
    assert "5 of 10 files, 3.5 a second, about 12 s left" in shown


def test_a_full_disk_behind_standard_output_is_told(report: scan.Report, tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(_feed(report, tmp_path), stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 2
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_is_no_fault(report: scan.Report, tmp_path: Path) -> None:
    many = scan.Report.from_json(report.to_json() | {"files": report.to_json()["files"] * 4000})
    with subprocess.Popen(_feed(many, tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stderr is not None
        program.stdout.read(10)
        program.stdout.close()
        errors = program.stderr.read()
    assert program.returncode == 141
    assert "Traceback" not in errors


MADE = Path(__file__).parent / "documents"


def test_the_findings_of_a_document_are_read_and_no_file_is_looked_at(quick: list[Path]) -> None:
    done = call(str(MADE / "scancode.json"), "--from", "auto")
    assert done.exit_code == 0
    assert "ScanCode JSON: scancode.json, SHA-256" in done.stdout
    assert "Engine              ScanCode 32.5.0; written" in done.stdout
    assert quick == []


def test_what_a_document_holds_and_cannot_be_taken_over_is_three_and_named(tmp_path: Path) -> None:
    odd = {"type": "library", "name": "a", "licenses": [{"license": {"name": "Ours \x1b[2J"}}]}
    (tmp_path / "a.json").write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [odd]}))
    done = call(str(tmp_path / "a.json"), "--from", "cyclonedx")
    assert done.exit_code == 3
    assert "Not read: components[0]: Its licence is written as “Ours \\x1b[2J”" in done.stderr


@pytest.mark.parametrize(
    ("name", "family", "words"),
    [("scancode.json", "spdx", "is ScanCode JSON and not SPDX"), ("missing", "auto", "cannot be read"), (".", "auto", "Is a directory")],
)
def test_a_document_that_is_none_is_two(name: str, family: str, words: str) -> None:
    done = call(str(MADE / name), "--from", family)
    assert (done.exit_code, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_reading_process_that_dies_is_seventy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.scan.documents.apart._PROGRAM", "madang.scan.no_such_module")
    done = call(str(MADE / "scancode.json"), "--from", "auto")
    assert done.exit_code == 70
    assert "No module named" in done.stderr


def test_a_document_without_the_option_is_a_file_and_there_is_a_hint(quick: list[Path]) -> None:
    done = call(str(MADE / "scancode.spdx"))
    assert quick == [MADE / "scancode.spdx"]
    assert "looks like SPDX. It was scanned as a file" in done.stderr
    assert f"madang scan --from spdx {MADE}" in done.stderr
    assert "looks like" not in call(str(MADE.parent / "mit.txt")).stderr


def test_a_document_is_not_looked_at_twice_or_harder(quick: list[Path]) -> None:
    for more in ("--thorough", "--compare"):
        done = call(str(MADE / "scancode.json"), "--from", "auto", more)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "--from goes without" in done.stderr
