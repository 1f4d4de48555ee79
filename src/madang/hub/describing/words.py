# SPDX-License-Identifier: Apache-2.0
"""Words of other vocabularies for ours. Pure."""

import mimetypes

MEDIA_TYPES = {
    ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".json": "application/json", ".jsonl": "application/jsonlines",
    ".ndjson": "application/jsonlines", ".parquet": "application/x-parquet", ".md": "text/markdown", ".txt": "text/plain",
    ".yaml": "application/yaml", ".yml": "application/yaml", ".safetensors": "application/octet-stream", ".xml": "application/xml",
    ".zip": "application/zip", ".tar": "application/x-tar", ".gz": "application/gzip", ".jpg": "image/jpeg", ".jpeg": "image/jpeg",
    ".png": "image/png", ".wav": "audio/wav", ".mp3": "audio/mpeg", ".flac": "audio/flac", ".mp4": "video/mp4", ".pdf": "application/pdf",
    ".html": "text/html",
}  # fmt: skip
"""By the ending: the same on every machine, and as readers of Croissant know them."""
THREE_LETTERS = {
    "ar": "ARA", "bn": "BEN", "cs": "CES", "da": "DAN", "de": "DEU", "el": "ELL", "en": "ENG", "es": "SPA", "fa": "FAS", "fi": "FIN",
    "fr": "FRA", "he": "HEB", "hi": "HIN", "hu": "HUN", "id": "IND", "it": "ITA", "ja": "JPN", "kk": "KAZ", "km": "KHM", "ko": "KOR",
    "lo": "LAO", "mn": "MON", "ms": "MSA", "my": "MYA", "ne": "NEP", "nl": "NLD", "no": "NOR", "pl": "POL", "pt": "POR", "ro": "RON",
    "ru": "RUS", "sv": "SWE", "ta": "TAM", "th": "THA", "tl": "TGL", "tr": "TUR", "uk": "UKR", "ur": "URD", "uz": "UZB", "vi": "VIE",
    "zh": "ZHO",
}  # fmt: skip
"""ISO 639-1 to ISO 639-3, as the language authority that DCAT-AP names writes them."""
SPDX = "https://spdx.org/licenses/"
KOGL = {f"LicenseRef-KOGL-{number}": f"https://www.kogl.or.kr/info/licenseType{number}.do" for number in (1, 2, 3, 4)}


def media_type(path: str) -> str:
    """The media type of a file of that name."""
    ending = "." + path.rpartition("/")[2].rpartition(".")[2].lower()
    return MEDIA_TYPES.get(ending) or mimetypes.types_map.get(ending, "application/octet-stream")


def licence_address(key: str, *, origin: str) -> str:
    """Where a licence is described: at SPDX, at KOGL, or on our own page."""
    if key in KOGL:
        return KOGL[key]
    return f"{origin}/licences/{key}" if key.startswith("LicenseRef-") else f"{SPDX}{key}.html"


def data_type(kind: str, type_: str) -> str:
    """What schema.org calls the values of a column."""
    plain = type_.upper()
    if kind == "number":
        return "sc:Integer" if "INT" in plain else "sc:Float"
    if kind == "yes-no":
        return "sc:Boolean"
    if kind == "time" and plain.startswith("DATE"):
        return "sc:Date"
    if kind == "time" and plain.startswith("TIMESTAMP"):
        return "sc:DateTime"
    return "sc:Text"
