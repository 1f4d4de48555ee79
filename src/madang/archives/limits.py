# SPDX-License-Identifier: Apache-2.0
"""How much may be unpacked, and what is told afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from madang.archives.errors import LimitExceeded
from madang.kit import _

Stop = Callable[[], bool]
Progress = Callable[[int, int], None]

_MIB = 1024 * 1024
_GIB = 1024 * _MIB

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "link-out": _("A link that leads out of the repository; it was left out."),
        "submodule": _("Another repository, linked in as a submodule; it was not fetched. Register it by itself."),
        "lfs-pointer": _("A large file that is kept elsewhere (Git LFS); only its pointer is here."),
    }
)

_SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "max_archive_bytes": _("The archive is larger than the limit of %(limit)s bytes. The operator can raise it: setting %(setting)s."),
        "max_files": _("There are more than %(limit)s files, links and folders. The operator can raise the limit: setting %(setting)s."),
        "max_total_bytes": _("Unpacked, this is larger than the limit of %(limit)s bytes. The operator can raise it: setting %(setting)s."),
        "max_file_bytes": _(
            "“%(name)s” is larger than the limit of %(limit)s bytes for a file. The operator can raise it: setting %(setting)s."
        ),
        "max_ratio": _(
            "Unpacked, this grows to more than %(limit)s times its size, as only a trap does. "
            "The operator can raise the limit: setting %(setting)s."
        ),
        "max_depth": _("“%(name)s” lies deeper than the limit of %(limit)s folders. The operator can raise it: setting %(setting)s."),
        "max_name_bytes": _(
            "The name “%(name)s” is longer than the limit of %(limit)s bytes. The operator can raise it: setting %(setting)s."
        ),
    }
)


def setting_name(field: str) -> str:
    """The name of the setting that fills a field of limits, as the operator writes it."""
    return f"MADANG_{field.upper()}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one archive may hold. Sizes are bytes, counted as they come; ``max_files`` counts files, links and folders.

    ``max_ratio`` (unpacked size by packed size) is looked at only when more than ``ratio_floor_bytes`` have come: small things and single
    long lines of text pack far better than any honest whole does.
    """

    max_archive_bytes: int = 2 * _GIB
    max_files: int = 200_000
    max_total_bytes: int = 8 * _GIB
    max_file_bytes: int = 2 * _GIB
    max_ratio: int = 200
    ratio_floor_bytes: int = 256 * _MIB
    max_depth: int = 64
    max_name_bytes: int = 1024

    def exceeded(self, field: str, name: str = "") -> LimitExceeded:
        """The refusal for the limit ``field``, with its value and setting in the sentence."""
        return LimitExceeded(_SENTENCES[field], limit=getattr(self, field), setting=setting_name(field), name=name)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was left out, or is there only in part; ``reason`` is a key of ``REASONS``."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What lies in the new folder: files and links, their bytes, what was left out, and the single top folder's name if there is one."""

    files: int
    bytes: int
    skipped: tuple[Skipped, ...]
    root_name: str | None
