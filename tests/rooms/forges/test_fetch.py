# SPDX-License-Identifier: Apache-2.0
import errno
import io
import os
import ssl
import stat
import subprocess
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from madang import archives, forges
from madang.forges import fetching
from madang.forges import git as asking
from madang.kit import Refusal
from rooms.forges.servers import GitServer, git, repository, saying, serving

pytestmark = pytest.mark.needs("git")
OPEN = forges.Guard(allowed_hosts=("127.0.0.1",), allow_http=True, allow_file=True)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GitServer]:
    with serving(tmp_path / "served") as server:
        yield server


def fetched(address: str, tmp_path: Path, ref: str | None = None, **named: object) -> forges.Fetched:
    named = {"guard": OPEN, "home": tmp_path / "home", **named}
    return forges.fetch(address, ref, tmp_path / "out", **named)  # type: ignore[arg-type]


def refused(address: str, tmp_path: Path, ref: str | None = None, **named: object) -> Refusal:
    """The refusal that fetching gives; nothing of it is left."""
    with pytest.raises(Refusal) as caught:
        fetched(address, tmp_path, ref, **named)
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / "home").glob(".*"))
    return caught.value


@pytest.mark.parametrize("ref", [None, "HEAD", "main", "side", "v1", "light", "refs/heads/main", "refs/tags/v1"])
def test_each_kind_of_ref_is_fetched_over_the_web(ref: str | None, server: GitServer, tmp_path: Path) -> None:
    place = repository(server.root / "lab/tool.git")
    told: list[str] = []
    done = fetched(f"{server.url}/lab/tool.git", tmp_path, ref, progress=lambda stage, _files, _size: told.append(stage))
    assert done.commit == git("rev-parse", "main", folder=place)
    assert done.ref == {None: "refs/heads/main", "HEAD": "refs/heads/main", "main": "refs/heads/main", "side": "refs/heads/side"}.get(
        ref, ref if ref and ref.startswith("refs/") else f"refs/tags/{ref}"
    )
    assert (done.files, done.bytes, done.skipped) == (2, 18, ())
    assert (tmp_path / "out/README.md").read_bytes() == b"# hello\n"
    assert told[-1] == "writing"
    assert list((tmp_path / "home").iterdir()) == []


@pytest.mark.parametrize("ref", [None, "main", "light"])
def test_where_a_branch_stands_is_told_without_fetching(ref: str | None, server: GitServer, tmp_path: Path) -> None:
    place = repository(server.root / "tool")
    commit = git("rev-parse", "main", folder=place)
    assert forges.tip(f"{server.url}/tool", ref, guard=OPEN, home=tmp_path / "home").id == commit
    assert forges.tip(f"{server.url}/tool", commit, guard=OPEN, home=tmp_path / "home").id == commit
    assert list((tmp_path / "home").iterdir()) == []
    with pytest.raises(forges.RefMissing):
        forges.tip(f"{server.url}/tool", "gone", guard=OPEN, home=tmp_path / "home")


def test_a_commit_is_fetched_by_its_id_also_when_no_branch_shows_it(server: GitServer, tmp_path: Path) -> None:
    place = repository(server.root / "tool")
    old = git("rev-parse", "main", folder=place)
    (place / "README.md").write_text("new")
    git("commit", "--quiet", "--all", "--message=two", folder=place)
    assert fetched(f"{server.url}/tool", tmp_path, old).commit == old
    assert (tmp_path / "out/README.md").read_bytes() == b"# hello\n"


def test_a_repository_on_the_disk_is_fetched_when_allowed(tmp_path: Path) -> None:
    place = repository(tmp_path / "my tool")
    (place / "README.md").write_text("not committed")
    assert fetched(str(place), tmp_path).files == 2
    assert (tmp_path / "out/README.md").read_bytes() == b"# hello\n"


def test_a_repository_with_long_ids_is_fetched(tmp_path: Path) -> None:
    place = tmp_path / "tool"
    place.mkdir()
    git("init", "--quiet", "--object-format=sha256", "--initial-branch=main", folder=place)
    (place / "a").write_text("a")
    git("add", "a", folder=place)
    git("commit", "--quiet", "--message=one", folder=place)
    assert len(fetched(str(place), tmp_path).commit) == 64


