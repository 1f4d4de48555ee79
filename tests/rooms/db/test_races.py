# SPDX-License-Identifier: Apache-2.0
"""Deeds that read and then write, done by several at once on connections of their own: what one alone may have, only one has."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import patience
from asking import Client
from builders import Yard, yard_in
from madang import audit, catalog, compliance, db, kit, people, scan, web
from madang.people.models import Account, Tries

AT_ONCE = 8
T = dict[str, object]


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """A house; nothing is scanned in it."""
    with scan.Pool(scan.Limits(workers=1)) as pool:
        yard = yard_in(tmp_path / "home", pool, MADANG_MAX_WAITING="5")
        with yard.client:
            yield yard
        yard.house.close()


def at_once(yard: Yard, deed: Callable[[Session, int], object]) -> Counter[str]:
    """``deed`` in so many units of work that begin together; how often each kind of end came."""
    together = threading.Barrier(AT_ONCE)

    def one(number: int) -> str:
        together.wait(patience.SECONDS)
        try:
            with yard.house.database.writing() as session:
                deed(session, number)
        except kit.Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def actor(yard: Yard, name: str = "operator") -> kit.Actor:
    with yard.house.database.reading() as session:
        account = people.get_account(session, name, viewer=kit.SYSTEM)
        return kit.Actor(account.id, account.name, account.role)


def asset_of(session: Session, name: str = "speech") -> catalog.Asset:
    return session.scalars(select(catalog.Asset).where(catalog.Asset.name == name)).one()


def test_versions_are_numbered_without_holes_and_none_twice(yard: Yard) -> None:
    yard.register("speech")
    by = actor(yard)
    ends = at_once(
        yard, lambda session, _n: catalog.add_version(session, asset_of(session), source=catalog.Source("git", "https://x"), by=by)
    )
    assert ends == {"done": AT_ONCE}
    with yard.house.database.reading() as session:
        numbers = session.scalars(select(catalog.Version.number).order_by(catalog.Version.number)).all()
        assert numbers == list(range(1, AT_ONCE + 1))
        assert asset_of(session).version_count == AT_ONCE


def test_a_label_and_a_name_go_to_one(yard: Yard) -> None:
    yard.register("speech")
    by = actor(yard)
    source = catalog.Source("git", "https://x")
    ends = at_once(yard, lambda session, _n: catalog.add_version(session, asset_of(session), source=source, label="1.0", by=by))
    assert ends == {"done": 1, "label-taken": AT_ONCE - 1}
    ends = at_once(yard, lambda session, _n: catalog.register(session, kind="model", namespace="operator", name="Same", by=by))
    assert ends == {"done": 1, "asset-taken": AT_ONCE - 1}


def test_a_namespace_is_opened_once(yard: Yard) -> None:
    yard.token_for("lab", kit.Role.MEMBER)
    by = actor(yard, "lab")
    ends = at_once(yard, lambda session, n: catalog.register(session, kind="model", namespace="lab", name=f"m{n}", by=by))
    assert ends == {"done": AT_ONCE}
    with yard.house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(catalog.Asset).where(catalog.Asset.namespace == "lab")) == AT_ONCE


def test_no_more_wait_than_one_may_have_waiting(yard: Yard) -> None:
    yard.register("speech")
    by, limits = actor(yard), compliance.Limits(max_waiting=5)
    source = catalog.Source("git", "https://x")
    ends = at_once(yard, lambda session, _n: compliance.submit(session, asset_of(session), source=source, limits=limits, by=by))
    assert ends == {"done": 5, "too-many-waiting": AT_ONCE - 5}


def test_the_last_operator_stays(yard: Yard) -> None:
    names = [f"operator-{number}" for number in range(AT_ONCE - 1)]
    for name in names:
        yard.token_for(name, kit.Role.OPERATOR)
    everybody = ["operator", *names]

    def step_down(session: Session, number: int) -> None:
        account = people.get_account(session, everybody[number], viewer=kit.SYSTEM)
        people.set_role(session, account, role=kit.Role.MEMBER, by=kit.SYSTEM)

    assert at_once(yard, step_down) == {"done": AT_ONCE - 1, "last-operator": 1}
    with yard.house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account).where(Account.role_word == "operator")) == 1


def test_a_name_of_an_account_goes_to_one(yard: Yard) -> None:
    ends = at_once(
        yard, lambda session, n: people.create_account(session, name="Lab" if n % 2 else "lab", role=kit.Role.MEMBER, by=kit.SYSTEM)
    )
    assert ends == {"done": 1, "name-taken": AT_ONCE - 1}


def test_a_link_lets_one_in(yard: Yard) -> None:
    with yard.house.database.writing() as session:
        account = people.get_account(session, "operator", viewer=kit.SYSTEM)
        secret = people.create_link(session, account, by=kit.SYSTEM)
    ends = at_once(yard, lambda session, _n: people.redeem_link(session, secret))
    assert ends == {"done": 1, "dead-link": AT_ONCE - 1}


def test_every_failed_try_is_counted(yard: Yard) -> None:
    ends = at_once(yard, lambda session, _n: people.sign_in(session, "operator", "wrong words here", network="192.0.2.7"))
    assert ends == {"wrong-password": AT_ONCE}
    with yard.house.database.reading() as session:
        levels = session.scalars(select(Tries.level)).all()
    assert max(levels) > AT_ONCE - 0.5


def test_a_deed_sent_many_times_with_one_key_is_done_once(yard: Yard) -> None:
    together = threading.Barrier(AT_ONCE)

    def send(_number: int) -> tuple[int, str]:
        client = Client(yard.client.app, follow_redirects=False)
        together.wait(patience.SECONDS)
        body = {"kind": "software", "namespace": "operator", "name": "once"}
        answer = client.post("/api/v1/assets", json=body, headers={**yard.signed, "Idempotency-Key": "one"})
        return answer.status_code, answer.headers.get("idempotent-replay", "")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert Counter(pool.map(send, range(AT_ONCE))) == {(201, ""): 1, (201, "true"): AT_ONCE - 1}
    with yard.house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(web.IdempotentAnswer)) == 1


def test_a_ledger_sealed_and_signed_by_many_is_one_chain(yard: Yard) -> None:
    heads, key = yard.house.home / audit.HEADS_FILE, yard.house.ledger_key

    def seal(_number: int) -> None:
        for _ in range(5):
            with yard.house.database.writing() as session:
                audit.record(session, "asset.titled", target="x", by=kit.SYSTEM)
            audit.seal(yard.house.database, slice_size=3)
            audit.sign_head(yard.house.database, heads_file=heads, key=key)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(seal, range(4)))
    told = audit.verify(yard.house.database, heads_file=heads, key=key)
    assert (told.problems, told.unsealed) == ((), 0)
    assert len(heads.read_text().splitlines()) == told.heads


def test_the_database_migrates_once_when_many_processes_start(yard: Yard) -> None:
    others = [db.Database(yard.house.settings.database_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(db.migrate, others))
    for database in others:
        with database.reading() as session:
            assert db.revision(session) == max(db.history())
        database.close()
