# SPDX-License-Identifier: Apache-2.0
"""Running git so that it does what we ask and nothing else: no configuration of the machine, no prompt, no hook, no other program.

Every call is an argument list, in a process group of its own that is killed as a whole when its bounds are passed.
"""

import functools
import os
import re
import resource
import shlex
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

from madang import archives
from madang.forges.addresses import Target
from madang.forges.complaints import refusal
from madang.forges.errors import GitMissing, GitTooOld, RepositoryTooLarge
from madang.forges.ssh import ssh_command
from madang.forges.watch import Watch
from madang.kit import Refusal

_NEEDED = (2, 37)
_MEMORY = 6 * 1024**3
_TOLD = 64 * 1024
_OUTPUT = 64 * 1024**2
_PASSED_ON = ("http_proxy", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY", "SSH_AUTH_SOCK")

_CONFIG: Mapping[str, str] = MappingProxyType(
    {
        # Nothing of the repository or the machine runs.
        "core.hooksPath": "/dev/null",
        "core.fsmonitor": "false",
        "core.askPass": "",
        "credential.helper": "",
        "filter.lfs.smudge": "",
        "filter.lfs.process": "",
        "filter.lfs.required": "false",
        "submodule.recurse": "false",
        "fetch.recurseSubmodules": "false",
        "gc.auto": "0",
        "maintenance.auto": "false",
        # The server cannot send us elsewhere.
        "transfer.bundleURI": "false",
        "fetch.uriProtocols": "",
        "http.followRedirects": "false",
        "http.lowSpeedLimit": "100",
        "http.lowSpeedTime": "60",
        # What comes is looked at before it is kept, and kept as one pack. Faults that many honest old repositories have are let pass:
        # they concern history and checkouts, and we take neither.
        "transfer.fsckObjects": "true",
        "fetch.fsck.zeroPaddedFilemode": "ignore",
        "fetch.fsck.badTimezone": "ignore",
        "fetch.fsck.badDate": "ignore",
        "fetch.fsck.missingSpaceBeforeDate": "ignore",
        "fetch.fsck.missingSpaceBeforeEmail": "ignore",
        "fetch.fsck.missingNameBeforeEmail": "ignore",
        "fetch.fsck.missingEmail": "ignore",
        "fetch.fsck.badEmail": "ignore",
        "fetch.fsck.gitmodulesUrl": "ignore",
        "fetch.fsck.gitmodulesParse": "ignore",
        "fetch.fsck.gitmodulesPath": "ignore",
        "fetch.unpackLimit": "1",
        "core.bigFileThreshold": "16m",
        "core.packedGitLimit": "512m",
        "pack.threads": "1",
        "protocol.version": "2",
        # For addresses on this machine, where our own git is the server too.
        "uploadpack.allowFilter": "true",
    }
)


@functools.cache
def check_git() -> str:
    """The version of git on this machine, which is new enough; ``GitMissing`` or ``GitTooOld`` otherwise."""
    try:
        told = subprocess.run(["git", "--version"], capture_output=True, check=True, timeout=30, text=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise GitMissing from error
    version = told.removeprefix("git version ").split()[0]
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < _NEEDED:
        raise GitTooOld(version=version)
    return version


@dataclass(frozen=True, slots=True)
class Git:
    """Git for one fetch. Its work, settings and home lie in ``watch.folder``."""

    watch: Watch
    environment: Mapping[str, str]

    def run(self, *arguments: str, over: Refusal | None = None, most: int = _OUTPUT, asked: str = "") -> str:
        """What git printed; a refusal when it failed or went over a bound. Output of more than ``most`` bytes is refused with ``over``.
        ``asked`` is what git can read."""
        self.watch.check()
        out, told, given = (self.watch.folder / name for name in ("out", "told", "asked"))
        given.write_text(asked, encoding="ascii")
        with given.open("rb") as given_file, out.open("wb+") as out_file, told.open("wb+") as told_file:
            code = self._wait(["git", *arguments], given_file, out_file, told_file)
            if out_file.seek(0, os.SEEK_END) > most:
                raise over or RepositoryTooLarge(limit=most, setting=archives.setting_name("max_fetch_bytes"))
            out_file.seek(0)
            told_file.seek(max(0, told_file.seek(0, os.SEEK_END) - _TOLD))
            if code:
                complaint = told_file.read().decode("utf-8", "replace").replace(os.fspath(self.watch.folder), "")
                raise refusal(complaint, host=self.watch.host)
            return out_file.read().decode("utf-8", "surrogateescape")

    def start_reading(self) -> subprocess.Popen[bytes]:
        """A process of ``git cat-file --batch``: an object's id and a newline go in, its head and bytes come out. The caller ends it."""
        process = subprocess.Popen(
            ["git", "--git-dir", str(self.repository), "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(self.environment),
            cwd=self.watch.folder,
            start_new_session=True,
        )
        _bound_memory(process.pid)
        return process

    @property
    def repository(self) -> Path:
        """Where the bare repository of this fetch lies."""
        return self.watch.folder / "repository"

    def _wait(self, arguments: list[str], given: IO[bytes], out: IO[bytes], told: IO[bytes]) -> int:
        process = subprocess.Popen(
            arguments,
            stdin=given,
            stdout=out,
            stderr=told,
            env=dict(self.environment),
            cwd=self.watch.folder,
            start_new_session=True,
        )
        _bound_memory(process.pid)
        pause = 0.005
        try:
            while True:
                try:
                    return process.wait(timeout=pause)
                except subprocess.TimeoutExpired:
                    self.watch.check_size()
                    pause = min(pause * 2, 0.2)
        finally:
            end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """The process and all that it started are gone."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def set_up(watch: Watch, target: Target, *, home: Path, trusting: bool) -> Git:
    """Git made ready to talk to ``target`` and nobody else. ``home`` holds ssh's ``known_hosts`` and, if there is one, our ``ssh_key``."""
    config = dict(_CONFIG)
    if target.scheme == "file":
        config["safe.directory"] = "*"
    if trusting:
        config["http.followRedirects"] = "initial"
    else:
        config["http.proxy"] = ""
    if target.scheme in ("https", "http") and target.addresses not in ((), (target.host,)):
        pinned = ",".join(f"[{address}]" if ":" in address else address for address in target.addresses)
        config["http.curloptResolve"] = f"{target.host}:{target.port}:{pinned}"
    settings = watch.folder / "gitconfig"
    settings.write_text("".join(_line(key, value) for key, value in config.items()), encoding="utf-8")
    return Git(watch, _environment(watch.folder, settings, target, home=home, trusting=trusting))


def _environment(folder: Path, settings: Path, target: Target, *, home: Path, trusting: bool) -> Mapping[str, str]:
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": "http:https" if target.scheme in ("http", "https") else target.scheme,
        "GIT_SSH_VARIANT": "ssh",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    # Git's own curl does not look at the variable that names an institute's certificates to Python and OpenSSL.
    if certificates := os.environ.get("SSL_CERT_FILE"):
        environment["GIT_SSL_CAINFO"] = certificates
    if target.scheme == "ssh":
        environment["GIT_SSH_COMMAND"] = shlex.join(ssh_command(target, home=home, trusting=trusting))
    if trusting:
        environment |= {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment["HOME"] = os.environ.get("HOME", str(folder))
    return environment


def _line(key: str, value: str) -> str:
    section, *middle, name = key.split(".")
    head = f'[{section} "{".".join(middle)}"]' if middle else f"[{section}]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{head}\n\t{name} = "{escaped}"\n'


def _bound_memory(process_id: int) -> None:
    """A pack of few bytes can ask for any memory; it gets this much. Only Linux lets one bound another process."""
    if hasattr(resource, "prlimit"):
        try:
            resource.prlimit(process_id, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        except (ProcessLookupError, PermissionError):
            return
