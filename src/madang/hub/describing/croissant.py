# SPDX-License-Identifier: Apache-2.0
"""Croissant 1.1 (MLCommons): a dataset with its files, and the columns of its tables so that programs can read rows. Pure."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from madang.hub.describing import citing
from madang.hub.describing.facts import Column, Creator, Described, File, Records
from madang.hub.describing.words import data_type

CONFORMS = "http://mlcommons.org/croissant/1.1"
_CR = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty", "fileObject", "fileSet",
    "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex",
    "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform",
)  # fmt: skip


def context(language: str) -> dict[str, Any]:
    """The names that the document uses, as the specification writes them."""
    return {
        "@language": language,
        "@vocab": "https://schema.org/",
        **{name: f"cr:{name}" for name in _CR},
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "dct": "http://purl.org/dc/terms/",
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
        "sc": "https://schema.org/",
    }


def write(told: Described) -> dict[str, Any]:
    """The whole document."""
    return {
        "@context": context((told.languages or ["ko"])[0]),
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        **schema(told),
        "citeAs": citing.bibtex(told),
        "isLiveDataset": False,
        "distribution": [_file(each) for each in told.files],
        "recordSet": [_records(each) for each in told.records],
    }


def schema(told: Described) -> dict[str, Any]:
    """What schema.org says of a dataset; a page carries the same."""
    made: dict[str, Any] = {
        "name": told.title,
        "description": told.text,
        "url": told.page,
        "identifier": citing.place(told),
        "version": f"{told.number or 0}.0.0",
        "datePublished": told.published_at.date().isoformat(),
        "dateModified": told.changed_at.date().isoformat(),
        "creator": [_creator(each) for each in told.creators],
        "publisher": {"@type": "sc:Organization", "name": told.publisher},
        "keywords": list(told.keywords),
        "inLanguage": list(told.languages),
        "isAccessibleForFree": told.exposure == "open",
    }
    if told.licences:
        made["license"] = [each.address for each in told.licences] if len(told.licences) > 1 else told.licences[0].address
    elif told.expression:
        made["license"] = told.expression
    based = [each for each in told.made_from if each.startswith("http")]
    return {name: value for name, value in {**made, "isBasedOn": based}.items() if value not in ([], "")}


def in_page(told: Described) -> Markup:
    """What search engines read in the page (schema.org), as JSON in which nothing ends the element that it stands in."""
    kind = "Dataset" if told.kind == "dataset" else "SoftwareSourceCode"
    plain = {name: _unprefixed(value) for name, value in schema(told).items()}
    text = json.dumps({"@context": "https://schema.org/", "@type": kind, **plain}, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").encode("utf-8", "replace").decode())  # noqa: S704  # the one letter that HTML reads is gone


def _unprefixed(value: Any) -> Any:
    if isinstance(value, list):
        return [_unprefixed(each) for each in value]
    if isinstance(value, dict):
        return {name: each.removeprefix("sc:") if isinstance(each, str) else each for name, each in value.items()}
    return value


def _creator(creator: Creator) -> dict[str, Any]:
    made = {"@type": "sc:Organization" if creator.is_organisation else "sc:Person", "name": creator.name}
    if creator.orcid:
        made["url"] = f"https://orcid.org/{creator.orcid}"
    return made


def _id(path: str) -> str:
    return quote(path, errors="replace")


def _file(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": _id(file.path),
        "name": file.path,
        "contentUrl": file.address,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }


def _records(records: Records) -> dict[str, Any]:
    own = f"{_id(records.path)}/rows"
    made: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": own,
        "name": records.path,
        "field": [_field(own, records, each) for each in records.columns],
    }
    if records.rows is not None:
        made["description"] = f"{records.rows} rows"
    return made


def _field(own: str, records: Records, column: Column) -> dict[str, Any]:
    extract = {"jsonPath": f"$[*].'{column.name}'"} if records.form == "JSON" else {"column": column.name}
    return {
        "@type": "cr:Field",
        "@id": f"{own}/{_id(column.name)}",
        "name": column.name,
        "dataType": data_type(column.kind, column.type),
        "source": {"fileObject": {"@id": _id(records.path)}, "extract": extract},
    }


def readable(columns: Sequence[Column]) -> bool:
    """Whether a reader elsewhere can tell the columns apart and name them."""
    names = [each.name for each in columns]
    return bool(names) and len(set(names)) == len(names) and all(name.strip() == name and name and "'" not in name for name in names)
