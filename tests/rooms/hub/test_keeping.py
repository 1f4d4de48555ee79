# SPDX-License-Identifier: Apache-2.0
"""Checking what was pushed, and letting go of what nobody committed."""

import hashlib
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from builders import Yard
from hub_wire import Hub
from madang import audit, kit
from madang.hub import Commit, Sent, check, clean
from madang.hub.cli import hub_group

DAYS_AGO = timedelta(days=3)


@pytest.fixture(scope="module")
def address(hub: Hub) -> str:
    """A repository with small and large files and two branches."""
    made = hub.create("researcher/kept")
    sha256 = hub.send("datasets/researcher/kept", b"large" * 1000)
    lines = [{"key": "lfsFile", "value": {"path": "large.bin", "algo": "sha256", "oid": sha256}}]
    hub.commit(made, {"a.txt": "1"}, lines=lines)
    hub.ask("POST", f"{made}/branch/dev", json={})
    hub.commit(made, {"b.txt": "2"}, branch="dev")
    return made


def faults(yard: Yard, **options: bool) -> set[str]:
    return {fault.what for fault in check(yard.house.database, yard.house.store, **options).faults}


def test_what_was_pushed_is_whole_and_each_fault_is_seen(hub: Hub, yard: Yard, address: str) -> None:
    assert faults(yard, reads_bytes=True) == set()
    house = yard.house
    with house.database.reading() as session:
        head = session.scalars(select(Commit).where(Commit.files == 2).order_by(Commit.number.desc())).first()
    assert head is not None
    small = next(entry for entry in house.store.read_tree(head.tree).entries if entry.path == "a.txt")
    place = house.home / "store" / "objects" / small.sha256[:2] / small.sha256[2:]
    good = place.read_bytes()
    place.chmod(0o600)
    place.write_bytes(b"2")
    assert faults(yard) == set()
    assert faults(yard, reads_bytes=True) == {"damaged"}
    place.unlink()
    assert faults(yard) == {"no-bytes"}
    house.store.put_bytes(good)
    assert faults(yard, reads_bytes=True) == set()
    with house.database.writing() as session:
        session.execute(delete(Sent).where(Sent.sha256 == small.sha256))
        session.execute(update(Commit).where(Commit.id == head.id).values(bytes=0))
    assert faults(yard) == {"not-sent", "counts"}
    with house.database.writing() as session:
        session.execute(update(Commit).where(Commit.id == head.id).values(bytes=head.bytes))
    hub.ask("DELETE", "/api/repos/delete", json={"name": "kept", "organization": "researcher", "type": "dataset"})
    assert faults(yard) == set()


def test_what_was_sent_and_never_committed_goes_after_a_while(hub: Hub, yard: Yard) -> None:
    made, house = hub.create("researcher/loose"), yard.house
    kept, loose = (hub.send("datasets/researcher/loose", data) for data in (b"kept" * 1000, b"loose" * 1000))
    branch_only = [{"key": "lfsFile", "value": {"path": "x.bin", "algo": "sha256", "oid": kept}}]
    hub.commit(made, lines=branch_only)
    hub.commit(made, lines=[{"key": "deletedFile", "value": {"path": "x.bin"}}])  # only the history names it now
    assert clean(house.database, house.store, dry=False).objects == 0  # not that old
    with house.database.writing() as session:
        session.execute(update(Sent).values(sent_at=kit.now() - DAYS_AGO))
    counted = clean(house.database, house.store, dry=True)
    assert (counted.objects, counted.bytes) == (1, 5000)
    assert clean(house.database, house.store, dry=False).objects == 1
    assert clean(house.database, house.store, dry=False).objects == 0
    with house.database.reading() as session:
        left = set(session.scalars(select(Sent.sha256)))
        lines = audit.lines(session, audit.Asked(deed="repository.cleaned"), viewer=kit.SYSTEM, limit=5)
    assert kept in left
    assert loose not in left
    assert [line.target for line in lines.items if line.deed == "repository.cleaned"] == ["dataset/researcher/loose"]
    late = [{"key": "lfsFile", "value": {"path": "late", "algo": "sha256", "oid": hashlib.sha256(b"loose" * 1000).hexdigest()}}]
    assert hub.commit(made, lines=late).json()["code"] == "not-uploaded"


def test_the_command_line_says_what_it_found(yard: Yard) -> None:
    class House:
        database, store = yard.house.database, yard.house.store

        def close(self) -> None:
            """It is the test's."""

    group = hub_group(House, str)
    assert "as it has to be" in CliRunner().invoke(group, ["fsck"]).output
    assert '"faults": []' in CliRunner().invoke(group, ["fsck", "--bytes", "--json"]).output
    assert "would be let go of" in CliRunner().invoke(group, ["gc", "--dry-run"]).output
    with yard.house.database.writing() as session:
        session.execute(update(Commit).values(files=99))
    done = CliRunner().invoke(group, ["fsck"])
    assert (done.exit_code, "counts" in done.output) == (3, True)
