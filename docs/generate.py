# SPDX-License-Identifier: Apache-2.0
"""Writes the pages of docs/reference that the code itself knows; ``--check`` only says which are behind."""

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from reference_pages import access, api, cli, dependencies, limits, settings

HERE = Path(__file__).parent
PAGES: dict[str, Callable[[], str]] = {
    "reference/access.md": access.page,
    "reference/api.md": api.page,
    "reference/cli.md": cli.page,
    "reference/dependencies.md": dependencies.page,
    "reference/limits.md": limits.page,
    "reference/settings.md": settings.page,
}


def behind() -> list[str]:
    """The pages whose text is not what the code would write now."""
    return [name for name, write in PAGES.items() if not (HERE / name).is_file() or (HERE / name).read_text() != write()]


def main() -> int:
    """Write what is behind, or only name it with ``--check``."""
    names = behind()
    for name in names:
        print(f"docs/{name}")
        if "--check" not in sys.argv:
            (HERE / name).write_text(PAGES[name]())
    return 1 if names and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
