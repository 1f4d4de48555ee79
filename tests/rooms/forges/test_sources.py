# SPDX-License-Identifier: Apache-2.0
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from madang import archives, forges
from madang.forges.ssh import ssh_command
from rooms.forges.servers import git, repository, serving

pytestmark = pytest.mark.needs("git")


def test_a_folder_and_a_plain_file_are_read_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project/a.txt").write_text("a")
    folder = forges.open_source(str(tmp_path / "project/."), tmp_path / "work")
    assert (folder.root, folder.name, folder.kind) == (tmp_path / "project", "project", "folder")
    file = forges.open_source(str(tmp_path / "project/a.txt"), tmp_path / "work")
    assert (file.root, file.name, file.kind) == (tmp_path / "project/a.txt", "a.txt", "file")
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("name", ["tool-1.0.tar.gz", "tool-1.0.tgz", "tool-1.0.TGZ", "tool-1.0.bin", "tool-1.0"])
def test_an_archive_is_unpacked_under_its_own_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    with tarfile.open(tmp_path / name, "w:gz") as made:
        made.add(tmp_path / "a", "a")
        made.add(tmp_path / "a", "b")
    stages: list[str] = []
    opened = forges.open_source(str(tmp_path / name), tmp_path / "work", progress=lambda stage, _files, _size: stages.append(stage))
    assert (opened.kind, opened.root.parent) == ("archive", tmp_path / "work")
    assert opened.name == ("tool-1" if name == "tool-1.0" else "tool-1.0")
    assert sorted(path.name for path in opened.root.iterdir()) == ["a", "b"]
    assert set(stages) == {"unpacking"}


