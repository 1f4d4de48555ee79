# SPDX-License-Identifier: Apache-2.0
"""DataCite Metadata Schema 4.5, as JSON and as XML. Pure. Nothing is registered: who has a DOI says so in the card."""

from typing import Any
from xml.etree import ElementTree

from madang.hub.describing.facts import Creator, Described

SCHEMA = "http://datacite.org/schema/kernel-4"
GENERAL = {"dataset": "Dataset", "model": "Model"}
ORCID = "https://orcid.org/"


def write(told: Described) -> dict[str, Any]:
    """The record as JSON."""
    made: dict[str, Any] = {
        "schemaVersion": SCHEMA,
        "url": told.page,
        "types": {"resourceTypeGeneral": GENERAL[told.kind], "resourceType": GENERAL[told.kind]},
        "creators": [_creator(each) for each in told.creators],
        "titles": [{"title": told.title}],
        "publisher": {"name": told.publisher},
        "publicationYear": str(told.published_at.year),
        "subjects": [{"subject": each} for each in dict.fromkeys(told.keywords)],
        "dates": [
            {"date": told.published_at.date().isoformat(), "dateType": "Created"},
            {"date": told.changed_at.date().isoformat(), "dateType": "Updated"},
        ],
        "alternateIdentifiers": [{"alternateIdentifier": f"{told.full_name}@{told.commit}", "alternateIdentifierType": "commit"}],
        "relatedIdentifiers": [
            {"relatedIdentifier": each, "relatedIdentifierType": "URL", "relationType": "IsDerivedFrom"}
            for each in told.made_from
            if each.startswith("http")
        ],
        "sizes": [f"{told.count} files", f"{told.bytes} bytes"],
        "formats": sorted({each.media_type for each in told.files})[:50],
        "version": told.version,
        "rightsList": [
            {
                "rights": each.name, "rightsUri": each.address, "rightsIdentifier": each.id, "rightsIdentifierScheme": "SPDX",
                "schemeUri": "https://spdx.org/licenses/",
            }
            for each in told.licences
        ],
        "descriptions": [{"description": told.text, "descriptionType": "Abstract"}],
    }  # fmt: skip
    if told.languages:
        made["language"] = told.languages[0]
    if told.doi:
        made["doi"] = told.doi
    return {name: value for name, value in made.items() if value != []}


def _creator(creator: Creator) -> dict[str, Any]:
    made: dict[str, Any] = {"name": creator.name, "nameType": "Organizational" if creator.is_organisation else "Personal"}
    if creator.orcid:
        made["nameIdentifiers"] = [{"nameIdentifier": ORCID + creator.orcid, "nameIdentifierScheme": "ORCID", "schemeUri": ORCID}]
    if creator.affiliation:
        made["affiliation"] = [{"name": creator.affiliation}]
    return made


def element(told: Described) -> ElementTree.Element:
    """The record as XML, in the order that the schema gives."""
    record = write(told)
    root = ElementTree.Element("resource", {"xmlns": SCHEMA})
    identifier = ("DOI", told.doi) if told.doi else ("URL", told.page)
    _add(root, "identifier", identifier[1], identifierType=identifier[0])
    creators = ElementTree.SubElement(root, "creators")
    for each in record["creators"]:
        creator = ElementTree.SubElement(creators, "creator")
        _add(creator, "creatorName", each["name"], nameType=each["nameType"])
        for name in each.get("nameIdentifiers", ()):
            _add(creator, "nameIdentifier", name["nameIdentifier"], nameIdentifierScheme="ORCID", schemeURI=ORCID)
        for place in each.get("affiliation", ()):
            _add(creator, "affiliation", place["name"])
    _add(ElementTree.SubElement(root, "titles"), "title", told.title)
    _add(root, "publisher", told.publisher)
    _add(root, "publicationYear", record["publicationYear"])
    _add(root, "resourceType", GENERAL[told.kind], resourceTypeGeneral=GENERAL[told.kind])
    _list(root, "subjects", "subject", [(each["subject"], {}) for each in record.get("subjects", ())])
    _list(root, "dates", "date", [(each["date"], {"dateType": each["dateType"]}) for each in record["dates"]])
    if told.languages:
        _add(root, "language", told.languages[0])
    _list(root, "sizes", "size", [(each, {}) for each in record["sizes"]])
    _add(root, "version", told.version)
    rights = [
        (each.name, {"rightsURI": each.address, "rightsIdentifier": each.id, "rightsIdentifierScheme": "SPDX"}) for each in told.licences
    ]
    _list(root, "rightsList", "rights", rights)
    _list(root, "descriptions", "description", [(told.text, {"descriptionType": "Abstract"})])
    return root


def _list(root: ElementTree.Element, name: str, of: str, values: list[tuple[str, dict[str, str]]]) -> None:
    if values:
        made = ElementTree.SubElement(root, name)
        for text, given in values:
            _add(made, of, text, **given)


def _add(root: ElementTree.Element, name: str, text: str, **given: str) -> None:
    ElementTree.SubElement(root, name, given).text = plain(text)


def plain(text: str) -> str:
    """``text`` without what XML cannot hold."""
    return "".join(
        c if c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000" else "\ufffd" for c in text
    )
