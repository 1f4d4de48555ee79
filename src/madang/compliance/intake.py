# SPDX-License-Identifier: Apache-2.0
"""What comes in for a version, from a form or as JSON: an address, or an archive that is stored before any row is written."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from ipaddress import ip_network
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from madang import archives, catalog, forges, kit, storage, web
from madang.compliance import news
from madang.compliance.documents import taking
from madang.compliance.errors import NoSource
from madang.compliance.limits import Limits
from madang.compliance.unpacking import unpacked
from madang.kit import _

MAX_UPLOAD = "MADANG_MAX_UPLOAD_BYTES"
AT_ONCE_BYTES, AT_ONCE_FILES = 16_000_000, 2000
"""A smaller archive is opened while its sender waits; unpacked it may have four times as many bytes."""


class Intake:
    """Reads bodies of new versions with what the composition hands in; guard and limits are asked each time, for they change.

    ``check_open`` refuses whoever may not have a file (at a path) of an asset that they see.
    """

    def __init__(
        self,
        store: storage.Store,
        guard: Callable[[], forges.Guard],
        limits: Callable[[], Limits],
        scratch: Path,
        archive_limits: Callable[[], archives.Limits],
        check_open: Callable[[Session, catalog.Asset, kit.Actor, str], None],
    ) -> None:
        self.check_open = check_open
        self.store, self.guard_now, self.limits_now, self.scratch, self.archive_limits_now = store, guard, limits, scratch, archive_limits

    def may_have(self, session: Session, asset: catalog.Asset, viewer: kit.Actor) -> bool:
        """Whether the viewer may have the files of an asset that they see."""
        try:
            self.check_open(session, asset, viewer, "")
        except kit.Refusal:
            return False
        return True

    @property
    def guard(self) -> forges.Guard:
        """Which addresses may be given now."""
        return self.guard_now()

    @property
    def limits(self) -> Limits:
        """How much may be given now."""
        return self.limits_now()

    @property
    def at_once(self) -> archives.Limits:
        """How far an archive is opened while its sender waits."""
        most = self.archive_limits_now()
        return replace(
            most,
            max_archive_bytes=min(most.max_archive_bytes, AT_ONCE_BYTES),
            max_files=min(most.max_files, AT_ONCE_FILES),
            max_total_bytes=min(most.max_total_bytes, 4 * AT_ONCE_BYTES),
        )

    async def read(self, request: Request) -> web.Upload:
        """The body, which came from a page of ours or with a token; a file in it is at most as large as the limit."""
        upload = await web.read_upload(request, limit=self.limits.max_upload_bytes + (1 << 20), setting=MAX_UPLOAD)
        await web.confirm(request)
        return upload

    async def source_of(self, upload: web.Upload, given: Mapping[str, Any]) -> catalog.Source:
        """Where the version comes from. An archive is looked at and stored now: what is no archive is refused at once."""
        address, ref = text_of(given, "git"), text_of(given, "ref")
        if (upload.file is not None) == bool(address):
            raise NoSource(field="git")
        if upload.file is None:
            forges.check_ref(ref) if ref else None
            target = self.guard.parse(address)
            return catalog.Source("git", target.url, ref or None, is_public=is_public(target, self.guard))
        return await run_in_threadpool(self._keep, upload)

    async def document_of(self, upload: web.Upload) -> taking.Preview | None:
        """What a document says that came where an archive might; None where something else came."""
        if upload.file is None:
            return None
        head = upload.file.read(64)
        upload.file.seek(0)
        if not head.lstrip().startswith(taking.STARTS):
            return None
        return await run_in_threadpool(self._preview, upload)

    def _preview(self, upload: web.Upload) -> taking.Preview | None:
        assert upload.file is not None
        with tempfile.NamedTemporaryFile(dir=self.scratch, prefix="upload-") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
            file.flush()
            upload.file.seek(0)
            if not taking.is_document(Path(file.name)):
                return None
            return taking.keep(Path(file.name), shown_name(upload.file_name), self.store)[1]

    def _keep(self, upload: web.Upload) -> catalog.Source:
        assert upload.file is not None
        with tempfile.NamedTemporaryFile(dir=self.scratch, prefix="upload-") as file:
            shutil.copyfileobj(upload.file, file, 1 << 20)
            file.flush()
            if taking.is_document(Path(file.name)):
                return taking.keep(Path(file.name), shown_name(upload.file_name), self.store)[0]
            content = self._content(Path(file.name))
            stored = self.store.put_file(Path(file.name), max_bytes=self.limits.max_upload_bytes)
        return catalog.Source("archive", shown_name(upload.file_name), None, stored.sha256, content=content)

    def _content(self, archive: Path) -> str | None:
        """The tree in a small archive, so that a version is fixed, or refused, at once; None where it is left to the work behind."""
        at_once = self.at_once
        if archive.stat().st_size > at_once.max_archive_bytes:
            return None
        try:
            brought = unpacked(archive, self.store, limits=at_once)
        except archives.LimitExceeded:
            return None
        return None if brought.left_out else brought.tree.id


def is_public(target: forges.Target, guard: forges.Guard) -> bool:
    """Whether the host is surely one of the open world: no folder, no inner address, none that the operator had to allow.

    Where whole ranges are allowed a name can stand for an inner host, which shows only when it is resolved; then none counts as open.
    """
    allowed = [pattern.lower() for pattern in guard.allowed_hosts]
    if target.scheme == "file" or any(_is_range(pattern) for pattern in allowed):
        return False
    return not any(fnmatch(target.host.lower(), pattern) for pattern in allowed)


async def source_for(request: Request, upload: web.Upload, given: Mapping[str, Any]) -> catalog.Source:
    """Where the version comes from. Where its host is shut, the operators are asked whether to open it, and the refusal stands."""
    try:
        return await of(request).source_of(upload, given)
    except forges.InnerAddress as refusal:
        await run_in_threadpool(_want_host, request, str(refusal.values.get("host", "")))
        raise


def _want_host(request: Request, host: str) -> None:
    gate: web.Gate = request.app.state.gate
    with gate.database.writing() as session:
        news.want_host(session, host, by=gate.authenticate(session, request))


def _is_range(pattern: str) -> bool:
    """Whether an allowed host is an address or a range of them, and no name."""
    try:
        ip_network(pattern.strip("[]"), strict=False)
    except ValueError:
        return False
    return True


def shown_name(file_name: str) -> str:
    """The last part of a file name that somebody's browser gave, without what cannot be shown."""
    last = PurePath(file_name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:200] or "archive"


def text_of(given: Mapping[str, Any], name: str) -> str:
    """The text under ``name``, "" when it is missing; refused when it is no text or holds what no text has."""
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise kit.Invalid(_("“%(name)s” must be a text."), field=name, name=name)
    if any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise kit.Invalid(_("“%(name)s” holds characters that cannot stand in it."), field=name, name=name)
    return value.strip()


def check_members(given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Refuse a JSON body with a member that nobody reads: a misspelt one would otherwise be lost silently."""
    for name in given:
        if name not in known:
            raise kit.Invalid(
                _("“%(name)s” is not known here. Known are: %(known)s."), field=name[:80], name=name[:80], known=", ".join(known)
            )


def of(request: Request) -> Intake:
    """The intake that the composition put on the application."""
    intake: Intake = request.app.state.intake
    return intake
