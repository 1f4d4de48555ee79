# SPDX-License-Identifier: Apache-2.0
"""The services that the platform brings along, published when it starts."""

import tempfile
from importlib.resources import files
from pathlib import Path

from sqlalchemy.orm import Session

from madang import db, kit, storage
from madang.serving import actions, cards, preparing, queries
from madang.serving.limits import Limits

NAMESPACE = "madang"
REFERENCES = ("korean_language", "language_id", "deidentify", "faces", "people", "anomaly")


def publish_references(database: db.Database, store: storage.Store, *, limits: Limits) -> list[str]:
    """Every service that this release brings stands in the catalogue, open to everybody; the names of those that were new.

    One whose card's version stands already is left as it is: also one that an operator has removed or paused.
    """
    new = []
    with tempfile.TemporaryDirectory(prefix="madang-reference-") as place:
        for name in REFERENCES:
            folder = laid_out(name, Path(place) / name)
            if _publish(database, store, folder, limits):
                new.append(name)
    return new


def laid_out(name: str, folder: Path) -> Path:
    """The service's card and module lie in the new folder, as anybody would hand them in."""
    folder.mkdir()
    source = files("madang.serving").joinpath("reference")
    (folder / cards.FILE).write_bytes(source.joinpath(f"{name}.toml").read_bytes())
    module = source.joinpath(f"{name}.py")
    if module.is_file():
        (folder / f"{name}.py").write_bytes(module.read_bytes())
    return folder


def _publish(database: db.Database, store: storage.Store, folder: Path, limits: Limits) -> bool:
    card = cards.read(folder)
    with database.reading() as session:
        if _stands(session, card):
            return False
    prepared = preparing.prepare(folder, store, limits=limits)
    with database.writing() as session:
        if _stands(session, card):
            return False
        actions.deploy(session, prepared, namespace=NAMESPACE, exposure="open", by=kit.SYSTEM)
    return True


def _stands(session: Session, card: cards.Card) -> bool:
    """Whether this version was published before, whatever became of it."""
    found = queries.find_ever(session, NAMESPACE, card.name)
    return found is not None and queries.find_release(session, found, card.version) is not None
