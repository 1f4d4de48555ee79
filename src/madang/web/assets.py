# SPDX-License-Identifier: Apache-2.0
"""Files of the pages: styles, scripts, fonts. One hash over all of them stands in their address, so a browser may keep them for ever."""

import mimetypes
from functools import cache
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from madang import kit

OWN = Path(__file__).parent / "static"
VENDOR = Path(__file__).parent.parent / "_static"
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


class Assets:
    """The files under ``own`` and, as ``vendor/…``, those that the build copied from packages."""

    def __init__(self, own: Path = OWN, vendor: Path = VENDOR) -> None:
        self.roots = {"": own, "vendor": vendor}
        self.files = {
            f"{prefix}/{file.relative_to(root).as_posix()}".lstrip("/"): file
            for prefix, root in self.roots.items()
            for file in _files(root)
        }
        digest = sha256()
        for name, file in sorted(self.files.items()):
            digest.update(name.encode())
            digest.update(file.read_bytes())
        self.hash = digest.hexdigest()[:12]

    @property
    def is_complete(self) -> bool:
        """Whether the build could fetch what comes from packages; pages work without, with the system's own fonts."""
        return any(name.startswith("vendor/") for name in self.files) and "vendor/MISSING" not in self.files

    def address(self, name: str) -> str:
        """The address of a file, with the hash of the release's files in it."""
        return f"/static/{self.hash}/{name}"

    def route(self) -> Route:
        """The route that serves them."""
        return Route("/static/{hash}/{name:path}", self.show, name="static")

    async def show(self, request: Request) -> Response:
        """One file. Its name is looked up, never joined to a folder, so no name can lead outside."""
        file = self.files.get(request.path_params["name"])
        if file is None:
            raise kit.NotFound()
        fresh = request.path_params["hash"] == self.hash
        return FileResponse(file, headers={"Cache-Control": "public, max-age=31536000, immutable" if fresh else "no-cache"})


@cache
def of_release() -> Assets:
    """The files of this release, read once in a process."""
    return Assets()


def _files(root: Path) -> list[Path]:
    return [file for file in sorted(root.rglob("*")) if file.is_file() and not file.name.startswith(".")]
