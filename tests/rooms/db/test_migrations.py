# SPDX-License-Identifier: Apache-2.0
"""The one line of history, on a real database."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, inspect

import databases
from madang import app, db
from madang.db import migrate as _migrate

assert app, "the composition brings in every room's tables"
VERSIONS = Path(db.__file__).parent / "versions"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[db.Database]:
    with databases.opened(tmp_path, migrated=False) as made:
        yield made


def test_an_empty_database_has_no_revision(database: db.Database) -> None:
    with database.reading() as session:
        assert db.revision(session) is None


def test_a_migrated_database_has_the_tables_as_they_are_declared(database: db.Database) -> None:
    db.migrate(database)
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": False, "include_name": db.is_declared})
        assert compare_metadata(context, db.Base.metadata) == []


def shape(database: db.Database) -> object:
    """Every table's columns, indexes and constraints."""
    with database.reading() as session:
        seen = inspect(session.connection())
        return {
            name: (
                repr(seen.get_columns(name)),
                sorted(str(index["name"]) for index in seen.get_indexes(name)),
                seen.get_foreign_keys(name),
                seen.get_check_constraints(name),
            )
            for name in seen.get_table_names()
        }


def test_migrating_twice_changes_nothing(database: db.Database) -> None:
    db.migrate(database)
    before = shape(database)
    db.migrate(database)
    assert shape(database) == before


def test_history_is_one_line_numbered_without_holes() -> None:
    files = sorted(VERSIONS.glob("*.py"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        before = re.search(r"^down_revision = (.*)$", path.read_text(), re.MULTILINE)
        number = int(path.name[:4])
        assert before
        assert before[1].strip("\"'") == ("None" if number == 1 else f"{number - 1:04}")


def test_a_draft_holds_what_has_changed_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grown = MetaData(naming_convention=db.Base.metadata.naming_convention)
    for table in db.Base.metadata.tables.values():
        table.to_metadata(grown)
    Table("test_addition", grown, Column("id", Integer, primary_key=True), Column("at", db.UtcTime), Column("facts", db.Json))
    monkeypatch.setattr(db.Base, "metadata", grown)
    copied = tmp_path / "versions"
    copied.mkdir()
    drafted = _draft_into(copied, monkeypatch)
    words = drafted.read_text()
    assert words.count("create_table(") == 1
    assert "test_addition" in words
    assert "sa.DateTime(timezone=True)" in words
    assert "postgresql.JSONB()" in words
    compile(words, str(drafted), "exec")


def _draft_into(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in VERSIONS.glob("*.py"):
        (folder / path.name).write_text(path.read_text())
    for name in ("env.py", "script.py.mako"):
        (folder.parent / name).write_text((VERSIONS.parent / name).read_text())
    monkeypatch.setitem(_migrate.__globals__, "HERE", folder.parent)
    monkeypatch.setitem(_migrate.__globals__, "VERSIONS", folder)
    return db.draft("An addition")
