# SPDX-License-Identifier: Apache-2.0
"""OAI-PMH 2.0: what harvesters ask and what they are told. Pure: rows come from a ``Shelf``.

A token for what comes next says all by itself where it stands; nothing is kept between two requests.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from madang.hub.describing import citing, datacite
from madang.hub.describing.facts import Described

OAI, DC, OAI_DC = "http://www.openarchives.org/OAI/2.0/", "http://purl.org/dc/elements/1.1/", "http://www.openarchives.org/OAI/2.0/oai_dc/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
OAI_DATACITE = "http://schema.datacite.org/oai/oai-1.1/"
FORMS = {
    "oai_dc": ("http://www.openarchives.org/OAI/2.0/oai_dc.xsd", OAI_DC),
    "oai_datacite": ("http://schema.datacite.org/oai/oai-1.1/oai.xsd", OAI_DATACITE),
}
SETS = {"dataset": "Datasets", "model": "Models"}
PAGE = 100
ARGUMENTS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset({"resumptionToken"})),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set", "resumptionToken"})),
}
"""What each verb needs, and what else it takes."""


class Refused(Exception):
    """An error of the protocol: its code, and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: of a kind ("" for all), changed from and until (both in), behind a place in the order of change and id."""

    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, str] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing as harvesters keep it. ``told`` is None where it is gone."""

    id: str
    kind: str
    changed_at: datetime
    told: Described | None


class Shelf(Protocol):
    """Where records come from. ``limit`` bounds a page; a record that the asker may not see is not there."""

    def find(self, id_: str) -> Entry | None:
        """The record of that id."""

    def list(self, wanted: Wanted, limit: int) -> Sequence[Entry]:
        """Records in the order of their change and id."""

    def earliest(self) -> datetime:
        """No record changed before."""


@dataclass(frozen=True, slots=True)
class House:
    """Who answers: ``base`` is the address of this door, ``host`` stands in identifiers."""

    base: str
    host: str
    name: str
    contact: str


