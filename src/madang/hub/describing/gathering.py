# SPDX-License-Identifier: Apache-2.0
"""What is told of a repository, gathered from its rows, its card and what was read of its tables."""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import catalog, institute, kit, licensing, people, storage, tables
from madang.hub import cards, contents, presenting, queries, rules
from madang.hub.describing import croissant, words
from madang.hub.describing.facts import Column, Creator, Described, File, Licence, Records
from madang.hub.gates.checking import why_closed
from madang.hub.models import Commit, Table
from madang.hub.presenting import Seen
from madang.hub.prose import plain_text
from madang.hub.queries import Place

MOST_FILES, MOST_TABLES, MOST_NAMES = 5_000, 50, 50
LONGEST_TEXT = 4_000
HEAD = 64 << 10
LINES = "JSON Lines"
_DOI = re.compile(r"10\.\d{4,9}/[^\s\"<>\\{}|^`]{1,180}")
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]")
_NAME = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_ELSEWHERE = "https://huggingface.co"


def whole(session: Session, store: storage.Store, seen: Seen, *, origin: str, viewer: kit.Actor, with_records: bool = True) -> Described:
    """The repository at a commit with its files and, with ``with_records``, what those of its tables hold that were read."""
    entries = [entry for entry in contents.entries_of(store, seen.commit) if entry.sha256]
    base = f"{origin}{presenting.base_of(seen.place)}/resolve/{seen.commit.id}"
    paths = _most_telling(entries)
    files = [
        File(each.path, each.size, each.sha256, f"{base}/{quote(each.path, errors='replace')}", words.media_type(each.path))
        for each in paths
    ]
    records = list(_records(session, store, paths)) if with_records and seen.place.asset.kind == "dataset" else []
    told = brief(session, store, seen.place, seen.commit, origin=origin, viewer=viewer)
    return replace(told, files=files, more_files=len(entries) - len(files), records=records)


def _most_telling(entries: Sequence[storage.Entry]) -> list[storage.Entry]:
    """As many as are listed: tables first where there are more."""
    if len(entries) <= MOST_FILES:
        return list(entries)
    chosen = sorted(entries, key=lambda each: tables.form_of(each.path) is None)[:MOST_FILES]
    return sorted(chosen, key=lambda each: each.path)