def test_the_default_branch_is_the_only_one_when_head_names_none(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    git("branch", "--delete", "side", folder=place)
    git("symbolic-ref", "HEAD", "refs/heads/gone", folder=place)
    assert fetched(str(place), tmp_path).ref == "refs/heads/main"
    git("branch", "other", "main", folder=place)
    (tmp_path / "out").rename(tmp_path / "done")
    assert refused(str(place), tmp_path).code == "ref-missing"


def test_a_head_that_names_no_branch_is_fetched_as_it_is(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    git("checkout", "--quiet", "--detach", folder=place)
    assert fetched(str(place), tmp_path).ref == "HEAD"


def test_files_are_laid_down_as_they_are_without_any_program(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    place = repository(
        tmp_path / "tool",
        {
            ".gitattributes": b"* text=auto eol=crlf ident filter=evil\nhidden export-ignore\n",
            "a.txt": b"one\ntwo $Id$\n",
            "hidden": b"x",
            "large.bin": os.urandom(600_000),
            "empty": b"",
            "한글/이름 .txt": b"k",
            os.fsdecode(b"broken-\xff\n"): b"b",
        },
    )
    (place / "run").write_text("x")
    (place / "run").chmod(0o755)
    (place / "in").symlink_to("한글")
    (place / "out").symlink_to("../../etc/passwd")
    git("add", "--all", folder=place)
    git("commit", "--quiet", "--message=two", folder=place)
    git("config", "filter.evil.smudge", f"touch {ran}", folder=place)
    git("config", "uploadpack.packObjectsHook", f"touch {ran}", folder=place)
    for hook in ("post-checkout", "reference-transaction"):
        (place / ".git/hooks" / hook).write_text(f"#!/bin/sh\ntouch {ran}\n")
        (place / ".git/hooks" / hook).chmod(0o755)
    done = fetched(str(place), tmp_path)
    assert done.skipped == (archives.Skipped("out", "link-out"),)
    out = tmp_path / "out"
    assert (out / "a.txt").read_bytes() == b"one\ntwo $Id$\n"
    assert (out / "large.bin").read_bytes() == (place / "large.bin").read_bytes()
    assert {os.fsencode(path.name) for path in out.iterdir()} >= {b"broken-\xff\n", b"hidden", b"empty", b"in"}
    assert (out / "in").is_symlink()
    assert stat.S_IMODE((out / "run").stat().st_mode) & 0o100
    assert not ran.exists()


def test_submodules_and_large_files_elsewhere_are_told_and_not_fetched(tmp_path: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    place = repository(tmp_path / "tool", {"model.bin": pointer, ".gitmodules": b'[submodule "s"]\n\tpath = s\n\turl = ext::x\n'})
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub", folder=place)
    git("commit", "--quiet", "--message=two", folder=place)
    done = fetched(str(place), tmp_path)
    assert {(skipped.path, skipped.reason) for skipped in done.skipped} == {("sub", "submodule"), ("model.bin", "lfs-pointer")}
    assert (tmp_path / "out/model.bin").read_bytes() == pointer
    assert not (tmp_path / "out/sub").exists()


def test_an_empty_repository_is_refused(server: GitServer, tmp_path: Path) -> None:
    (server.root / "empty").mkdir(parents=True)
    git("init", "--quiet", "--bare", folder=server.root / "empty")
    assert refused(f"{server.url}/empty", tmp_path).code == "repository-empty"
    assert refused(f"{server.url}/empty", tmp_path, "main").code == "repository-empty"


def test_a_repository_without_files_is_refused(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    git("rm", "--quiet", "-r", ".", folder=place)
    git("commit", "--quiet", "--allow-empty", "--message=none", folder=place)
    assert refused(str(place), tmp_path).code == "repository-empty"
    git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub", folder=place)
    git("commit", "--quiet", "--message=sub", folder=place)
    assert refused(str(place), tmp_path).code == "repository-empty"


def test_a_repository_that_is_gone_is_refused(server: GitServer, tmp_path: Path) -> None:
    server.root.mkdir()
    assert refused(f"{server.url}/gone", tmp_path).code == "repository-missing"
    assert refused(str(tmp_path / "gone"), tmp_path).code == "repository-missing"
    assert refused(str(server.root), tmp_path).code == "repository-missing"


@pytest.mark.parametrize("ref", ["gone", "refs/heads/gone", "0123abc", "1" * 40])
def test_a_ref_that_is_gone_is_refused(ref: str, tmp_path: Path) -> None:
    refusal = refused(str(repository(tmp_path / "tool")), tmp_path, ref)
    assert refusal.code == "ref-missing"
    assert ref in str(refusal)


BAD_REFS = ["", "-x", "--upload-pack=x", "a..b", "a b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b", ".a", "a/.b"]


@pytest.mark.parametrize("ref", [*BAD_REFS, "a.lock", "a.", "@", "a@{1}", "a\n", "\x7f", "x" * 256, "\u202e"])
def test_what_cannot_be_a_ref_is_refused_before_anything_is_asked(ref: str, tmp_path: Path) -> None:
    assert refused("https://127.0.0.1:1/x", tmp_path, ref).code == "bad-ref"


def test_a_tag_of_something_else_than_a_commit_is_refused(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    blob = git("hash-object", "-w", "README.md", folder=place)
    git("tag", "blob", blob, folder=place)
    assert refused(str(place), tmp_path, "blob").code in {"fetch-failed", "ref-missing", "repository-damaged"}


def answer(server: GitServer, status: int, when: str = "", **headers: str) -> None:
    """The server answers requests whose path holds ``when`` with that status and these headers."""

    def reply(request: BaseHTTPRequestHandler) -> bool:
        if when not in request.path:
            return False
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", "0")
        request.end_headers()
        return True

    server.first = reply


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "credentials-needed"),
        (403, "credentials-needed"),
        (404, "repository-missing"),
        (410, "repository-missing"),
        (200, "not-a-repository"),
    ],
)
def test_what_the_server_says_is_told_as_what_it_means(status: int, code: str, server: GitServer, tmp_path: Path) -> None:
    answer(server, status)
    assert refused(f"{server.url}/x", tmp_path).code == code


@pytest.mark.parametrize(("status", "after", "seconds"), [(503, "120", 120), (429, "soon", 60), (500, "9999999", 86_400)])
def test_a_server_in_trouble_is_to_be_asked_again(status: int, after: str, seconds: int, server: GitServer, tmp_path: Path) -> None:
    answer(server, status, Retry_After=after)
    refusal = refused(f"{server.url}/x", tmp_path)
    assert isinstance(refusal, forges.Unreachable)
    assert (refusal.code, refusal.retry_after) == ("unreachable", seconds)


def test_a_server_that_changes_its_mind_after_the_first_question_is_told_too(server: GitServer, tmp_path: Path) -> None:
    repository(server.root / "tool")
    for status, code in ((401, "credentials-needed"), (404, "repository-missing"), (500, "unreachable"), (302, "not-a-repository")):
        answer(server, status, when="/tool/git-upload-pack", Location="http://127.0.0.1:1/x")
        assert refused(f"{server.url}/tool", tmp_path).code == code


def test_redirects_are_followed_and_git_goes_straight_to_the_end(server: GitServer, tmp_path: Path) -> None:
    repository(server.root / "tool")
    answer(server, 301, when="/old/", Location=f"{server.url}/tool/info/refs?service=git-upload-pack")
    assert fetched(f"{server.url}/old/name", tmp_path).files == 2
    assert len([path for path in server.asked if path.startswith("/old/")]) == 1


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://10.0.0.1/x/info/refs?service=git-upload-pack", "inner-address"),
        ("http://2130706433/x/info/refs?service=git-upload-pack", "inner-address"),
        ("http://localhost/x/info/refs?service=git-upload-pack", "inner-address"),
        ("file:///etc/passwd/info/refs?service=git-upload-pack", "scheme-refused"),
        ("ext::sh/info/refs?service=git-upload-pack", "scheme-refused"),
        ("http://me:pw@127.0.0.1/x/info/refs?service=git-upload-pack", "address-has-credentials"),
        ("/login", "not-a-repository"),
        ("http://[", "not-a-repository"),
        ("http://[::1/info/refs?service=git-upload-pack", "not-a-repository"),
        ("http://h:99999/info/refs?service=git-upload-pack", "bad-address"),
        ("", "not-a-repository"),
        ("/x/info/refs?service=git-upload-pack", "not-a-repository"),
    ],
)
def test_a_redirect_is_guarded_like_an_address(location: str, code: str, server: GitServer, tmp_path: Path) -> None:
    answer(server, 302, Location=location)
    refusal = refused(f"{server.url}/x", tmp_path)
    assert refusal.code == code
    assert len(server.asked) <= 5


def test_a_name_that_leads_elsewhere_the_second_time_does_not_move_the_connection(server: GitServer, tmp_path: Path) -> None:
    repository(server.root / "tool")
    asked = []

    def rebinding(host: str, _port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("169.254.169.254",)

    guard = forges.Guard(allowed_hosts=("127.0.0.0/8",), allow_http=True, resolve=rebinding)
    port = server.server_port
    assert fetched(f"http://git.example.org:{port}/tool", tmp_path, guard=guard).files == 2
    assert asked == ["git.example.org"]
    (tmp_path / "out").rename(tmp_path / "done")
    answer(server, 302, when="/old", Location=f"http://git.example.org:{port}/tool/info/refs?service=git-upload-pack")
    asked.clear()
    assert refused(f"http://git.example.org:{port}/old", tmp_path, guard=guard).code == "inner-address"


def test_nobody_there_is_unreachable(tmp_path: Path) -> None:
    assert refused("http://127.0.0.1:1/x", tmp_path).code == "unreachable"


@pytest.mark.parametrize(
    "reply", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n"]
)
def test_a_server_that_talks_nonsense_is_refused(reply: bytes, tmp_path: Path) -> None:
    with saying(reply) as url:
        assert refused(f"{url}/x", tmp_path).code in {"not-a-repository", "unreachable"}


@pytest.mark.parametrize("body", [b"garbage", b"001e# service=git-upload-pack\n0000ffff", b"000eversion 2\n0000", b""])
def test_a_server_that_begins_well_and_then_talks_nonsense_is_refused(body: bytes, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nConnection: close\r\n\r\n"
    with saying(head + body) as url:
        assert refused(f"{url}/x", tmp_path).code in {"not-a-repository", "repository-empty", "unreachable", "repository-missing"}


def test_an_encrypted_connection_to_a_server_that_has_none_is_unreachable(server: GitServer, tmp_path: Path) -> None:
    server.root.mkdir()
    assert refused(f"https://127.0.0.1:{server.server_port}/x", tmp_path).code == "unreachable"


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n001e#"])
def test_a_server_that_never_ends_is_given_up_at_the_limit(reply: bytes, tmp_path: Path) -> None:
    with saying(reply, then=threading.Event()) as url:
        refusal = refused(f"{url}/x", tmp_path, limits=forges.Limits(fetch_seconds=0.5))
    assert refusal.code == "timed-out"
    assert "MADANG_FETCH_SECONDS" in str(refusal)


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n001e#"])
def test_stopping_ends_it_at_once(reply: bytes, tmp_path: Path) -> None:
    with saying(reply, then=threading.Event()) as url:
        began = time.monotonic()
        with pytest.raises(forges.Stopped):
            fetched(f"{url}/x", tmp_path, stop=lambda: time.monotonic() > began + 0.3)
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "home").iterdir()) == []


def test_stopping_while_files_are_written_leaves_none(tmp_path: Path) -> None:
    stages: list[str] = []
    refusal = refused(
        str(repository(tmp_path / "tool")),
        tmp_path,
        progress=lambda stage, _files, _size: stages.append(stage),
        stop=lambda: "writing" in stages,
    )
    assert refusal.code == "stopped"
    assert stages.count("writing") == 1


def test_a_repository_whose_objects_are_gone_is_refused(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    blob = git("rev-parse", "main:README.md", folder=place)
    (place / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert refused(str(place), tmp_path).code in {"repository-damaged", "not-a-repository", "fetch-failed"}


def test_more_than_the_limit_over_the_wire_is_refused(server: GitServer, tmp_path: Path) -> None:
    repository(server.root / "tool", {"large": os.urandom(3_000_000)})
    release = threading.Event()

    def dripping(request: BaseHTTPRequestHandler) -> bool:
        # Bytes of a pack without end, in the side band where packs come.
        if request.command != "POST" or b"command=fetch" not in (body := request.rfile.read(int(request.headers["Content-Length"]))):
            if request.command == "POST":
                request.rfile = io.BytesIO(body)
            return False
        request.send_response(200)
        request.send_header("Content-Type", "application/x-git-upload-pack-result")
        request.end_headers()
        head = b"PACK\0\0\0\x02\0\0\0\x01" + b"\xbf\xff\xff\xff\x7f"
        packer = zlib.compressobj(0)
        request.wfile.write(b"000dpackfile\n")
        try:
            while not release.is_set():
                piece = head + packer.compress(os.urandom(60_000))
                head = b""
                if piece:
                    for at in range(0, len(piece), 60_000):
                        part = piece[at : at + 60_000]
                        request.wfile.write(b"%04x\x01" % (len(part) + 5) + part)
        except OSError:
            pass
        return True

    server.first = dripping
    refusal = refused(f"{server.url}/tool", tmp_path, limits=forges.Limits(max_fetch_bytes=2_000_000))
    release.set()
    assert refusal.code == "repository-too-large"
    assert "MADANG_MAX_FETCH_BYTES" in str(refusal)


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (archives.Limits(max_files=1), "MADANG_MAX_FILES"),
        (archives.Limits(max_total_bytes=100), "MADANG_MAX_TOTAL_BYTES"),
        (archives.Limits(max_file_bytes=100), "MADANG_MAX_FILE_BYTES"),
        (archives.Limits(max_depth=2), "MADANG_MAX_DEPTH"),
        (archives.Limits(max_name_bytes=4), "MADANG_MAX_NAME_BYTES"),
    ],
)
def test_each_limit_on_files_is_named_in_its_refusal(limits: archives.Limits, setting: str, tmp_path: Path) -> None:
    place = repository(tmp_path / "tool", {"a/b/c": b"x" * 1000, "d": b""})
    refusal = refused(str(place), tmp_path, limits=forges.Limits(files=limits))
    assert refusal.code == "limit-exceeded"
    assert setting in str(refusal)


def test_a_tree_that_git_itself_finds_fault_with_is_refused(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    blob = git("hash-object", "-w", "README.md", folder=place)
    raw = b"100644 ..\0" + bytes.fromhex(blob)
    tree = git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", folder=place, feed=raw)
    commit = git("commit-tree", tree, "-m", "bad", folder=place)
    git("update-ref", "refs/heads/main", commit, folder=place)
    assert refused(str(place), tmp_path).code == "repository-damaged"


def test_a_commit_without_a_real_date_is_fetched(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    tree = git("rev-parse", "main^{tree}", folder=place)
    raw = f"tree {tree}\nauthor a <a@b> 1 +0000\ncommitter a <a@b> 99999999999999999 +0000\n\nx\n".encode()
    commit = git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", folder=place, feed=raw)
    git("update-ref", "refs/heads/main", commit, folder=place)
    assert fetched(str(place), tmp_path).commit == commit


def test_a_listing_longer_than_any_honest_one_is_refused(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool", {f"{number}-{'x' * 200}": b"" for number in range(40)})
    limits = forges.Limits(files=archives.Limits(max_files=10, max_name_bytes=10))
    assert "MADANG_MAX_FILES" in str(refused(str(place), tmp_path, limits=limits))


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise OSError(number, "full")

    place = repository(tmp_path / "tool")
    monkeypatch.setattr(Path, "write_text", full)
    number = errno.ENOSPC
    assert refused(str(place), tmp_path).code == "no-space"
    number = errno.EIO
    with pytest.raises(OSError, match="full"):
        fetched(str(place), tmp_path)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of its own for git.example.org, with its key in the same file."""
    made = tmp_path / "certificate.pem"
    names = ["-subj", "/CN=git.example.org", "-addext", "subjectAltName=DNS:git.example.org"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-keyout", str(tmp_path / "key.pem")]
    subprocess.run(["openssl", "req", "-x509", "-days", "2", *key, *names, "-out", str(made)], check=True, capture_output=True)
    made.write_text(made.read_text() + (tmp_path / "key.pem").read_text())
    return made


@pytest.mark.needs("openssl")
def test_an_encrypted_connection_is_pinned_and_the_server_proves_its_name(
    certificate: Path, server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository(server.root / "tool")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    guard = forges.Guard(allowed_hosts=("127.0.0.0/8",), resolve=lambda _host, _port: ("127.0.0.1",))
    assert refused(f"https://git.example.org:{server.server_port}/tool", tmp_path, guard=guard).code == "bad-certificate"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert refused(f"https://other.example.org:{server.server_port}/tool", tmp_path, guard=guard).code == "bad-certificate"
    assert fetched(f"https://git.example.org:{server.server_port}/tool", tmp_path, guard=guard).files == 2
    (tmp_path / "out").rename(tmp_path / "done")
    answer(server, 302, Location=f"http://git.example.org:{server.server_port}/tool/info/refs?service=git-upload-pack")
    open_guard = forges.Guard(("127.0.0.0/8",), allow_http=True, resolve=lambda _host, _port: ("127.0.0.1",))
    assert refused(f"https://git.example.org:{server.server_port}/tool", tmp_path, guard=open_guard).code == "http-refused"


def test_what_stands_already_is_not_replaced(tmp_path: Path) -> None:
    place = repository(tmp_path / "tool")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine").touch()
    with pytest.raises(archives.AlreadyThere):
        fetched(str(place), tmp_path)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".fetch.0.part/repository").mkdir(parents=True)
    assert forges.sweep(tmp_path, older_than=0) == 1
    assert list(tmp_path.iterdir()) == []


class Taking:
    """Takes files, and says how each came."""

    def __init__(self) -> None:
        self.read: dict[bytes, bytes] = {}
        self.had: dict[bytes, str] = {}
        self.links: dict[bytes, bytes] = {}
        self.is_rest = False

    def file(self, path: bytes, chunks: Iterable[bytes], *, executable: bool) -> None:
        self.read[path] = b"".join(chunks)

    def copy(self, path: bytes, of: bytes) -> int:
        raise AssertionError("Git has no hard links")

    def link(self, path: bytes, target: bytes) -> None:
        self.links[path] = target

    def held(self, path: bytes, sha256: str, size: int, *, executable: bool) -> None:
        self.had[path] = sha256

    def rest(self) -> int:
        self.is_rest = True
        return 99


def taken(source: Path, tmp_path: Path, before: forges.Before | None = None, **named: object) -> tuple[Taking, forges.Fetched]:
    taking = Taking()
    given = {"guard": forges.Guard(allow_file=True), "home": tmp_path / "home", **named}
    return taking, forges.fetch_to(source.as_uri(), None, taking, before=before, **given)  # type: ignore[arg-type]


def holding(held: Mapping[str, forges.Held], listing: str = "", skipped: tuple[archives.Skipped, ...] = ()) -> forges.Before:
    return forges.Before(listing, 4, skipped, lambda: held)


def commit(source: Path) -> None:
    for command in (["add", "-A", "."], ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "More"]):
        subprocess.run(["git", *command], cwd=source, check=True, capture_output=True, timeout=60)


def grown(tmp_path: Path) -> Path:
    source = repository(tmp_path / "grown", {"a.txt": b"one\n", "b/c.txt": b"two\n", "d.txt": b"three\n"})
    (source / "link").symlink_to("a.txt")
    commit(source)
    return source


@pytest.mark.parametrize("filters", [True, False])
def test_contents_that_are_held_are_not_read_whether_or_not_the_server_leaves_them_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filters: bool
) -> None:
    source = grown(tmp_path)
    first, fetched = taken(source, tmp_path)
    assert first.read == {b"a.txt": b"one\n", b"b/c.txt": b"two\n", b"d.txt": b"three\n"}
    assert (first.links, first.had) == ({b"link": b"a.txt"}, {})
    monkeypatch.setattr(asking, "_CONFIG", {**asking._CONFIG, "uploadpack.allowFilter": str(filters).lower()})
    held = {fetched.blobs[name]: forges.Held(f"digest of {name}", 4) for name in ("a.txt", "b/c.txt")}
    again, second = taken(source, tmp_path, holding(held))
    assert again.read == {b"d.txt": b"three\n"}
    assert again.had == {b"a.txt": "digest of a.txt", b"b/c.txt": "digest of b/c.txt"}
    assert (again.links, second.blobs, second.files, second.commit) == (first.links, fetched.blobs, 4, fetched.commit)


def test_where_single_contents_are_refused_everything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = grown(tmp_path)
    _first, fetched = taken(source, tmp_path)

    def refused(*_given: object) -> None:
        raise forges.RefMissing(ref="")

    monkeypatch.setattr(fetching, "_bring_blobs", refused)
    again, _fetched = taken(source, tmp_path, holding({fetched.blobs["a.txt"]: forges.Held("digest", 4)}))
    assert again.read == {b"b/c.txt": b"two\n", b"d.txt": b"three\n"}
    assert again.had == {b"a.txt": "digest"}


def test_what_is_held_counts_against_the_limits_and_a_pointer_is_told(tmp_path: Path) -> None:
    source = grown(tmp_path)
    _first, fetched = taken(source, tmp_path)
    held = {fetched.blobs["a.txt"]: forges.Held("digest", 4, is_pointer=True)}
    assert [(each.path, each.reason) for each in taken(source, tmp_path, holding(held))[1].skipped] == [("a.txt", "lfs-pointer")]
    limits = forges.Limits(files=archives.Limits(max_total_bytes=20))
    with pytest.raises(archives.LimitExceeded):
        taken(source, tmp_path, holding({fetched.blobs["a.txt"]: forges.Held("digest", 40)}), limits=limits)


@pytest.mark.parametrize("filters", [True, False])
def test_where_only_contents_are_otherwise_these_alone_are_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, filters: bool
) -> None:
    source = grown(tmp_path)
    _first, fetched = taken(source, tmp_path)
    left_out = (archives.Skipped("module", "submodule"),)
    before = forges.Before(fetched.listing, 4, left_out, lambda: pytest.fail("nothing else is asked for"))
    (source / "b" / "c.txt").write_text("four\n")
    commit(source)
    monkeypatch.setattr(asking, "_CONFIG", {**asking._CONFIG, "uploadpack.allowFilter": str(filters).lower()})
    taking, again = taken(source, tmp_path, before)
    assert (taking.read, taking.had, taking.links, taking.is_rest) == ({b"b/c.txt": b"four\n"}, {}, {}, True)
    assert (again.files, again.bytes, again.skipped) == (4, 99, left_out)
    assert taken(source, tmp_path)[1].listing == again.listing != fetched.listing
    with pytest.raises(archives.LimitExceeded, match="98"):
        taken(source, tmp_path, before, limits=forges.Limits(files=archives.Limits(max_total_bytes=98)))


@pytest.mark.parametrize("change", ["new", "gone", "moved", "mode", "link", "pointer", "was a pointer", "becomes a pointer", "a link now"])
def test_where_anything_else_is_otherwise_all_files_are_handed_over(tmp_path: Path, change: str) -> None:
    source = grown(tmp_path)
    _first, fetched = taken(source, tmp_path)
    skipped: tuple[archives.Skipped, ...] = ()
    (source / "a.txt").write_text("changed\n")
    if change == "new":
        (source / "e.txt").write_text("new\n")
    elif change == "gone":
        (source / "d.txt").unlink()
    elif change == "moved":
        (source / "d.txt").rename(source / "c.txt")
    elif change == "mode":
        (source / "d.txt").chmod(0o755)
    elif change == "link":
        (source / "link").unlink()
        (source / "link").symlink_to("d.txt")
    elif change == "a link now":
        (source / "d.txt").unlink()
        (source / "d.txt").symlink_to("a.txt")
    elif change == "was a pointer":
        skipped = (archives.Skipped("a.txt", "lfs-pointer"),)
    else:
        (source / "d.txt").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    commit(source)
    whole, told = taken(source, tmp_path)
    taking, again = taken(source, tmp_path, holding({}, fetched.listing, skipped))
    assert (taking.read, taking.links, taking.is_rest, again) == (whole.read, whole.links, False, told)
