# SPDX-License-Identifier: Apache-2.0
"""From a lineage to the plain values of its page and the rows of its twins."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import catalog, kit, licensing, terms, web
from madang.kit import _
from madang.provenance.lineage import folding, words
from madang.provenance.lineage.pages import Goes, Head, Row
from madang.provenance.lineage.reading import Item, Lineage
from madang.provenance.lineage.tones import Colouring, Tone

MOST_GOES = 3
SEVERAL = _("%(n)s × %(type)s")
FARTHER = _("%(n)s farther away")
AND_OTHERS = _("%(word)s and others")


def subject_of(request: Request, session: Session, actor: kit.Actor) -> tuple[catalog.Version, Head]:
    """The version that the address names, and what stands at the top of its pages."""
    names = request.path_params
    asset = catalog.get_asset(session, names["kind"], names["namespace"], names["name"], viewer=actor)
    version = catalog.get_version(session, asset, names["version"])
    label, title = version.label or str(version.number), asset.title or asset.name
    head = Head(asset.kind, asset.namespace, asset.name, title, label, version.number, asset.exposure, version.content, version.created_at)
    return version, head


def vocabulary() -> dict[str, dict[str, str]]:
    """The words of types, kinds of edge and verdicts in the language of this request."""
    told = terms.vocabulary(web.translate)
    found = {part: {str(name): str(said) for name, said in values.items()} for part, values in told.items() if isinstance(values, dict)}
    return {**found, "short": {kind: web.translate(word) for kind, word in words.SHORT.items()}}


def naming(head: Head, types: dict[str, str]) -> Callable[[folding.Group], tuple[str, str]]:
    """What a box is called, and what stands under it."""

    def named(group: folding.Group) -> tuple[str, str]:
        tone = group.tone.word
        note = web.translate(AND_OTHERS) % {"word": tone} if group.is_mixed else tone
        if group.is_beyond:
            return web.translate(FARTHER) % {"n": f"{len(group.items):,}"}, note
        item = group.items[0]
        if group.is_one:
            shown = f"{head.title} {head.label}" if item.step == 0 else "" if item.is_hidden else item.name
            return (shown or web.translate(words.UNSEEN)), (tone if shown else note)
        kind = web.translate(words.UNSEEN) if item.is_hidden else types.get(item.type, item.type)
        return web.translate(SEVERAL) % {"n": f"{len(group.items):,}", "type": kind}, note

    return named


def rows_of(lineage: Lineage, colouring: Colouring, items: list[Item], *, most: int = MOST_GOES) -> Iterator[Row]:
    """A row for each thing, with what it goes into."""
    path = set(colouring.path)
    for item in items:
        ways = lineage.out_of.get(item.id, ())
        goes = tuple(_goes(lineage.items[way.target], way.kind) for way in ways[:most])
        tone = colouring.tones[item.id]
        yield Row(
            item.id, item.name, f"{item.address}/lineage" if item.address else "", item.step, item.type, item.license,
            licence_page(item.license), tone, goes, len(ways) - len(goes), item.is_hidden, item.id in path,
        )  # fmt: skip


def _goes(item: Item, kind: str) -> Goes:
    return Goes(kind, item.id, item.name, item.address, item.is_hidden)


def licence_page(expression: str | None) -> str:
    """The page of an expression's licence, where it is one alone."""
    found = licensing.terms_of(expression) if expression else ()
    return f"/licences/{quote(next(iter(found)), safe='')}" if len(found) == 1 else ""


def link_of(group: folding.Group, address_with: Callable[..., str], *, up: int, down: int) -> str:
    """Where a box leads: a thing's own lineage, its licence, the rows of a folded group, or one step farther."""
    item = group.items[0]
    if group.is_beyond:
        return address_with(**({"up": up + 1} if group.step < 0 else {"down": down + 1}))
    if group.is_one and item.step and item.address:
        return f"{item.address}/lineage"
    if group.is_one and licence_page(item.license):
        return licence_page(item.license)
    return address_with(fold=group.key, page="") + "#things"


def legend_of(colouring: Colouring) -> list[tuple[Tone, int]]:
    """Each tone that is there and how many things have it, the most serious first."""
    counts: dict[Tone, int] = {}
    for tone in colouring.tones.values():
        counts[tone] = counts.get(tone, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[0].weight, -pair[1], pair[0].word))
