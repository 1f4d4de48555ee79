# SPDX-License-Identifier: Apache-2.0
"""What doctor and a start say of a PostgreSQL server: fine, away, unfit, newer, written with another key."""

from pathlib import Path

import psycopg
import pytest

import databases
from madang import app, audit, db, doctor, kit, settings

pytestmark = pytest.mark.needs("postgresql")


def chosen(home: Path, url: str) -> settings.Settings:
    return settings.read({"MADANG_HOME": str(home), "MADANG_DATABASE_URL": url, "MADANG_LANGUAGE": "en"})


def finding(given: settings.Settings) -> doctor.Finding:
    return next(found for found in doctor.examine(given) if found.name == "database")


def test_an_empty_database_is_fine(tmp_path: Path) -> None:
    given = chosen(tmp_path, databases.cluster().create())
    doctor.check_database(given)
    told = finding(given)
    assert told.is_fine
    assert "still empty" in told.fact


def test_a_house_is_fine_until_it_has_another_key(tmp_path: Path) -> None:
    given = chosen(tmp_path / "home", databases.cluster().create())
    house = app.open_house(given)
    with house.database.writing() as session:
        audit.record(session, "asset.titled", target="x", by=kit.SYSTEM)
    app.sign_ledger(house)
    house.close()
    assert finding(given).is_fine
    assert f"at revision {max(db.history())}" in finding(given).fact
    (tmp_path / "home" / "secret.key").write_text("ab" * 32)
    told = finding(given)
    assert not told.is_fine
    assert "needs the same home folder" in told.advice


def test_a_server_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    given = chosen(tmp_path, "postgresql://madang:hunter2@127.0.0.1:9/rows")
    with pytest.raises(doctor.DatabaseAway) as refused:
        doctor.check_database(given)
    told = finding(given)
    assert not told.is_fine
    for words in (str(refused.value), told.fact, told.advice):
        assert "hunter2" not in words
    assert "127.0.0.1" in told.fact


def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    given = chosen(tmp_path, databases.cluster().create().replace(":secret@", ":wrong@"))
    with pytest.raises(doctor.DatabaseAway, match="password"):
        doctor.check_database(given)


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    url = databases.cluster().create()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(doctor.NewerDatabase, match="9999"):
        doctor.check_database(chosen(tmp_path, url))


def test_another_encoding_is_refused(tmp_path: Path) -> None:
    cluster = databases.cluster()
    cluster.run("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'")
    cluster.made.append("latin")
    with pytest.raises(doctor.ServerUnfit, match="LATIN1"):
        doctor.check_database(chosen(tmp_path, cluster.address("latin")))
    assert not finding(chosen(tmp_path, cluster.address("latin"))).is_fine


def test_an_old_server_does_not_suffice() -> None:
    assert not db.Server(14, "14.9", "UTF8", None).is_fine
    assert db.Server(15, "15.4", "UTF8", None).is_fine
