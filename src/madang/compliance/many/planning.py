# SPDX-License-Identifier: Apache-2.0
"""What will happen with each row of a list. Pure: what stands in the catalogue is handed in."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from madang import catalog, kit, sheets
from madang.compliance.many.models import DUPLICATE, LEFT_OUT, NEW_ASSET, NEW_VERSION, READY, REFUSED
from madang.kit import _

FIELDS = ("source", "ref", "kind", "namespace", "name", "title", "exposure", "label")
VOCABULARY: Mapping[str, tuple[str, ...]] = {
    "source": ("address", "url", "git", "repository", "repo", "link", "주소", "저장소", "저장소 주소", "깃 주소", "링크"),
    "ref": ("branch", "tag", "commit", "revision", "가지", "브랜치", "태그", "커밋"),
    "kind": ("type", "종류", "유형"),
    "namespace": ("owner", "group", "이름공간", "네임스페이스", "소속"),
    "name": ("asset", "이름", "자산", "자산명", "자산 이름"),
    "title": ("제목", "과제명", "설명"),
    "exposure": ("visibility", "공개 범위", "공개범위", "공개"),
    "label": ("version", "판", "버전"),
}
EXPOSURES = {"비공개": "private", "내부": "inner", "협력": "partner", "공개": "open"}
LONGEST_TITLE = 200
COMPUTED = "computed"
Key = tuple[str, str, str]


class NoAddressColumn(kit.Invalid):
    """No column of the list holds addresses."""

    code = "no-address-column"
    message = _("No column holds addresses. Call one of them “address”, “url” or “repository”, or give nothing but addresses.")


@dataclass(frozen=True, slots=True)
class Planned:
    """What will happen with a row, and why not if nothing will."""

    state: str
    action: str = ""
    kind: str = ""
    namespace: str = ""
    asset: str = ""
    source: str = ""
    message: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """What rows meet: ``parse`` checks an address without any network; ``may_write`` a namespace; ``assets`` are those that stand, with
    whether the actor may change them; ``sources`` says which asset has an address already."""

    parse: Callable[[str], str]
    may_write: Callable[[str], bool]
    assets: Mapping[Key, bool]
    sources: Mapping[tuple[str, str], str]


def cells_of(table: sheets.Table, rows: Iterable[sheets.Row]) -> list[tuple[int, dict[str, str]]]:
    """The rows' numbers and what stands under the columns that are known."""
    found = sheets.columns(table, VOCABULARY)
    return [(row.number, _given(row, found)) for row in rows]


def _given(row: sheets.Row, found: Mapping[str, int]) -> dict[str, str]:
    """What stands in the row. ``COMPUTED`` names a column whose formula has no value in the file: nobody's guess takes its place."""
    given = {name: text for name, column in found.items() if (text := row.cell(column))}
    lost = [name for name, column in found.items() if column in row.computed and name not in given]
    return {**given, COMPUTED: lost[0]} if lost else given


def read(table: sheets.Table) -> list[tuple[int, dict[str, str]]]:
    """Every row's cells; a list of bare addresses has no header. ``NoAddressColumn`` when nothing looks like an address."""
    if "source" in sheets.columns(table, VOCABULARY):
        return cells_of(table, table.rows)
    bare = table.without_header()
    if bare.rows and ("://" in bare.rows[0].cell(0) or "@" in bare.rows[0].cell(0)):
        return [(row.number, {"source": row.cell(0)}) for row in bare.rows if row.cell(0)]
    raise NoAddressColumn(field="file")


def key_of(kind: str, namespace: str, name: str) -> Key:
    """How an asset is told apart, without regard to case."""
    return kind, namespace.lower(), name.lower()


def resolved(given: Mapping[str, str], *, namespace: str, exposure: str) -> dict[str, str]:
    """The cells with what the empty ones stand for; a name is made from the address.

    So it is where the name is one that only people say, in Hangul: an office's list has such a column, and it is the title then.
    """
    address, name, title = (given.get(each, "").strip() for each in ("source", "name", "title"))
    if not name.isascii():
        name, title = "", title or name
    shown = given.get("exposure", "").strip() or exposure
    return {
        "source": address,
        "ref": given.get("ref", "").strip(),
        "kind": given.get("kind", "").strip().lower() or "software",
        "namespace": given.get("namespace", "").strip() or namespace,
        "name": name or name_from(address),
        "title": title,
        "exposure": EXPOSURES.get(shown, shown.lower()),
        "label": given.get("label", "").strip(),
    }


