# SPDX-License-Identifier: Apache-2.0
"""Where objects lie when they do not lie in the home: ``s3://bucket/prefix?endpoint=https://…&region=…``."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

KNOWN = ("endpoint", "region")


@dataclass(frozen=True, slots=True)
class Place:
    """A prefix of a bucket, and who asks there. Without a key and secret the environment's usual ones (``AWS_…``) are taken."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: str = ""

    @property
    def shown(self) -> str:
        """The place as an operator recognises it, without who asks."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/") + (f" ({self.endpoint})" if self.endpoint else "")

    def arguments(self) -> dict[str, str]:
        """What the client is made with: only what is given, so that the environment fills the rest."""
        given = {"endpoint": self.endpoint, "region": self.region, "access_key_id": self.key, "secret_access_key": self.secret}
        return {name: value for name, value in given.items() if value}


def place_of(url: str, *, key: str = "", secret: str = "") -> Place:
    """The place that the address names; ``ValueError`` for what is no such address."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    endpoint = urlsplit(given.get("endpoint", "https://s3"))
    if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or ":" in parts.netloc or parts.fragment:
        raise ValueError(url)
    if not given.keys() <= set(KNOWN) or endpoint.scheme not in ("http", "https") or not endpoint.hostname:
        raise ValueError(url)
    return Place(parts.netloc, parts.path.strip("/"), given.get("endpoint", ""), given.get("region", ""), key, secret)
