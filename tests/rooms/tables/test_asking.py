# SPDX-License-Identifier: Apache-2.0
"""Questions are answered from rows; what does more than read is refused."""

from pathlib import Path

import duckdb
import pytest

from madang import kit, tables

from .conftest import Asking

READING = [
    "INSERT INTO data VALUES (1)", "DELETE FROM data", "DROP VIEW data", "CREATE TABLE t (a INT)", "CREATE VIEW v AS SELECT 1",
    "COPY data TO 'rows.parquet'", "COPY (SELECT 1) TO '/tmp/x'", "EXPORT DATABASE 'x'", "ATTACH 'x.db'", "ATTACH ':memory:' AS other",
    "INSTALL httpfs", "LOAD httpfs", "INSTALL spatial FROM community", "SET enable_external_access=true", "SET lock_configuration=false",
    "RESET memory_limit", "PRAGMA database_list", "CALL pragma_version()", "BEGIN", "CHECKPOINT", "EXPLAIN SELECT 1", "USE temp",
    "SELECT 1; SELECT 2", "SELECT 1; DROP VIEW data", "", "   ", "-- nothing", "SELECT 1" + " " * 30_000, "SELECT '\0'",
    "PREPARE p AS SELECT 1", "VACUUM", "WITH x AS (INSERT INTO data VALUES (1) RETURNING *) SELECT * FROM x",
]  # fmt: skip
"""What does not read, or asks twice."""
ELSEWHERE = [
    "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_blob('/proc/self/environ')", "SELECT * FROM glob('/*')", "SELECT * FROM read_parquet('http://127.0.0.1/x')",
    "SELECT * FROM 's3://a/b.parquet'", "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_views", "SELECT * FROM pg_settings",
    "SELECT current_setting('allowed_paths')", "SELECT getenv('HOME')", "SELECT * FROM information_schema.tables",
    "SELECT (SELECT max(value) FROM duckdb_settings())", "SELECT * FROM query('SELECT 1')", "SELECT * FROM query_table('data')",
    "SELECT * FROM data WHERE word IN (SELECT path FROM duckdb_databases())", "SHOW TABLES", "SELECT * FROM sqlite_master",
    "SELECT * FROM main.data", "SELECT * FROM (SELECT * FROM sniff_csv('rows.parquet'))", "SELECT * FROM parquet_metadata('rows.parquet')",
]  # fmt: skip
"""What looks at anything but the table."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten rows."""
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    query = """SELECT range AS n, 'w' || range % 3 AS word, CASE WHEN range > 7 THEN NULL ELSE range * 1.5 END AS "a ""b",
               {'x': range} AS inner_, DATE '2024-01-01' + range::INTEGER AS day FROM range(10)"""
    duckdb.connect(":memory:").execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def test_rows_are_paged_searched_sorted_and_filtered(ask: Asking) -> None:
    assert [row[0] for row in ask(limit=3, offset=8).rows] == [8, 9]
    assert [row[0] for row in ask(search="W1").rows] == [1, 4, 7]
    found = ask(search="w1", sort="n", down=True, limit=2)
    assert ([row[0] for row in found.rows], found.total, found.has_more) == ([7, 4], 3, True)
    assert [row[0] for row in ask(sort='a "b', down=True, limit=1).rows] == [7]


@pytest.mark.parametrize(
    ("column", "comparison", "value", "found"),
    [
        ("n", "is", "3", [3]), ("n", "less", "2", [0, 1]), ("n", "more", "8", [9]), ("word", "is-not", "w0", [1, 2, 4, 5, 7, 8]),
        ('a "b', "missing", "", [8, 9]), ('a "b', "there", "", list(range(8))), ("word", "contains", "W2", [2, 5, 8]),
        ("day", "less", "2024-01-02", [0]), ("inner_", "contains", "'x': 5", [5]), ("word", "is", "' OR 1=1 --", []),
    ],
)  # fmt: skip
def test_a_filter_compares_as_the_column_is_typed(ask: Asking, column: str, comparison: str, value: str, found: list[int]) -> None:
    assert [row[0] for row in ask(column=column, comparison=comparison, value=value).rows] == found


@pytest.mark.parametrize(
    "question",
    [
        {"sort": "nothing"}, {"sort": 'n"; DROP VIEW data; --'}, {"column": "nothing", "comparison": "is"}, {"comparison": "is"},
        {"column": "n", "comparison": "like"}, {"column": "n", "comparison": "is", "value": "three"},
        {"column": "day", "comparison": "more", "value": "yesterday"},
    ],
)  # fmt: skip
def test_a_filter_that_names_nothing_is_refused(ask: Asking, question: dict[str, str]) -> None:
    with pytest.raises(kit.Invalid) as caught:
        ask(**question)
    assert caught.value.code == "invalid-filter"


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("SELECT word, count(*) FROM data GROUP BY 1 ORDER BY 1", [["w0", 4], ["w1", 3], ["w2", 3]]),
        ("WITH few AS (SELECT n FROM data WHERE n > 8) SELECT * FROM few", [[9]]),
        ("from DATA select max(n)", [[9]]),
        ("SELECT unnest([1, 2])", [[1], [2]]),
        ("SELECT * FROM range(2)", [[0], [1]]),
        ("SELECT a.n FROM data a JOIN data b ON a.n = b.n + 9", [[9]]),
        ("SELECT column_name FROM (DESCRIBE data) LIMIT 1", [["n"]]),
    ],
)
def test_one_select_is_answered(ask: Asking, sql: str, found: list[list[object]]) -> None:
    assert ask(sql=sql).rows == found


def test_an_answer_has_its_columns_and_says_when_more_follow(ask: Asking) -> None:
    found = ask(sql="SELECT n AS 수, word FROM data", limit=4)
    assert found.columns == [("수", "BIGINT"), ("word", "VARCHAR")]
    assert (len(found.rows), found.total, found.has_more) == (4, None, True)


@pytest.mark.parametrize("sql", [*(each for each in READING if each.strip()), *ELSEWHERE])
def test_what_does_more_than_read_the_table_is_refused(ask: Asking, sql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kit.Invalid) as caught:
        ask(sql=sql)
    assert caught.value.code in ("not-one-select", "invalid-query")
    assert "root" not in caught.value.sentence()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sql", ["SELECT", "SELECT nothing FROM data", "SELECT n / FROM data", "SELECT 'x'::INT"])
def test_a_question_that_cannot_be_answered_says_why(ask: Asking, sql: str, rows: Path) -> None:
    with pytest.raises(tables.BadQuestion) as caught:
        ask(sql=sql)
    assert "Error" in caught.value.sentence()
    assert str(rows) not in caught.value.sentence()


def test_a_question_of_too_much_memory_is_refused(ask: Asking) -> None:
    with pytest.raises(tables.BadQuestion) as caught:
        ask(sql="SELECT a FROM range(100000000) t(a) ORDER BY a % 1000, a")
    assert "Out of Memory" in caught.value.sentence()
