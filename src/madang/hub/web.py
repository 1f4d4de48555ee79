# SPDX-License-Identifier: Apache-2.0
"""Pages of datasets and models, at the addresses that clients print."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, web
from madang.hub import contents, presenting, queries, rules
from madang.hub.describing import citing, croissant, gathering
from madang.hub.desk import desk_of, origin_of
from madang.hub.gates import showing as gating
from madang.hub.gates.checking import why_closed
from madang.hub.gates.queries import standing
from madang.hub.headers import showing
from madang.hub.pages import CardPage, CommitPage, FilePage, FilesPage, HistoryPage, ListPage
from madang.hub.presenting import Seen
from madang.hub.prose import rendered
from madang.hub.wire.doors import at_page
from madang.hub.wire.routes import FIRST

ROWS, LISTED, AT_TOP, COMMITS, CHANGES, REFS = 100, 50, 12, 50, 500, 200
SHOWN_BYTES, SHOWN_LINES = 64 << 10, 400
MOST_PAGES = 10_000


def seen_of(request: Request, session: Session, actor: kit.Actor, *, at_main: bool = False) -> tuple[Seen, str]:
    """The repository and the commit that an address names (or the main branch's), and the path behind the revision."""
    kind, (namespace, name, *rest) = at_page(request)
    place = queries.get(session, kind, namespace, name, viewer=actor)
    revision = rest[1] if len(rest) > 1 and not at_main else rules.MAIN
    commit = queries.get_commit(session, place, revision)
    may_change = catalog.changeable(session, place.asset, viewer=actor)
    return Seen(place, commit, rules.plain_revision(revision), may_change, standing(session, place.asset, viewer=actor)), "/".join(
        part for part in rest[2:] if part
    )


def _elsewhere(request: Request, session: Session, actor: kit.Actor) -> str:
    """The page of an asset of that name that nobody pushes to, "" where there is none or it has a repository."""
    kind, (namespace, name) = at_page(request)
    if queries.find(session, kind, namespace, name, viewer=actor) is not None:
        return ""
    asset = catalog.find_asset(session, kind, namespace, name, viewer=actor) if "\0" not in namespace + name else None
    return catalog.asset_address(asset) if asset is not None else ""


def show_card(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What the thing is: its card, what lies at the top, and how to use it. An asset without a repository has its page elsewhere."""
    elsewhere = _elsewhere(request, session, actor)
    if elsewhere:
        return web.see_other(elsewhere)
    seen, _path = seen_of(request, session, actor)
    store = desk_of(request).store
    card = contents.card_of(store, seen.commit.tree)
    items = contents.listed(contents.entries_of(store, seen.commit))
    head = presenting.head_of(seen)
    told = gathering.brief(session, store, seen.place, seen.commit, origin=origin_of(request), viewer=actor, card=card)
    page = CardPage(
        head=head,
        card=rendered(card.text, base=head.base),
        fault=card.fault,
        facts=presenting.facts_of(card),
        rows=tuple(presenting.row_of(head, item) for item in presenting.folders_first(items)[:AT_TOP]),
        more=max(0, len(items) - AT_TOP),
        lines=presenting.lines_of(seen, origin_of(request)),
        cite=citing.line(told),
        bibtex=citing.bibtex(told),
        data=croissant.in_page(told),
        rooms=tuple(queries.rooms(session, seen.place, desk_of(request).limits())) if seen.may_change else (),
    )
    return web.render(request, "hub/card.html", page)


def list_files(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One folder of a revision."""
    seen, folder = seen_of(request, session, actor)
    items = contents.listed(contents.entries_of(desk_of(request).store, seen.commit, folder), folder)
    head, place = presenting.head_of(seen), web.place_of(request, MOST_PAGES)
    shown = presenting.folders_first(items)[(place - 1) * ROWS : place * ROWS]
    page = FilesPage(
        head=head,
        folder=folder,
        crumbs=presenting.crumbs_of(head, folder),
        rows=tuple(presenting.row_of(head, item) for item in shown),
        total=len(items),
        first=(place - 1) * ROWS + 1,
        previous=web.page_address(request, place - 1) if place > 1 else None,
        next=web.page_address(request, place + 1) if place * ROWS < len(items) else None,
    )
    return web.render(request, "hub/files.html", page)


def show_file(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One file: its first lines where it is text, and where to get it."""
    seen, path = seen_of(request, session, actor)
    store, head = desk_of(request).store, presenting.head_of(seen)
    entry = contents.get_entry(store, seen.commit, path)
    refusal = why_closed(session, seen.place.asset, actor, path)
    if refusal is not None:
        return gating.page(request, session, seen, actor, refused=refusal)
    with store.open(entry.sha256) as file:
        data = file.read(SHOWN_BYTES)
    lines = presenting.text_lines(data, is_whole=entry.size <= SHOWN_BYTES)
    page = FilePage(
        head=head, path=path, folder=path.rpartition("/")[0], size=entry.size, sha256=entry.sha256,
        download=presenting.download_of(head, path), lines=tuple(lines[:SHOWN_LINES]) if lines is not None else None,
        is_whole=lines is not None and entry.size <= SHOWN_BYTES and len(lines) <= SHOWN_LINES,
        preview=presenting.preview_of(head, path),
        header=showing.view(store, path, entry.sha256, entry.size, json=presenting.header_of(head, path)),
    )  # fmt: skip
    return web.render(request, "hub/file.html", page)


def list_commits(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The history of a revision, and the branches and tags that there are."""
    seen, _path = seen_of(request, session, actor)
    head, place = presenting.head_of(seen), web.place_of(request, MOST_PAGES // 100)
    found = queries.history(session, seen.commit, limit=COMMITS + 1, offset=(place - 1) * COMMITS)
    refs = queries.refs(session, seen.place)
    page = HistoryPage(
        head=head,
        commits=tuple(presenting.commit_row(head, each, refs) for each in found[:COMMITS]),
        refs=tuple(presenting.ref_row(head, ref) for ref in refs[:REFS]),
        previous=web.page_address(request, place - 1) if place > 1 else None,
        next=web.page_address(request, place + 1) if len(found) > COMMITS else None,
    )
    return web.render(request, "hub/history.html", page)


def show_commit(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One commit and what it changed."""
    seen, _path = seen_of(request, session, actor)
    head, commit, store = presenting.head_of(seen), seen.commit, desk_of(request).store
    parent = queries.get_commit(session, seen.place, commit.parent_id) if commit.parent_id else None
    before = contents.entries_of(store, parent) if parent else ()
    changes = presenting.changes_of(head, before, contents.entries_of(store, commit))
    page = CommitPage(
        head=head,
        commit=presenting.commit_row(head, commit, queries.refs(session, seen.place)),
        message=commit.message,
        parent=parent.id if parent else "",
        parent_address=f"{head.base}/commit/{parent.id}" if parent else "",
        changes=tuple(changes[:CHANGES]),
        more=max(0, len(changes) - CHANGES),
    )
    return web.render(request, "hub/commit.html", page)


def list_datasets(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The datasets that the viewer may see."""
    return _list(request, session, actor, "dataset")


def list_models(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The models that the viewer may see."""
    return _list(request, session, actor, "model")


def _list(request: Request, session: Session, actor: kit.Actor, kind: str) -> Response:
    q, tag, place = request.query_params.get("q", "")[:200], request.query_params.get("tag", "")[:200], web.place_of(request, MOST_PAGES)
    asked = queries.Asked(q.split()[:10], "", [tag] if tag else [])
    found = queries.repositories(session, kind, asked, viewer=actor, limit=LISTED, offset=(place - 1) * LISTED)
    total = queries.count_repositories(session, kind, asked, viewer=actor)
    heads, words = queries.heads(session, found), queries.tags(session, found)
    page = ListPage(
        kind=kind,
        rows=tuple(presenting.list_row(each, heads.get(each.repository.id), words[each.repository.id]) for each in found),
        total=total,
        first=(place - 1) * LISTED + 1,
        q=q,
        tag=tag,
        lines=presenting.first_lines(kind, actor.name or "lab", origin_of(request)),
        previous=web.page_address(request, place - 1) if place > 1 else None,
        next=web.page_address(request, place + 1) if place * LISTED < total else None,
    )
    return web.render(request, "hub/list.html", page)


routes = [
    web.page("/datasets", list_datasets),
    web.page("/models", list_models),
    *(
        web.page(f"{base}{path}", door)
        for base in FIRST.values()
        for path, door in (
            ("", show_card),
            ("/tree/{rest:path}", list_files),
            ("/blob/{rest:path}", show_file),
            ("/commits/{rest:path}", list_commits),
            ("/commit/{revision}", show_commit),
        )
    ),
]