def brief(
    session: Session, store: storage.Store, place: Place, commit: Commit, *, origin: str, viewer: kit.Actor, card: cards.Card | None = None
) -> Described:
    """The same without files and tables, for lists. ``card`` is the commit's where it was read already."""
    asset, card = place.asset, card or contents.card_of(store, commit.tree)
    title = card.title or asset.title or asset.name
    keys = [each for each in licensing.keys(asset.declared) if licensing.is_known(each)] if asset.declared else []
    return Described(
        id=asset.id,
        kind=asset.kind,
        full_name=place.name,
        title=title,
        text=plain_text(card.text, most=LONGEST_TEXT) or title,
        exposure=_exposure(session, asset),
        page=f"{origin}{presenting.base_of(place)}",
        expression=asset.declared or "",
        licences=[Licence(each, licensing.name(each), words.licence_address(each, origin=origin)) for each in keys],
        creators=_creators(session, asset, card),
        publisher=publisher(session, origin),
        contact=institute.current(session).contact,
        published_at=place.repository.made_at,
        changed_at=commit.made_at,
        number=asset.number if commit.version_id else None,
        commit=commit.id,
        bytes=commit.bytes,
        count=commit.files,
        keywords=card.words_of("tags", "task_categories", "pipeline_tag")[:MOST_NAMES],
        languages=[each.lower() for each in card.words_of("language") if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", each)],
        doi=_doi(card),
        made_from=_made_from(session, card, origin, viewer),
    )


def _exposure(session: Session, asset: catalog.Asset) -> str:
    """Who may have it, as catalogues elsewhere are told: what is seen by everybody and given to some is no open data."""
    is_held = asset.exposure == "open" and why_closed(session, asset, kit.anonymous()) is not None
    return "partner" if is_held else asset.exposure


def publisher(session: Session, origin: str) -> str:
    """Whoever runs this platform, by the name that its operator gave."""
    named = institute.current(session).name
    return named.said_in("ko") or origin.partition("://")[2]


def _creators(session: Session, asset: catalog.Asset, card: cards.Card) -> list[Creator]:
    """Those whom the card names, else whose the namespace is. An account stands by the name that is in every address already."""
    given = card.data.get("authors") or card.data.get("creators")
    found = [made for each in (given if isinstance(given, list) else [given])[:MOST_NAMES] if (made := _creator(each))]
    if found:
        return found
    organisation = people.find_organisation(session, asset.namespace)
    return [Creator(organisation.display_name or organisation.name, is_organisation=True)] if organisation else [Creator(asset.namespace)]


def _creator(given: Any) -> Creator | None:
    told = {"name": given} if isinstance(given, str) else given if isinstance(given, dict) else {}
    name, orcid, affiliation = (" ".join(str(told.get(each, "")).split())[:200] for each in ("name", "orcid", "affiliation"))
    found = _ORCID.search(orcid)
    return Creator(name, orcid=found[0] if found else "", affiliation=affiliation) if name else None


def _doi(card: cards.Card) -> str:
    given = card.data.get("doi")
    found = _DOI.search(given) if isinstance(given, str) else None
    return found[0] if found else ""


def _made_from(session: Session, card: cards.Card, origin: str, viewer: kit.Actor) -> list[str]:
    """What the card says it is made of, as addresses: here where the viewer sees it here, else where names of that form are at home."""
    made = []
    for member, kind in (("base_model", "model"), ("datasets", "dataset"), ("source_datasets", "dataset")):
        for word in card.words_of(member)[:MOST_NAMES]:
            name = word.removeprefix("extended|")
            if name.startswith(("http://", "https://")):
                made.append(name)
            elif _NAME.fullmatch(name):
                here = queries.find(session, kind, *name.split("/"), viewer=viewer)
                before = "" if kind == "model" else "/datasets"
                made.append(f"{origin}{presenting.base_of(here)}" if here else f"{_ELSEWHERE}{before}/{name}")
    return list(dict.fromkeys(made))


def _records(session: Session, store: storage.Store, entries: Sequence[storage.Entry]) -> Iterator[Records]:
    wanted = [(entry, form) for entry in entries if (form := tables.form_of(entry.path)) is not None][:MOST_TABLES]
    rows = session.scalars(select(Table).where(Table.sha256.in_([entry.sha256 for entry, _form in wanted]), Table.state == "read"))
    read = {(row.sha256, row.form): row.facts for row in rows}
    for entry, by_name in wanted:
        facts = read.get((entry.sha256, by_name))
        form = LINES if by_name == "JSON" and not entry.path.lower().endswith(".json") else by_name
        told = tables.Facts.of(json.loads(store.read(facts))) if facts else None
        columns = [Column(each.name, each.kind, each.type) for each in told.columns] if told else []
        if told and told.columns_in_all == len(columns) and croissant.readable(columns) and _reads_alike(store, entry, form, told):
            yield Records(entry.path, form, told.rows, columns)


def _reads_alike(store: storage.Store, entry: storage.Entry, form: str, told: tables.Facts) -> bool:
    """Whether readers that know nothing but the form find the columns by the same names: Parquet and lines of JSON say them; text must be
    UTF-8 with a header that is parted as the form says; of whole JSON only a list in which nothing is missing."""
    if form == "Parquet":
        return True
    if told.encoding.upper() not in ("UTF-8", ""):
        return False
    if form == "JSON":
        with store.open(entry.sha256) as file:
            starts = file.read(64).lstrip()[:1] == b"["
        return starts and all(each.missing == 0 for each in told.columns)
    if form not in ("CSV", "TSV"):
        return True
    with store.open(entry.sha256) as file:
        text = file.read(HEAD).decode("utf-8-sig", "replace")
    header = next(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if form == "TSV" else ","), [])
    return header == [each.name for each in told.columns]


def of_list(
    session: Session, store: storage.Store, viewer: kit.Actor, *, kind: str, limit: int, offset: int, origin: str
) -> tuple[list[Described], int]:
    """A page of what the viewer may see, and how many there are."""
    asked = queries.Asked(order="createdAt")
    found = queries.repositories(session, kind, asked, viewer=viewer, limit=limit, offset=offset)
    heads = queries.heads(session, found)
    told = [
        brief(session, store, each, heads[each.repository.id], origin=origin, viewer=viewer)
        for each in found
        if each.repository.id in heads
    ]
    return told, queries.count_repositories(session, kind, asked, viewer=viewer)


def seen_at(session: Session, kind: str, namespace: str, name: str, *, revision: str, viewer: kit.Actor) -> Seen:
    """The repository at a revision."""
    place = queries.get(session, kind, namespace, name, viewer=viewer)
    commit = queries.get_commit(session, place, revision)
    return Seen(place, commit, rules.plain_revision(revision), catalog.changeable(session, place.asset, viewer=viewer))
