"""Queries against SQLite and PostgreSQL: read only, in stretches, and nothing secret in any message."""

from __future__ import annotations

import sqlite3
from datetime import datetime

import pytest

from survey.errors import Place, SatixError
from survey.importers import database
from survey.importers.database import read_query
from survey.importers.queries import check_query
from survey.importers.read import read_responses
from survey.importers.sources import read_any
from tests.survey.postgres_server import PASSWORD, postgres

sqlalchemy = pytest.importorskip("sqlalchemy")


@pytest.fixture
def answers(tmp_path):
    """An SQLite file with one table."""
    path = tmp_path / "answers.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE answers (id TEXT, q INTEGER, share REAL, note TEXT)")
        rows = [(f"r{i}", i % 5 + 1, i / 2, "很好" if i % 2 else None) for i in range(25)]
        connection.executemany("INSERT INTO answers VALUES (?, ?, ?, ?)", rows)
    connection.close()
    return path


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("psycopg")
    with postgres() as address:
        url = sqlalchemy.engine.make_url(address.replace("${SATIX_TEST_PASSWORD}", "x")).set(password=PASSWORD)
        engine = sqlalchemy.create_engine(url)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "CREATE TABLE answers (id serial PRIMARY KEY, q int, share numeric(5, 2), text text, yes boolean,"
                " at timestamptz, via text[], more jsonb, comment text)"
            )
            connection.exec_driver_sql(
                "INSERT INTO answers (q, share, text, yes, at, via, more) SELECT mod(g, 5) + 1, 1.5, '很满意', g < 3,"
                " '2024-05-06 10:00+00', array['a', 'b'], '{\"k\": [1, 2]}' FROM generate_series(1, 25000) g"
            )
        yield address
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM answers").scalar() == 25_000
        engine.dispose()


def test_rows_of_a_query_become_a_table(answers):
    """Types, order, the name without the path's owner, and no heading row."""
    table = read_any(f"sqlite:///{answers}", "SELECT id, q, share, note FROM answers ORDER BY q, id;")
    assert table.headings == ("id", "q", "share", "note")
    assert table.record(0) == ("r0", 1, 0, None)
    assert (table.n, table.kind, table.header_row, table.rows[:2]) == (25, "query", 0, (1, 2))


def test_answers_are_read_from_a_query(answers, instrument, mapping_of):
    """A table from a database is read as any other; its content has a hash."""
    table = read_any("sqlite:///answers.db", "SELECT id, q FROM answers ORDER BY id", folder=answers.parent)
    read = read_responses(table, instrument, mapping_of({"id": {"role": "respondent"}, "q": "Q1"}))
    assert read.responses.n == 25
    assert len(read.report.sha256) == 64


def test_a_query_may_stand_in_a_file(answers, tmp_path):
    """A .sql file, with comments."""
    (tmp_path / "q.sql").write_text("-- every answer\nSELECT *\nFROM answers;\n", encoding="utf-8")
    assert read_any(f"sqlite:///{answers}", "q.sql", folder=tmp_path).n == 25


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "query_empty"),
        ("-- nothing", "query_empty"),
        ("DELETE FROM answers", "query_not_select"),
        ("PRAGMA writable_schema = 1", "query_not_select"),
        ("ATTACH 'x.db' AS x", "query_not_select"),
        ("SELECT 1; DROP TABLE answers", "query_several"),
        ("SELECT 1 /* ; */; DELETE FROM answers; --", "query_several"),
        ("WITH gone AS (DELETE FROM answers RETURNING *) SELECT * FROM gone", "query_writes"),
        ("SELECT * INTO other FROM answers", "query_writes"),
        ("SELECT * FROM answers FOR UPDATE", "query_writes"),
        ("SELECT '\\'; DROP TABLE answers; --'", "query_ambiguous"),
        ("/* /* */ ' */ SELECT 1; DROP TABLE answers; --'", "query_ambiguous"),
        ("SELECT /*! 1; DROP TABLE answers */ 2", "query_ambiguous"),
        ("SELECT $x$ ' $x$; DROP TABLE answers; --'", "query_ambiguous"),
        ("SELECT 'open", "query_ambiguous"),
        ("SELECT 1" + " " * 100_000, "query_too_long"),
        ("SELECT pg_read_file('/etc/passwd')", "query_reaches"),
        ("SELECT * FROM pg_catalog.pg_ls_dir ('/')", "query_reaches"),
        ('SELECT "PG_SLEEP" /* */ (9)', "query_reaches"),
        ("SELECT lo_export(1, 'x'), 2", "query_reaches"),
        ("SELECT * FROM dblink('host=x', 'SELECT 1') AS t(a int)", "query_reaches"),
        ("SELECT query_to_xml('SELECT 1', true, true, '')", "query_reaches"),
        ('SELECT U&"pg\\005fsleep"(9)', "query_ambiguous"),
        ("SELECT /*M! 1; DROP TABLE answers */ 2", "query_ambiguous"),
    ],
)
def test_anything_but_one_select_is_refused(query, code):
    """Before any connection; quotations that databases end differently are not guessed."""
    with pytest.raises(SatixError) as caught:
        check_query(query, place=Place(file="x"), dialect="postgresql")
    assert [problem.code for problem in caught.value.problems] == [f"survey.{code}"]
    assert caught.value.message("zh")