def plan(rows: Iterable[tuple[int, Mapping[str, str], str, bool]], ground: Ground, *, namespace: str, exposure: str) -> dict[int, Planned]:
    """What will happen with each row (number, cells, state so far, whether it is wanted though a duplicate), in the file's order."""
    taken: dict[Key, int] = {}
    fetched: dict[tuple[str, str], int] = {}
    found = {}
    for number, given, state, is_forced in rows:
        cells = resolved(given, namespace=namespace, exposure=exposure)
        try:
            _check_computed(given)
            planned = _planned(cells, ground, taken, is_forced=is_forced)
            earlier = fetched.get((planned.source, cells["ref"]))
            if earlier and planned.state == READY and not is_forced:
                planned = _as(DUPLICATE, cells, _("Row %(earlier)s has this address already."), {"earlier": earlier})
        except kit.Refusal as refusal:
            planned = _as(REFUSED, cells, refusal.template, refusal.values)
        if state == LEFT_OUT:
            planned = _as(LEFT_OUT, cells, None, {})
        elif planned.state == READY:
            taken[key_of(planned.kind, planned.namespace, planned.asset)] = number
            fetched.setdefault((planned.source, cells["ref"]), number)
        found[number] = planned
    return found


def _planned(cells: Mapping[str, str], ground: Ground, taken: Mapping[Key, int], *, is_forced: bool) -> Planned:
    _check(cells)
    source = ground.parse(cells["source"])
    if not ground.may_write(cells["namespace"]):
        raise kit.NotAllowed(_("You may not register in the namespace “%(namespace)s”."), namespace=cells["namespace"])
    key = key_of(cells["kind"], cells["namespace"], cells["name"])
    cells = {**cells, "source": source}
    if key in taken:
        return _as(DUPLICATE, cells, _("Row %(row)s has this name already. Give one of them another name."), {"row": taken[key]})
    holder = ground.sources.get((source, cells["ref"]))
    if holder and not is_forced:
        return _as(DUPLICATE, cells, _("“%(asset)s” has a version from this address already."), {"asset": holder})
    if key not in ground.assets:
        return _as(READY, cells, None, {}, NEW_ASSET)
    if not ground.assets[key]:
        raise kit.NotAllowed(_("This name is taken by an asset that you may not change."))
    return _as(READY, cells, None, {}, NEW_VERSION)


def _check_computed(given: Mapping[str, str]) -> None:
    if given.get(COMPUTED) and not given.get(given[COMPUTED]):
        raise kit.Invalid(
            _("A cell of this row is a formula without a value. Open the file in a spreadsheet and save it, or write plain text.")
        )


def _check(cells: Mapping[str, str]) -> None:
    if not cells["source"]:
        raise kit.Invalid(_("There is no address in this row."))
    if cells["kind"] not in catalog.KINDS:
        raise kit.Invalid(_("“%(kind)s” is no kind of asset."), kind=cells["kind"][:40])
    if cells["exposure"] not in catalog.EXPOSURES:
        raise kit.Invalid(_("“%(exposure)s” is no exposure; there are private, inner, partner and open."), exposure=cells["exposure"][:40])
    kit.check_name(cells["namespace"], field="namespace")
    kit.check_name(cells["name"])
    if len(cells["title"]) > LONGEST_TITLE:
        raise kit.Invalid(_("The title is longer than %(limit)s characters."), limit=LONGEST_TITLE)


def _as(state: str, cells: Mapping[str, str], message: str | None, values: Mapping[str, Any], action: str = "") -> Planned:
    told = {name: value if isinstance(value, int) else str(value) for name, value in values.items()}
    return Planned(state, action, cells["kind"][:16], cells["namespace"][:96], cells["name"][:96], cells["source"][:2000], message, told)


def name_from(address: str) -> str:
    """A name from the last part of an address, without the endings of archives and ``.git``."""
    last = address.rstrip("/").rpartition("/")[2].rpartition(":")[2]
    for ending in (".git", ".zip", ".tgz", ".txz", ".tzst", ".gz", ".xz", ".zst", ".bz2", ".tar"):
        last = last.removesuffix(ending)
    cleaned = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in last).strip("._-")
    while ".." in cleaned:
        cleaned = cleaned.replace("..", ".")
    return cleaned[:96] or "software"
