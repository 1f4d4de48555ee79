# SPDX-License-Identifier: Apache-2.0
"""A backup holds everything that a platform keeps, and a restore brings all of it back."""

import io
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

import builders
import databases
import stores
from asking import Client
from madang import app, audit, inbox, keeping, kit, people, settings
from madang.keeping import errors

Elsewhere = Callable[..., settings.Settings]
ACCOUNTS = "tables/people_account/000000.jsonl"
PASSPHRASE = "마당의 긴 암호 문장 하나"


def members(path: Path) -> dict[str, bytes]:
    """What an ordinary tar sees in the backup."""
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as plain, tarfile.open(fileobj=plain, mode="r|") as tar:
        return {each.name: tar.extractfile(each).read() for each in tar}  # type: ignore[union-attr]


def packed(found: dict[str, bytes], path: Path) -> Path:
    """A backup put together by somebody else."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in found.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    path.write_bytes(zstandard.ZstdCompressor(write_checksum=True).compress(out.getvalue()))
    return path


def lines(yard: builders.Yard) -> tuple[audit.Line, ...]:
    with yard.house.database.reading() as session:
        return audit.entries(session, viewer=kit.SYSTEM).items


def test_a_restored_platform_is_the_same_one(yard: builders.Yard, made: keeping.Made, tmp_path: Path, elsewhere: Elsewhere) -> None:
    chosen = elsewhere()
    done = keeping.restore(chosen, made.path, keeping.Opening(), keeps_tokens=True)
    assert (done.tables, done.objects) == (made.tables, made.objects)
    assert made.tables["audit_entry"].rows > 4
    assert int(made.objects["count"]) == len(list((yard.house.home / "store" / "objects").glob("*/*"))) >= 4
    assert done.ledger.is_whole
    assert done.ledger.unsealed > 0
    house = app.open_house(chosen)
    client = Client(app.web_application(house))
    answer = client.get("/api/v1/assets/software/operator/speech", headers=yard.signed)
    assert answer.status_code == 200
    app.seal_ledger(house)
    assert audit.verify(house.database, heads_file=house.home / audit.HEADS_FILE, key=house.ledger_key).is_whole
    again = keeping.back_up(house.settings, tmp_path / "again.tar.zst")
    assert again.objects == made.objects
    house.close()


@pytest.mark.parametrize("keeps_tokens", [False, True])
def test_a_restore_revives_nothing_that_may_be_over(yard: builders.Yard, tmp_path: Path, elsewhere: Elsewhere, keeps_tokens: bool) -> None:
    with yard.house.database.writing() as session:
        operator = people.get_account(session, "operator", viewer=kit.SYSTEM)
        cookie = people.redeem_link(session, people.create_link(session, operator, by=kit.SYSTEM))[1]
        link = people.create_link(session, operator, by=kit.SYSTEM)
        invitation, _secret = people.create_invitation(session, people.Offer(kit.Role.READER), by=kit.SYSTEM)
        feed = inbox.open_feed(session, by=people.actor_of(session, operator, via="session"))
    made = keeping.back_up(yard.house.settings, tmp_path / "backup.tar.zst")
    chosen = elsewhere()
    done = keeping.restore(chosen, made.path, keeping.Opening(), keeps_tokens=keeps_tokens)
    assert done.ended == people.Ended(sessions=1, links=1, invitations=1, tokens=0 if keeps_tokens else 1)
    assert done.feeds == (0 if keeps_tokens else 1)
    house = app.open_house(chosen)
    client = Client(app.web_application(house), follow_redirects=False)
    assert client.get("/api/v1/me", headers=yard.signed).status_code == (200 if keeps_tokens else 401)
    assert client.get("/api/v1/me", headers={"cookie": f"madang={cookie}"}).status_code == 401
    assert client.get(f"/me/feed/{feed}.atom").status_code == (200 if keeps_tokens else 410)
    with house.database.reading() as session:
        assert not people.is_link_alive(session, link)
        withdrawn = next(row for row in people.invitations(session, viewer=kit.SYSTEM) if row.id == invitation.id).withdrawn_at
        assert withdrawn is not None
        assert "ways-in.ended" in {line.deed for line in audit.entries(session, viewer=kit.SYSTEM).items}
    app.seal_ledger(house)
    assert audit.verify(house.database, heads_file=house.home / audit.HEADS_FILE, key=house.ledger_key).is_whole
    house.close()


def test_a_backup_says_what_it_holds_and_what_not(yard: builders.Yard, tmp_path: Path) -> None:
    home = yard.house.home
    (home / "metered").mkdir()
    (home / "metered" / "calls.log").write_bytes(b"one\ntwo\n")
    (home / "scratch" / "half").write_text("made again")
    (home / "link").symlink_to("/etc/passwd")
    made = keeping.back_up(yard.house.settings, tmp_path / "backup.tar.zst")
    assert "metered/calls.log" in made.kept
    assert made.left_out["scratch"].startswith("unpacked")
    assert made.left_out["link"] == "no plain file"
    found = members(made.path)
    assert found["home/metered/calls.log"] == b"one\ntwo\n"
    assert "home/link" not in found
    assert not any(name.startswith(("home/scratch", "home/secret", "home/madang.db")) for name in found)
    manifest = json.loads(found["manifest.json"])
    assert next(iter(found)) == "madang-backup.json"
    assert list(found)[-1] == "manifest.json"
    assert manifest["tables"]["audit_entry"]["rows"] == len(found["tables/audit_entry/000000.jsonl"].splitlines()) - 1
    key = people.keys.load(home).master
    assert all(key not in data and key.hex().encode() not in data for data in found.values())


def test_the_ledger_says_that_there_is_a_backup(yard: builders.Yard, made: keeping.Made) -> None:
    newest = lines(yard)[0]
    assert (newest.deed, newest.target, newest.by_name) == (keeping.BACKUP_DEED, "backup/backup.tar.zst", "madang")
    assert newest.facts["bytes"] == made.path.stat().st_size
    assert newest.facts["objects"] == made.objects["count"]


def test_both_files_are_for_their_owner_only(made: keeping.Made) -> None:
    assert made.key == made.path.with_name("backup.tar.zst.key")
    assert {path.stat().st_mode & 0o777 for path in (made.path, made.key)} == {0o600}


def test_the_key_may_lie_elsewhere_or_be_sealed_inside(yard: builders.Yard, tmp_path: Path, elsewhere: Elsewhere) -> None:
    apart = keeping.back_up(yard.house.settings, tmp_path / "one", key=tmp_path / "its.key")
    assert apart.key == tmp_path / "its.key"
    assert keeping.restore(elsewhere("a"), apart.path, keeping.Opening(key=apart.key)).tables == apart.tables
    sealed = keeping.back_up(yard.house.settings, tmp_path / "two", passphrase=PASSPHRASE)
    assert sealed.key is None
    assert not (tmp_path / "two.key").exists()
    assert keeping.restore(elsewhere("b"), sealed.path, keeping.Opening(passphrase=PASSPHRASE)).tables == sealed.tables
    assert (elsewhere("b").home / "secret.key").read_text() == (yard.house.home / "secret.key").read_text()
    assert keeping.restore(elsewhere("c"), sealed.path, keeping.Opening(key=apart.key)).tables == sealed.tables


def test_a_sealed_key_opens_to_nobody_else(yard: builders.Yard, tmp_path: Path, elsewhere: Elsewhere) -> None:
    sealed = keeping.back_up(yard.house.settings, tmp_path / "two", passphrase=PASSPHRASE)
    with pytest.raises(keeping.SealedKey):
        keeping.restore(elsewhere(), sealed.path, keeping.Opening())
    with pytest.raises(errors.WrongPassphrase):
        keeping.restore(elsewhere(), sealed.path, keeping.Opening(passphrase="another sentence"))
    with pytest.raises(errors.ShortPassphrase):
        keeping.back_up(yard.house.settings, tmp_path / "three", passphrase="short")
    assert not (tmp_path / "three").exists()
    found = members(sealed.path)
    found["key.sealed"] = b'{"n": 1}'
    with pytest.raises(errors.WrongPassphrase):
        keeping.restore(elsewhere(), packed(found, tmp_path / "four"), keeping.Opening(passphrase=PASSPHRASE))
    del found["key.sealed"]
    with pytest.raises(errors.DamagedBackup):
        keeping.restore(elsewhere(), packed(found, tmp_path / "five"), keeping.Opening(passphrase=PASSPHRASE))


def test_nothing_is_written_over_a_file(made: keeping.Made, yard: builders.Yard, tmp_path: Path) -> None:
    before = made.path.read_bytes()
    with pytest.raises(errors.FileThere):
        keeping.back_up(yard.house.settings, made.path)
    assert made.path.read_bytes() == before
    (tmp_path / "two.key").write_text("of another platform")
    with pytest.raises(errors.FileThere, match=r"two\.key"):
        keeping.back_up(yard.house.settings, tmp_path / "two")
    assert not (tmp_path / "two").exists()
    assert keeping.back_up(yard.house.settings, tmp_path / "three", key=made.key).key == made.key


def test_a_folder_that_is_not_there_is_named(yard: builders.Yard, tmp_path: Path) -> None:
    with pytest.raises(errors.NowhereToWrite, match="No such file"):
        keeping.back_up(yard.house.settings, tmp_path / "no" / "backup")


def test_where_no_platform_is_there_is_nothing_to_keep(tmp_path: Path, elsewhere: Elsewhere) -> None:
    with pytest.raises(errors.NothingToKeep):
        keeping.back_up(elsewhere(), tmp_path / "backup")
    chosen = elsewhere()
    chosen.home.mkdir()
    people.keys.load(chosen.home)
    if databases.kind() == "sqlite":
        (chosen.home / "madang.db").touch()
    with pytest.raises(errors.NothingToKeep):
        keeping.back_up(chosen, tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["restored"]


def test_an_object_that_the_disk_has_hurt_is_told_and_left_out(yard: builders.Yard, tmp_path: Path, elsewhere: Elsewhere) -> None:
    victim = max((yard.house.home / "store" / "objects").glob("*/*"), key=lambda path: path.stat().st_size)
    victim.chmod(0o600)
    victim.write_bytes(b"hurt")
    made = keeping.back_up(yard.house.settings, tmp_path / "backup")
    assert made.damaged == (victim.parent.name + victim.name,)
    assert int(made.objects["count"]) == len(list((yard.house.home / "store" / "objects").glob("*/*"))) - 1
    assert keeping.restore(elsewhere(), made.path, keeping.Opening()).objects == made.objects


def test_a_disk_that_runs_full_keeps_nothing_half(yard: builders.Yard, tmp_path: Path) -> None:
    (yard.house.home / "noise.log").write_bytes(os.urandom(3 << 20))
    program = (
        "import resource, sys; from pathlib import Path; from madang import keeping, settings\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))\n"
        "try: keeping.back_up(settings.read(), Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    place = tmp_path / "small"
    place.mkdir()
    command = [sys.executable, "-c", program, str(place / "backup")]
    done = subprocess.run(command, env={**os.environ, **yard.house.settings.environment()}, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("DiskFull There is no room for")
    assert list(place.iterdir()) == []
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@pytest.mark.needs("root")
def test_a_small_disk_is_told_as_such(yard: builders.Yard, tmp_path: Path) -> None:
    (yard.house.home / "noise.log").write_bytes(os.urandom(3 << 20))
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this machine lets root mount nothing")
    try:
        with pytest.raises(errors.DiskFull):
            keeping.back_up(yard.house.settings, place / "backup")
        assert list(place.iterdir()) == []
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_an_interrupted_backup_leaves_nothing(yard: builders.Yard, tmp_path: Path) -> None:
    def interrupt(part: str, _done: int, _total: int) -> None:
        if part == "objects":
            raise KeyboardInterrupt

    place = tmp_path / "place"
    place.mkdir()
    with pytest.raises(KeyboardInterrupt):
        keeping.back_up(yard.house.settings, place / "backup", progress=interrupt)
    assert list(place.iterdir()) == []


def test_heads_that_were_signed_after_the_snapshot_do_not_come_along(yard: builders.Yard, tmp_path: Path, elsewhere: Elsewhere) -> None:
    def go_on(part: str, done: int, _total: int) -> None:
        if part == "objects" and done == 1:
            app.seal_ledger(yard.house)

    made = keeping.back_up(yard.house.settings, tmp_path / "backup", progress=go_on)
    done = keeping.restore(elsewhere(), made.path, keeping.Opening())
    assert done.ledger.is_whole
    assert done.ledger.unsealed > 0


def test_a_backup_is_one_moment_whatever_is_written_meanwhile(yard: builders.Yard, tmp_path: Path, elsewhere: Elsewhere) -> None:
    seen: list[str] = []

    def write(part: str, _done: int, _total: int) -> None:
        if part not in seen:
            seen.append(part)
            yard.submit(yard.register(f"busy-{len(seen)}"), builders.archive({"a.txt": part}))
            app.seal_ledger(yard.house)

    made = keeping.back_up(yard.house.settings, tmp_path / "backup", progress=write)
    assert len(seen) > 5
    done = keeping.restore(elsewhere(), made.path, keeping.Opening())
    assert (done.tables, done.objects) == (made.tables, made.objects)
    assert done.ledger.is_whole
    # All tables are of the moment when the first was read; objects may be of a later one.
    assert (made.tables["catalog_asset"].rows, made.tables["catalog_version"].rows) == (2, 1)
    assert int(made.objects["count"]) > 2 * len(seen)


def test_rows_go_from_one_kind_of_database_to_the_other(made: keeping.Made, tmp_path: Path) -> None:
    if databases.kind() == "sqlite":
        pytest.skip("the run on PostgreSQL does this")
    chosen = settings.read({"MADANG_HOME": str(tmp_path / "smaller")})
    there = keeping.restore(chosen, made.path, keeping.Opening())
    assert there.tables == made.tables
    back = settings.read({"MADANG_HOME": str(tmp_path / "back"), **databases.environment(tmp_path)})
    again = keeping.back_up(chosen, tmp_path / "again")
    assert keeping.restore(back, again.path, keeping.Opening()).ledger.is_whole


@pytest.mark.needs("s3-server")
def test_objects_go_to_a_server_and_come_back(made: keeping.Made, tmp_path: Path, elsewhere: Elsewhere) -> None:
    place = stores.server().place()
    remote = {
        "MADANG_OBJECTS_URL": f"s3://{place.bucket}/{place.prefix}?endpoint={place.endpoint}&region={place.region}",
        "MADANG_OBJECTS_KEY": place.key,
        "MADANG_OBJECTS_SECRET": place.secret,
    }
    there = elsewhere("there", **remote)
    assert keeping.restore(there, made.path, keeping.Opening()).objects == made.objects
    again = keeping.back_up(there, tmp_path / "again")
    assert again.objects == made.objects
    assert keeping.restore(elsewhere("back"), again.path, keeping.Opening()).ledger.is_whole


def test_counting_goes_on_where_it_was(yard: builders.Yard, made: keeping.Made, elsewhere: Elsewhere) -> None:
    chosen = elsewhere()
    keeping.restore(chosen, made.path, keeping.Opening())
    highest = max(line.id for line in lines(yard))
    house = app.open_house(chosen)
    with house.database.writing() as session:
        audit.record(session, "test.done", target="x", by=kit.SYSTEM)
    with house.database.reading() as session:
        assert audit.entries(session, viewer=kit.SYSTEM).items[0].id >= highest
    house.close()


def test_a_restore_leads_nowhere_but_into_an_empty_home(yard: builders.Yard, made: keeping.Made, elsewhere: Elsewhere) -> None:
    with pytest.raises(errors.HomeNotEmpty):
        keeping.restore(yard.house.settings, made.path, keeping.Opening())
    chosen = elsewhere()
    chosen.home.mkdir()
    (chosen.home / "notes.txt").write_text("mine")
    with pytest.raises(errors.HomeNotEmpty, match=r"notes\.txt"):
        keeping.restore(chosen, made.path, keeping.Opening())
    assert [path.name for path in chosen.home.iterdir()] == ["notes.txt"]


def changed(**parts: Any) -> Any:
    def change(found: dict[str, bytes], name: str) -> None:
        told = json.loads(found[name])
        told.update(parts)
        found[name] = json.dumps(told, separators=(",", ":"), sort_keys=True).encode()

    return change


@pytest.mark.parametrize("cut", [1, 6, 2000, 150_000, 310_000])
def test_a_backup_that_was_cut_off_is_refused(made: keeping.Made, elsewhere: Elsewhere, cut: int) -> None:
    made.path.write_bytes(made.path.read_bytes()[:-cut])
    refused(made.path, elsewhere)


def refused(path: Path, elsewhere: Elsewhere, kind: type[kit.Refusal] = errors.DamagedBackup) -> None:
    chosen = elsewhere()
    with pytest.raises(kind):
        keeping.restore(chosen, path, keeping.Opening(key=path.parent / "backup.tar.zst.key"))
    assert [each.name for each in chosen.home.iterdir()] == ["up.lock"]


def test_a_backup_with_a_changed_byte_is_refused(made: keeping.Made, elsewhere: Elsewhere) -> None:
    data = bytearray(made.path.read_bytes())
    for place in (len(data) // 3, len(data) // 2, len(data) - 2):
        data[place] ^= 1
        made.path.write_bytes(data)
        refused(made.path, elsewhere)
        data[place] ^= 1
    made.path.write_bytes(bytes(data) + b"more")
    refused(made.path, elsewhere)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.pop("manifest.json"),
        lambda found: found.pop(ACCOUNTS),
        lambda found: found.update({ACCOUNTS: found[ACCOUNTS].replace(b"operator", b"stranger")}),
        lambda found: found.update({ACCOUNTS: b""}),
        lambda found: found.update({"tables/nowhere/000000.jsonl": b"[]\n"}),
        lambda found: found.update({"home/../../out": b"x"}),
        lambda found: found.update({"home/secret.key": b"x"}),
        lambda found: found.update({"other/thing": b"x"}),
        lambda found: found.update({f"objects/{'a' * 64}": b"x"}),
        lambda found: changed(signature="00")(found, "manifest.json"),
        lambda found: changed(version="9.9.9")(found, "madang-backup.json"),
    ],
)  # fmt: skip
def test_a_backup_that_somebody_mended_is_refused(made: keeping.Made, tmp_path: Path, elsewhere: Elsewhere, change: Any) -> None:
    found = members(made.path)
    manifest = found.pop("manifest.json")
    found["manifest.json"] = manifest
    change(found)
    if "manifest.json" in found:
        found["manifest.json"] = found.pop("manifest.json")
    refused(packed(found, tmp_path / "mended"), elsewhere)
    assert not (tmp_path / "out").exists()


def test_what_is_no_backup_is_said_to_be_none(made: keeping.Made, tmp_path: Path, elsewhere: Elsewhere) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(b"hello")
    for path in (tmp_path / "missing", plain, packed({"other.json": b"{}"}, tmp_path / "other"), packed({}, tmp_path / "empty")):
        refused(path, elsewhere, errors.NoBackup)


@pytest.mark.parametrize("parts", [{"revision": "9999"}, {"format": 2}])
def test_a_newer_backup_is_refused(made: keeping.Made, tmp_path: Path, elsewhere: Elsewhere, parts: dict[str, Any]) -> None:
    found = members(made.path)
    changed(**parts)(found, "madang-backup.json")
    refused(packed(found, tmp_path / "newer"), elsewhere, errors.NewerBackup)


def test_without_its_key_nothing_is_restored(made: keeping.Made, tmp_path: Path, elsewhere: Elsewhere) -> None:
    assert made.key is not None
    other = tmp_path / "other.key"
    other.write_text("00" * 32)
    with pytest.raises(errors.WrongKey):
        keeping.restore(elsewhere(), made.path, keeping.Opening(key=other))
    other.write_text("no key")
    with pytest.raises(errors.WrongKey):
        keeping.restore(elsewhere(), made.path, keeping.Opening(key=other))
    made.key.unlink()
    with pytest.raises(errors.NoKey):
        keeping.restore(elsewhere(), made.path, keeping.Opening())


def test_a_database_that_somebody_uses_is_refused(yard: builders.Yard, made: keeping.Made, tmp_path: Path) -> None:
    url = yard.house.settings.database_url
    chosen = settings.read({"MADANG_HOME": str(tmp_path / "restored"), "MADANG_DATABASE_URL": url})
    with pytest.raises(errors.DatabaseNotEmpty) as refusal:
        keeping.restore(chosen, made.path, keeping.Opening())
    assert "secret" not in str(refusal.value)


def test_a_killed_restore_leaves_nothing_that_passes_for_a_platform(made: keeping.Made, elsewhere: Elsewhere) -> None:
    chosen = elsewhere()
    program = (
        "import os, sys; from pathlib import Path; from madang import keeping, settings\n"
        "def end(part, done, total):\n"
        "    if part == sys.argv[2]: os.kill(os.getpid(), 9)\n"
        "keeping.restore(settings.read(), Path(sys.argv[1]), keeping.Opening(), progress=end)\n"
    )
    for part in ("tables", "objects"):
        command = [sys.executable, "-c", program, str(made.path), part]
        assert subprocess.run(command, env={**os.environ, **chosen.environment()}, check=False).returncode == -9
        with pytest.raises(keeping.HalfRestored):
            app.open_house(chosen)
    assert keeping.restore(chosen, made.path, keeping.Opening()).tables == made.tables


def test_a_restore_that_was_killed_at_the_end_says_so(made: keeping.Made, elsewhere: Elsewhere) -> None:
    chosen = elsewhere()
    (chosen.home / ".restoring").mkdir(parents=True)
    (chosen.home / "store").mkdir()
    with pytest.raises(keeping.HalfRestored):
        keeping.restore(chosen, made.path, keeping.Opening())
    shutil.rmtree(chosen.home)
    assert keeping.restore(chosen, made.path, keeping.Opening()).tables == made.tables