@pytest.mark.parametrize(
    "query",
    [
        "select 'it''s; delete', \"update\", comment, replace(note, 'a', 'b') from answers -- drop",
        "WITH recent AS (SELECT * FROM answers) SELECT * FROM recent;",
        "(SELECT 1) UNION (SELECT 2)",
        "SELECT sleep, edit, a.benchmark FROM answers a WHERE pg_sleep > 1 --comment",
        "SELECT q::text, via[1], ARRAY['a', 'b'] FROM answers WHERE text LIKE '%满%' AND at > '2024-01-01 10:00'",
    ],
)
def test_selects_pass(query):
    """Words in quotation marks write nothing."""
    assert check_query(query, place=Place(file="x"), dialect="postgresql")


def test_quotation_marks_are_those_of_the_database():
    """Brackets and backticks quote names in some databases and mean something else in others."""
    place = Place(file="x")
    assert check_query("SELECT `a;b` FROM x", place=place, dialect="mysql")
    assert check_query("SELECT [it's; a] FROM x", place=place, dialect="mssql")
    for query in ("SELECT `a` FROM x", "SELECT ARRAY[']']; COMMIT; SELECT ARRAY['[']"):
        with pytest.raises(SatixError):
            check_query(query, place=place, dialect="postgresql")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT 1 # ' ; \n; DROP TABLE x -- '", "query_ambiguous"),
        ("SELECT 1 --1; DROP TABLE x", "query_ambiguous"),
        ("SELECT /*!50000 sleep(9) */ 1", "query_ambiguous"),
        ("SELECT /*m!100000 sleep(9) */ 1", "query_ambiguous"),
        ("SELECT 'a' INTO OUTFILE '/srv/x'", "query_writes"),
        ("SELECT LOAD_FILE('/etc/passwd')", "query_reaches"),
        ("SELECT `sleep` (9)", "query_reaches"),
    ],
)
@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_comments_and_functions_of_mysql(query, code, dialect):
    """Where a comment begins, and what is run inside one, differs from other databases."""
    with pytest.raises(SatixError) as caught:
        check_query(query, place=Place(file="x"), dialect=dialect)
    assert [problem.code for problem in caught.value.problems] == [f"survey.{code}"]
    assert caught.value.message("zh")


def test_comments_that_every_database_understands_pass():
    """Two dashes and a blank, and a number sign in a text."""
    query = "SELECT '#', \"a--b\" -- all; of it\nFROM answers --"
    assert check_query(query, place=Place(file="x"), dialect="mysql") == query


ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT {} FROM c"


@pytest.mark.parametrize("what", ["count(*)", "x"])
def test_an_endless_query_is_ended(answers, monkeypatch, what):
    """Whether it gives no row or rows without end."""
    monkeypatch.setattr(database, "SECONDS", 0.4)
    monkeypatch.setattr(database, "STRETCH", 100)
    with pytest.raises(SatixError, match=r"longer than 0\.4 seconds") as caught:
        read_query(f"sqlite:///{answers}", ENDLESS.format(what), most_rows=10**9)
    assert "0.4" in caught.value.message("zh")


def test_a_cell_has_a_largest_size(answers):
    """A function that makes texts does not fill the memory."""
    with pytest.raises(SatixError, match="refused"):
        read_query(f"sqlite:///{answers}", "SELECT hex(zeroblob(500000000))")


def test_limits_are_set_in_the_words_of_each_database():
    """MySQL counts thousandths of a second, MariaDB seconds; the names differ."""
    assert database._limits("mysql", mariadb=False)[1] == "SET SESSION max_execution_time = 120000"
    assert database._limits("mysql", mariadb=True)[1] == "SET SESSION max_statement_time = 120"
    assert database._limits("mariadb", mariadb=True)[0] == "SET SESSION TRANSACTION READ ONLY"
    assert database._limits("oracle", mariadb=False) == ()