def answer(given: Sequence[tuple[str, str]], shelf: Shelf, house: House, *, now: datetime) -> bytes:
    """The answer to a request, errors of the protocol among them."""
    root = Element("OAI-PMH", {"xmlns": OAI, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{OAI} {OAI}OAI-PMH.xsd"})
    SubElement(root, "responseDate").text = _moment(now)
    request = SubElement(root, "request")
    request.text = house.base
    try:
        verb, asked = _checked(given)
        made = Element(verb)
        _VERBS[verb](made, asked, shelf, house)
    except Refused as refused:
        SubElement(root, "error", {"code": refused.code}).text = datacite.plain(str(refused))
        if refused.code not in ("badVerb", "badArgument"):
            request.attrib.update({name: datacite.plain(value) for name, value in given})
    else:
        request.attrib.update({"verb": verb, **{name: datacite.plain(value) for name, value in asked.items()}})
        root.append(made)
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _checked(given: Sequence[tuple[str, str]]) -> tuple[str, dict[str, str]]:
    verbs = [value for name, value in given if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in ARGUMENTS:
        raise Refused("badVerb", "One verb of OAI-PMH 2.0 is needed.")
    asked: dict[str, str] = {}
    needed, taken = ARGUMENTS[verbs[0]]
    for name, value in given:
        if name == "verb":
            continue
        if name in asked:
            raise Refused("badArgument", f"{name} stands twice.")
        if name not in needed | taken:
            raise Refused("badArgument", f"{verbs[0]} does not take {name[:40]}.")
        asked[name] = value
    if "resumptionToken" in asked:
        if len(asked) > 1:
            raise Refused("badArgument", "A resumptionToken stands alone.")
    elif missing := needed - set(asked):
        raise Refused("badArgument", f"{verbs[0]} needs {', '.join(sorted(missing))}.")
    return verbs[0], asked


def _identify(made: Element, _asked: Mapping[str, str], shelf: Shelf, house: House) -> None:
    told = {
        "repositoryName": house.name, "baseURL": house.base, "protocolVersion": "2.0", "adminEmail": house.contact,
        "earliestDatestamp": _moment(shelf.earliest()), "deletedRecord": "transient", "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }  # fmt: skip
    for name, value in told.items():
        SubElement(made, name).text = datacite.plain(value)


def _formats(made: Element, asked: Mapping[str, str], shelf: Shelf, house: House) -> None:
    if "identifier" in asked:
        _entry(asked["identifier"], shelf, house)
    for prefix, (schema, namespace) in FORMS.items():
        form = SubElement(made, "metadataFormat")
        for name, value in (("metadataPrefix", prefix), ("schema", schema), ("metadataNamespace", namespace)):
            SubElement(form, name).text = value


def _sets(made: Element, asked: Mapping[str, str], _shelf: Shelf, _house: House) -> None:
    if "resumptionToken" in asked:
        raise Refused("badResumptionToken", "All sets are told at once.")
    for spec, name in SETS.items():
        each = SubElement(made, "set")
        SubElement(each, "setSpec").text, SubElement(each, "setName").text = spec, name


def _record(made: Element, asked: Mapping[str, str], shelf: Shelf, house: House) -> None:
    _check_form(asked["metadataPrefix"])
    _write(made, _entry(asked["identifier"], shelf, house), asked["metadataPrefix"], house)


def _identifiers(made: Element, asked: Mapping[str, str], shelf: Shelf, house: House) -> None:
    _list(made, asked, shelf, house, is_whole=False)


def _records(made: Element, asked: Mapping[str, str], shelf: Shelf, house: House) -> None:
    _list(made, asked, shelf, house, is_whole=True)


_VERBS = {
    "Identify": _identify, "ListMetadataFormats": _formats, "ListSets": _sets, "GetRecord": _record, "ListIdentifiers": _identifiers,
    "ListRecords": _records,
}  # fmt: skip


def _list(made: Element, asked: Mapping[str, str], shelf: Shelf, house: House, *, is_whole: bool) -> None:
    token = asked.get("resumptionToken")
    prefix, wanted = _read_token(token) if token is not None else _read_wanted(asked)
    found = shelf.list(wanted, PAGE + 1)
    if not found and token is None:
        raise Refused("noRecordsMatch", "No record answers.")
    for entry in found[:PAGE]:
        if is_whole:
            _write(made, entry, prefix, house)
        else:
            _header(made, entry, house)
    if len(found) > PAGE or token is not None:
        SubElement(made, "resumptionToken").text = _write_token(prefix, wanted, found[PAGE - 1]) if len(found) > PAGE else ""


def _check_form(prefix: str) -> None:
    if prefix not in FORMS:
        raise Refused("cannotDisseminateFormat", f"There are {' and '.join(FORMS)}.")


def _read_wanted(asked: Mapping[str, str]) -> tuple[str, Wanted]:
    _check_form(asked["metadataPrefix"])
    kind = asked.get("set", "")
    if kind and kind not in SETS:
        raise Refused("noRecordsMatch", "There is no such set.")
    since, until = _bound(asked, "from"), _bound(asked, "until")
    if "from" in asked and "until" in asked and len(asked["from"]) != len(asked["until"]):
        raise Refused("badArgument", "from and until are written alike.")
    if since and until and since > until:
        raise Refused("badArgument", "from is later than until.")
    return asked["metadataPrefix"], Wanted(kind, since, until)


def _bound(asked: Mapping[str, str], name: str) -> datetime | None:
    given = asked.get(name)
    if given is None:
        return None
    is_day = len(given) == 10
    try:
        found = datetime.strptime(given, "%Y-%m-%d" if is_day else "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        # All of the last day, or of the last second, is in.
        return found + (timedelta(days=1) if is_day else timedelta(seconds=1)) - timedelta(microseconds=1) if name == "until" else found
    except (ValueError, OverflowError) as fault:
        raise Refused("badArgument", f"{name} is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ.") from fault


def _entry(identifier: str, shelf: Shelf, house: House) -> Entry:
    before, id_ = f"oai:{house.host}:", identifier
    found = shelf.find(id_.removeprefix(before)) if id_.startswith(before) and id_.isascii() and id_.isprintable() else None
    if found is None:
        raise Refused("idDoesNotExist", "There is no such record.")
    return found


def _header(made: Element, entry: Entry, house: House) -> None:
    header = SubElement(made, "header", {"status": "deleted"} if entry.told is None else {})
    SubElement(header, "identifier").text = f"oai:{house.host}:{entry.id}"
    SubElement(header, "datestamp").text = _moment(entry.changed_at)
    SubElement(header, "setSpec").text = entry.kind


def _write(made: Element, entry: Entry, prefix: str, house: House) -> None:
    record = SubElement(made, "record")
    _header(record, entry, house)
    if entry.told is not None:
        SubElement(record, "metadata").append(_dublin_core(entry.told) if prefix == "oai_dc" else _datacite(entry.told, house))


def _dublin_core(told: Described) -> Element:
    root = Element("oai_dc:dc", {"xmlns:oai_dc": OAI_DC, "xmlns:dc": DC, "xsi:schemaLocation": f"{OAI_DC} {FORMS['oai_dc'][0]}"})
    values = [
        ("title", told.title), *(("creator", each.name) for each in told.creators), *(("subject", each) for each in told.keywords),
        ("description", told.text), ("publisher", told.publisher), ("date", told.changed_at.date().isoformat()),
        ("type", "Dataset" if told.kind == "dataset" else "Software"), ("identifier", citing.place(told)),
        *(("identifier", told.page) for _once in range(1) if told.doi), *(("source", each) for each in told.made_from),
        *(("language", each) for each in told.languages), *(("rights", each.address) for each in told.licences),
    ]  # fmt: skip
    for name, value in values:
        SubElement(root, f"dc:{name}").text = datacite.plain(value)
    return root


def _datacite(told: Described, house: House) -> Element:
    root = Element("oai_datacite", {"xmlns": OAI_DATACITE, "xsi:schemaLocation": f"{OAI_DATACITE} {FORMS['oai_datacite'][0]}"})
    SubElement(root, "schemaVersion").text = "4.5"
    SubElement(root, "datacentreSymbol").text = datacite.plain(house.host)
    SubElement(root, "payload").append(datacite.element(told))
    return root


def _write_token(prefix: str, wanted: Wanted, last: Entry) -> str:
    told = {
        "p": prefix, "k": wanted.kind, "s": wanted.since and wanted.since.isoformat(), "u": wanted.until and wanted.until.isoformat(),
        "a": [last.changed_at.isoformat(), last.id],
    }  # fmt: skip
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _read_token(token: str) -> tuple[str, Wanted]:
    try:
        told = json.loads(base64.b64decode(token[:1000].encode(), altchars=b"-_", validate=True))
        since, until = (datetime.fromisoformat(told[each]).astimezone(UTC) if told[each] else None for each in "su")
        at, id_ = told["a"]
        after = (datetime.fromisoformat(at).astimezone(UTC), str(id_).encode().decode().replace("\0", ""))
        if told["p"] not in FORMS or told["k"] not in ("", *SETS):
            raise ValueError("unknown word")
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as fault:
        raise Refused("badResumptionToken", "This token is not one of ours.") from fault
    return told["p"], Wanted(told["k"], since, until, after)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