def test_a_single_top_folder_is_the_root(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as made:
        made.writestr("tool-1.0/a", "a")
    opened = forges.open_source(str(tmp_path / "download.zip"), tmp_path / "work")
    assert (opened.name, [path.name for path in opened.root.iterdir()]) == ("tool-1.0", ["a"])


def test_a_broken_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(archives.Damaged):
        forges.open_source(str(tmp_path / "a.zip"), tmp_path / "work")


def test_a_repository_is_fetched_also_over_plain_http_with_redirects(tmp_path: Path) -> None:
    place = repository(tmp_path / "served/tool.git")
    with serving(tmp_path / "served") as server:
        opened = forges.open_source(f"{server.url}/tool.git", tmp_path / "work")
    assert (opened.kind, opened.name, opened.ref) == ("git", "tool", "refs/heads/main")
    assert opened.commit == git("rev-parse", "main", folder=place)
    assert (opened.root / "README.md").exists()


def test_a_folder_with_a_ref_is_read_as_it_was_then(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    (place / "README.md").write_text("changed")
    opened = forges.open_source(str(place), tmp_path / "work", ref="v1")
    assert (opened.root / "README.md").read_text() == "# hello\n"
    assert (opened.name, opened.ref) == ("tool", "refs/tags/v1")


@pytest.mark.parametrize("source", ["gone", "./gone", ""])
def test_what_is_neither_here_nor_an_address_is_told(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if source == "":
        assert forges.open_source(source, tmp_path / "work").kind == "folder"
        return
    with pytest.raises(forges.SourceMissing, match="gone"):
        forges.open_source(source, tmp_path / "work")


@pytest.mark.parametrize(
    ("source", "code"), [("ext::sh -c id", "scheme-refused"), ("https://-o/x", "bad-address"), ("ssh://-o/x", "bad-address")]
)
def test_forms_that_hurt_stay_refused_for_everybody(source: str, code: str, tmp_path: Path) -> None:
    with pytest.raises((forges.SchemeRefused, forges.BadAddress)) as caught:
        forges.open_source(source, tmp_path / "work")
    assert caught.value.code == code


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that stands in for ssh: it notes how it was called, and then does what the far side would do."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "ssh"
    program.write_text(
        f"#!{sys.executable}\n"
        "import os, subprocess, sys\n"
        f"open({str(tmp_path / 'environment')!r}, 'w').write('\\n'.join(os.environ))\n"
        f"open({str(tmp_path / 'called')!r}, 'w').write('\\n'.join(sys.argv[1:]))\n"
        f"sys.stderr.write(open({str(tmp_path / 'says')!r}).read()) if os.path.exists({str(tmp_path / 'says')!r}) else None\n"
        f"sys.exit(255) if os.path.exists({str(tmp_path / 'says')!r}) else None\n"
        "sys.exit(subprocess.run(['git', 'upload-pack', sys.argv[-1].split(\"'\")[1]]).returncode)\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{Path(shutil.which('git') or '').parent}:/usr/bin:/bin")
    return tmp_path / "called"


GUARD = forges.Guard(resolve=lambda _host, _port: ("93.184.216.34",))


def test_ssh_goes_to_the_address_that_was_looked_at_and_nowhere_else(ssh: Path, tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    home = tmp_path / "home"
    home.mkdir()
    (home / "ssh_key").touch()
    done = forges.fetch(f"ssh://me@git.example.org:2222{place}", None, tmp_path / "out", guard=GUARD, home=home)
    called = ssh.read_text().split("\n")
    assert done.files == 2
    assert {"HostName=93.184.216.34", "HostKeyAlias=git.example.org", "BatchMode=yes", "StrictHostKeyChecking=accept-new"} <= set(called)
    assert f'UserKnownHostsFile="{home / "known_hosts"}"' in called
    assert f'IdentityFile="{home / "ssh_key"}"' in called
    assert "PubkeyAuthentication=no" not in called
    assert called[called.index("-p") + 1] == "2222"
    assert "me@git.example.org" in called


def test_a_person_at_the_command_line_uses_their_own_ssh(ssh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = repository(tmp_path / "tool")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/nowhere")
    opened = forges.open_source(f"me@git.example.org:{place}", tmp_path / "work")
    assert opened.name == "tool"
    called = ssh.read_text().split("\n")
    assert called[:2] == ["-o", "BatchMode=yes"]
    assert not {"-F", "-i"} & set(called)
    assert not [word for word in called if word.startswith(("HostName", "Identit", "Pubkey", "Preferred"))]
    assert {"HOME", "SSH_AUTH_SOCK"} <= set((tmp_path / "environment").read_text().split("\n"))


def test_without_a_key_of_its_own_the_platform_offers_none(ssh: Path, tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    forges.fetch(f"ssh://git.example.org{place}", None, tmp_path / "out", guard=GUARD, home=tmp_path / "home")
    assert {"IdentityFile=none", "PubkeyAuthentication=no", "IdentitiesOnly=yes", "IdentityAgent=none"} <= set(ssh.read_text().split("\n"))
    assert "SSH_AUTH_SOCK" not in (tmp_path / "environment").read_text()


@pytest.mark.needs("ssh")
@pytest.mark.parametrize("has_key", [True, False])
def test_ssh_itself_understands_it_so(has_key: bool, tmp_path: Path) -> None:
    home = tmp_path / 'a home %d"quoted"'
    home.mkdir()
    if has_key:
        (home / "ssh_key").touch()
    command = ssh_command(GUARD.check("ssh://git.example.org/x"), home=home, trusting=False)
    told = subprocess.run([*command, "-G", "git.example.org"], capture_output=True, check=True, text=True).stdout
    facts: dict[str, list[str]] = {}
    for name, _space, value in (line.partition(" ") for line in told.splitlines()):
        facts.setdefault(name, []).append(value)
    assert facts["identityfile"] == [str(home / "ssh_key").replace("%", "%%") if has_key else "none"]
    assert facts["pubkeyauthentication"] == ["true" if has_key else "false"]
    # It shows this one as it will open it.
    assert facts["userknownhostsfile"] == [str(home / "known_hosts")]
    assert facts["preferredauthentications"] == ["publickey"]


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ("me@h: Permission denied (publickey).", "credentials-needed"),
        ("Host key verification failed.", "host-key-changed"),
        ("ssh: Could not resolve hostname h", "host-unknown"),
        ("ssh: connect to host h port 22: Connection refused", "unreachable"),
        ("ERROR: Repository not found.", "repository-missing"),
        ("No space left on device", "no-space"),
        ("SSL certificate problem: self-signed certificate", "bad-certificate"),
        ("error: something new", "fetch-failed"),
        ("", "fetch-failed"),
    ],
)
def test_what_git_and_ssh_complain_of_is_told_as_what_it_means(says: str, code: str, ssh: Path, tmp_path: Path) -> None:
    (tmp_path / "says").write_text(f"{says}\n")
    with pytest.raises(forges.Unreachable if code in {"unreachable", "fetch-failed"} else Exception) as caught:
        forges.fetch("ssh://h.example/x", None, tmp_path / "out", guard=GUARD, home=tmp_path / "home")
    assert getattr(caught.value, "code", None) == code
    assert str(tmp_path / "home") not in str(caught.value)


def test_git_must_be_there_and_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forges.check_git.cache_clear()
    assert forges.check_git()[0].isdigit()
    forges.check_git.cache_clear()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(forges.GitMissing):
        forges.check_git()
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 2.36.9\n")
    (tmp_path / "git").chmod(0o755)
    with pytest.raises(forges.GitTooOld, match=r"2\.36\.9"):
        forges.check_git()
    forges.check_git.cache_clear()
