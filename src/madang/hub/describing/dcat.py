# SPDX-License-Identifier: Apache-2.0
"""DCAT 3 under the European profile DCAT-AP 3, as JSON-LD. Pure."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from madang.hub.describing import citing
from madang.hub.describing.facts import Described, File, Licence
from madang.hub.describing.words import THREE_LETTERS

AUTHORITY = "http://publications.europa.eu/resource/authority"
MEDIA = "https://www.iana.org/assignments/media-types/"
RIGHTS = {"open": "PUBLIC", "partner": "RESTRICTED", "inner": "NON_PUBLIC", "private": "NON_PUBLIC"}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "hydra": "http://www.w3.org/ns/hydra/core#",
    "prov": "http://www.w3.org/ns/prov#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def catalogue(
    told: Iterable[Described], *, here: str, first: str, next_: str | None, title: str, text: str, publisher: str, total: int
) -> dict[str, Any]:
    """A page of the catalogue. ``here`` is its address, ``first`` the catalogue's own, ``next_`` the next page's; ``total`` counts all."""
    view: dict[str, Any] = {"@id": here, "@type": "hydra:PartialCollectionView", "hydra:first": {"@id": first}}
    if next_:
        view["hydra:next"] = {"@id": next_}
    return {
        "@context": CONTEXT,
        "@id": first,
        "@type": ["dcat:Catalog", "hydra:Collection"],
        "dct:title": title,
        "dct:description": text,
        "dct:publisher": _agent(publisher),
        "hydra:totalItems": {"@value": total, "@type": "xsd:integer"},
        "hydra:view": view,
        "dcat:dataset": [dataset(each) for each in told],
    }


def document(told: Described) -> dict[str, Any]:
    """One dataset, alone."""
    return {"@context": CONTEXT, **dataset(told)}


def dataset(told: Described) -> dict[str, Any]:
    """One dataset with its distributions: each file, or where files are not listed, its page."""
    language = (told.languages or ["ko"])[0]
    made: dict[str, Any] = {
        "@id": told.page,
        "@type": "dcat:Dataset",
        "dct:title": {"@value": told.title, "@language": language},
        "dct:description": {"@value": told.text, "@language": language},
        "dct:identifier": citing.place(told),
        "dct:publisher": _agent(told.publisher),
        "dct:creator": [_agent(each.name, is_organisation=each.is_organisation) for each in told.creators],
        "dct:issued": _moment(told.published_at),
        "dct:modified": _moment(told.changed_at),
        "dct:accessRights": {"@id": f"{AUTHORITY}/access-right/{RIGHTS[told.exposure]}", "@type": "dct:RightsStatement"},
        "dct:language": [
            {"@id": f"{AUTHORITY}/language/{THREE_LETTERS[each]}", "@type": "dct:LinguisticSystem"}
            for each in told.languages
            if each in THREE_LETTERS
        ],
        "dcat:keyword": [{"@value": each, "@language": language} for each in told.keywords],
        "dcat:landingPage": _page(told),
        "dcat:version": told.version,
        "prov:wasDerivedFrom": [{"@id": each} for each in told.made_from if each.startswith("http")],
        "dcat:contactPoint": _contact(told),
        "dcat:distribution": [_distribution(told, each) for each in told.files] or [_whole(told)],
    }
    return {name: value for name, value in made.items() if value != []}


def _page(told: Described) -> dict[str, str]:
    """The page itself, apart from the dataset that has its address."""
    return {"@id": f"{told.page}#card", "@type": "foaf:Document"}


def _contact(told: Described) -> dict[str, Any]:
    """Whom to ask: who publishes it, by mail where the operator gave an address, else by its page."""
    made: dict[str, Any] = {"@type": ["vcard:Kind", "vcard:Organization"], "vcard:fn": told.publisher}
    if "@" in told.contact:
        return {**made, "vcard:hasEmail": {"@id": f"mailto:{quote(told.contact, safe='@')}"}}
    return {**made, "vcard:hasURL": {"@id": told.page}}


def _agent(name: str, *, is_organisation: bool = True) -> dict[str, Any]:
    return {"@type": ["foaf:Agent", "foaf:Organization" if is_organisation else "foaf:Person"], "foaf:name": name}


def _moment(at: datetime) -> dict[str, str]:
    return {"@value": at.isoformat(timespec="seconds").replace("+00:00", "Z"), "@type": "xsd:dateTime"}


def _licence(licence: Licence) -> dict[str, Any]:
    return {"@id": licence.address, "@type": "dct:LicenseDocument", "dct:title": licence.name}


def _terms(told: Described) -> dict[str, Any]:
    """The licence of what is got: DCAT-AP has room for one; several together are said in words."""
    if len(told.licences) == 1:
        return {"dct:license": _licence(told.licences[0])}
    if told.expression:
        return {"dct:rights": {"@type": "dct:RightsStatement", "dct:description": told.expression}}
    return {}


def _distribution(told: Described, file: File) -> dict[str, Any]:
    checksum = {
        "@type": "spdx:Checksum",
        "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
        "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
    }
    return {
        "@id": f"{told.page}#{quote(file.path, errors='replace')}",
        "@type": "dcat:Distribution",
        "dct:title": file.path,
        "dcat:accessURL": {"@id": told.page},
        "dcat:downloadURL": {"@id": file.address},
        "dcat:mediaType": {"@id": MEDIA + file.media_type, "@type": "dct:MediaType"},
        "dcat:byteSize": {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": checksum,
        **_terms(told),
    }


def _whole(told: Described) -> dict[str, Any]:
    return {
        "@id": f"{told.page}#files",
        "@type": "dcat:Distribution",
        "dct:title": told.title,
        "dcat:accessURL": {"@id": told.page},
        "dcat:byteSize": {"@value": str(told.bytes), "@type": "xsd:nonNegativeInteger"},
        **_terms(told),
    }
