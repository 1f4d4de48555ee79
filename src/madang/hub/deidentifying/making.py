# SPDX-License-Identifier: Apache-2.0
"""From a table and a plan to rows and a report, and from those to a dataset."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from sqlalchemy.orm import Session

from madang import catalog, kit, privacy, provenance, storage, tables
from madang.hub import actions, contents, preparing, queries, rules
from madang.hub.actions import Bytes
from madang.hub.cards import README
from madang.hub.desk import Desk
from madang.hub.errors import NoPeopleTable
from madang.hub.gates.checking import check_open
from madang.hub.models import Commit
from madang.hub.queries import Place
from madang.hub.rules import Change

REPORT = "deidentification.json"
MOST_ROWS, MOST_BYTES = 100_000, 32 << 20
FORMS = ("CSV", "TSV")
REMOVES = ("privacy:personal", "privacy:sensitive")
CARD = """
# {title}

`{source}`의 표 `{path}`에서 사람을 알아볼 수 있는 것을 덜어 낸 자료입니다. 무엇을 어떻게 했고 무엇이 남았는지는 `{report}`에 있습니다.

Made from `{path}` of `{source}`; what was done and what is left to find is in `{report}`.

| | 전 before | 후 after |
| --- | ---: | ---: |
| k | {before[k]} | {after[k]} |
| 행 rows | {before[rows]} | {after[rows]} |
| 홀로 있는 행 rows that stand alone | {before[unique]:.1%} | {after[unique]:.1%} |
| 재식별 위험 최고 found most easily | {before[highest]:.1%} | {after[highest]:.1%} |
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A table at a commit, and the licence that its version declares."""

    place: Place
    commit: Commit
    entry: storage.Entry
    licence: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a plan made of it."""

    table: privacy.Deidentified
    report: dict[str, Any]


def find(session: Session, store: storage.Store, namespace: str, name: str, *, revision: str, path: str, viewer: kit.Actor) -> Source:
    """The table. ``NoPeopleTable`` for a file that is none or is too large here."""
    place = queries.get(session, "dataset", namespace, name, viewer=viewer)
    check_open(session, place.asset, viewer, path)
    commit = queries.get_commit(session, place, revision)
    entry = contents.get_entry(store, commit, path)
    if tables.form_of(entry.path) not in FORMS or entry.size > MOST_BYTES:
        raise NoPeopleTable(path=entry.path[:120], limit=MOST_BYTES >> 20)
    return Source(place, commit, entry, place.asset.declared or "")


def paths_of(entries: Sequence[storage.Entry]) -> list[str]:
    """The files that a plan can be made for."""
    return [each.path for each in entries if each.sha256 and tables.form_of(each.path) in FORMS and each.size <= MOST_BYTES]


def rows_of(store: storage.Store, source: Source) -> tuple[list[str], list[Sequence[str]]]:
    """Header and rows. ``NotATable``, ``NoPeopleTable`` where there are too many."""
    header, rows = privacy.read_table(store.read(source.entry.sha256), tabs=tables.form_of(source.entry.path) == "TSV")
    if len(rows) > MOST_ROWS:
        raise NoPeopleTable(path=source.entry.path[:120], limit=MOST_BYTES >> 20)
    return header, rows


def key_of(desk: Desk, source: Source) -> bytes:
    """The key of this dataset's pseudonyms: the platform's own, so that nobody else ties them, and the same for every table of it."""
    return hmac.digest(desk.key, f"pseudonyms {source.place.repository.id}".encode(), "sha256")


def make(desk: Desk, source: Source, plan: privacy.Plan) -> Made:
    """The rows and the report. Nothing is kept."""
    header, rows = rows_of(desk.store, source)
    made = privacy.deidentify(header, rows, plan, key=key_of(desk, source))
    report = {
        "source": {"dataset": source.place.name, "commit": source.commit.id, "file": source.entry.path, "sha256": source.entry.sha256},
        **privacy.report(made, plan),
    }
    return Made(made, report)


def keep(session: Session, desk: Desk, source: Source, made: Made, *, into: str, evidence: bool, by: kit.Actor) -> Commit:
    """The rows, the report and a card are a commit of the private dataset ``into``, which is made if it is not there. With ``evidence`` the
    report stands at its version as proof that what it is made from holds personal data and this does not."""
    namespace, _slash, name = into.partition("/")
    place = queries.find(session, "dataset", namespace, name, viewer=by)
    if place is None:
        place = actions.create(session, desk.store, kind="dataset", namespace=namespace, name=name, exposure="private", by=by)
    catalog.check_changeable(session, place.asset, by=by)
    head = queries.get_commit(session, place, rules.MAIN)
    files = _files(source, made, has_card=desk.store.find_entry(head.tree, README) is not None)
    sent, changes = dict[str, Bytes](), list[Change]()
    for path, data in files.items():
        kept = desk.store.put_bytes(data)
        sent[kept.sha256] = Bytes(kept.sha256, kept.size, rules.blob_id(data), is_large=False)
        changes.append(Change(rules.check_path(path), storage.Entry(path, storage.Mode.FILE, kept.size, kept.sha256)))
    title = f"De-identify {source.entry.path[:120]} of {source.place.name}"
    prepared = preparing.prepare(desk, head, changes, title=title, sent=sent)
    commit = actions.commit(session, place, rules.MAIN, prepared, by=by)
    if evidence and commit.version_id:
        version = catalog.get_version_by_id(session, commit.version_id)
        digest = hashlib.sha256(files[REPORT]).hexdigest()
        provenance.attach(session, version, removes=REMOVES, issuer=by.name, sha256=digest, note=REPORT, by=by)
    return commit


def _files(source: Source, made: Made, *, has_card: bool) -> dict[str, bytes]:
    path = source.entry.path.rpartition(".")[0] + ".csv"
    report = json.dumps(made.report, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
    files = {path: privacy.write_table(made.table.header, made.table.rows).encode("utf-8", "replace"), REPORT: report}
    if not has_card:
        title = f"{source.place.asset.title or source.place.asset.name} (비식별)"
        matter: dict[str, Any] = {"pretty_name": title, "source_datasets": [f"extended|{source.place.name}"]}
        if source.licence:
            matter["license"] = source.licence if " " not in source.licence else "other"
        card = CARD.format(
            title=title,
            source=source.place.name,
            path=source.entry.path,
            report=REPORT,
            before=made.report["before"],
            after=made.report["after"],
        )
        files[README] = f"---\n{yaml.safe_dump(matter, allow_unicode=True, sort_keys=False)}---\n{card}".encode("utf-8", "replace")
    return files