def test_postgresql_ends_an_endless_query(server, monkeypatch):
    """By the server's own clock."""
    monkeypatch.setenv("SATIX_TEST_PASSWORD", PASSWORD)
    monkeypatch.setattr(database, "SECONDS", 0.5)
    with pytest.raises(SatixError, match=r"longer than 0\.5 seconds"):
        read_query(server, ENDLESS.format("count(*)"))


def test_a_file_is_opened_for_reading_only_and_never_made(answers, tmp_path):
    """A function that writes is refused by the database itself; an absent file stays absent."""
    for address in (f"sqlite:///{tmp_path}/none.db", "sqlite://", "sqlite:///:memory:"):
        with pytest.raises(SatixError, match="no such SQLite file"):
            read_query(address, "SELECT 1")
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(SatixError, match="refused"):
        read_query(f"sqlite:///{answers}", "SELECT * FROM nothing")


def test_rows_are_limited_and_an_empty_answer_is_named(answers):
    """Nothing is cut off in silence."""
    address = f"sqlite:///{answers}"
    with pytest.raises(SatixError, match="more than 24 rows"):
        read_query(address, "SELECT * FROM answers", most_rows=24)
    with pytest.raises(SatixError, match="no record"):
        read_query(address, "SELECT * FROM answers WHERE q > 9")


def test_queries_need_databases_and_databases_queries(answers, write_csv):
    """Each without the other is refused."""
    with pytest.raises(SatixError, match="needs a query"):
        read_any(f"sqlite:///{answers}")
    with pytest.raises(SatixError, match="this is a file"):
        read_any(write_csv([["a", "b"], ["1", "2"]]), "SELECT 1")
    assert read_any(str(write_csv([["a", "b"], ["1", "2"]]))).n == 1


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://reader:geheim@127.0.0.1:1/survey",
        "postgresql+psycopg://reader:ge@heim/x@127.0.0.1:1/survey?sslpassword=geheim",
        "nosuch://reader:geheim@host/survey",
        "postgresql+psycopg://reader:geheim@host:port/survey",
        "oracle+nosuch://reader:geheim@host/survey",
        "postgresql+psycopg://reader:${SATIX_NO_SUCH_VARIABLE}@host/survey",
    ],
)
def test_no_message_shows_a_password_or_a_user(address):
    """Whatever goes wrong on the way to the database."""
    with pytest.raises(SatixError) as caught:
        read_query(address, "SELECT 1")
    said = caught.value.message("en") + caught.value.message("zh") + repr(caught.value.problems)
    assert "geheim" not in said
    assert "heim" not in said
    assert "reader" not in said
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_postgresql_is_read_in_stretches_with_its_types(server, monkeypatch):
    """25 000 rows; times, numbers, arrays and documents; marks of parameters in texts mean nothing."""
    monkeypatch.setenv("SATIX_TEST_PASSWORD", PASSWORD)
    table = read_query(server, "SELECT * FROM answers WHERE text LIKE '%满%' AND text <> ':x' ORDER BY id")
    assert table.n == 25_000
    assert table.record(0)[1:] == (2, 1.5, "很满意", "TRUE", datetime(2024, 5, 6, 10), "a┋b", "k: 1┋2", None)
    assert table.file == "postgresql+psycopg:///postgres"


def test_the_whole_address_may_be_a_variable(server, monkeypatch):
    """As services set DATABASE_URL; marks in the password are escaped there."""
    from urllib.parse import quote

    address = server.replace("${SATIX_TEST_PASSWORD}", quote(PASSWORD, safe=""))
    monkeypatch.setenv("SATIX_TEST_ADDRESS", address)
    assert read_query("${SATIX_TEST_ADDRESS}", "SELECT id FROM answers LIMIT 3").n == 3


def test_the_server_itself_refuses_to_write(server, monkeypatch):
    """Functions that write pass for a SELECT; the transaction stops them."""
    monkeypatch.setenv("SATIX_TEST_PASSWORD", PASSWORD)
    with pytest.raises(SatixError, match="read-only"):
        read_query(server, "SELECT nextval('answers_id_seq')")


def test_a_refused_password_is_not_shown(server, monkeypatch):
    """PostgreSQL names the user; the password and the address are masked."""
    monkeypatch.setenv("SATIX_TEST_PASSWORD", "wrong-password")
    with pytest.raises(SatixError, match="password authentication failed") as caught:
        read_query(server, "SELECT 1")
    assert "wrong-password" not in caught.value.message("en")


def test_without_sqlalchemy_the_message_says_what_to_install(monkeypatch):
    """The extra by name."""
    import sys

    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(SatixError, match=r"satix\[sql\]"):
        read_query("sqlite:///x.db", "SELECT 1")
