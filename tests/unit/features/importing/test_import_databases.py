import os
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, make_url

from features.home import Home
from features.importing.databases import DatabaseUnreachable
from features.importing.imports import import_history, receipt_for
from features.importing.mapping import ImportMapping, parse_mapping
from features.importing.report import ImportReport, kept_reports
from features.importing.selection import Finding, ImportFailed
from features.log.store import EventLog
from features.times import parse_time

RECEIVED_AT = parse_time("2026-06-01")
MAPPING = """
name = "shop"
known_at = "event_time"
[database]
kind = "KIND"
tables = ["sales"]
[views]
paid = "SELECT * FROM sales WHERE amount > 0 AND note <> '100%'"
[select]
purchases = "SELECTION"
[left_out]
"not paid" = "SELECT count(*) FROM sales WHERE NOT amount > 0"
[findings.large]
text = "sales are large"
count = "SELECT sum(CASE WHEN amount > 10 THEN 1 ELSE 0 END), count(*) FROM paid"
"""
TIMES = {"sqlite": "bought_at || 'Z'", "postgresql": "bought_at AT TIME ZONE 'UTC'", "duckdb": "bought_at AT TIME ZONE 'UTC'"}
SELECT = (
    "SELECT buyer AS customer_id, CAST(id AS VARCHAR(9)) AS purchase_id, TIME AS occurred_at, 'order' AS kind, amount AS revenue "
    "FROM paid -- a comment at the end"
)
TABLE = """
CREATE TABLE sales (id INTEGER, buyer VARCHAR(9), bought_at TIMESTAMP, amount NUMERIC(9, 2), note VARCHAR(9));
INSERT INTO sales VALUES (1, '007', '2026-01-01 10:00:00', 12.50, 'a:b'), (2, '007', '2026-01-02 10:00:00', 3, '%s'),
    (3, 'c2', '2026-01-03 10:00:00', 0, '');
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


@pytest.fixture(params=["sqlite", "duckdb", pytest.param("postgresql", marks=pytest.mark.needs("postgres"))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgresql":
        yield from a_schema_of_its_own(os.environ["LIFECYCLE_TEST_POSTGRES_URL"])
        return
    if request.param == "sqlite":
        yield a_sqlite_file(tmp_path)
        return
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as database:
        database.execute(TABLE)
    yield str(tmp_path / "shop.duckdb")


def a_sqlite_file(folder: Path) -> str:
    with closing(sqlite3.connect(folder / "a #shop.db")) as database:
        database.executescript(TABLE)
    return f"sqlite:///{folder / 'a #shop.db'}"


def a_schema_of_its_own(server: str) -> Iterator[str]:
    schema = f"test_{secrets.token_hex(6)}"
    administrator = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}; SET search_path = {schema}; {TABLE}")
        own = make_url(server).update_query_dict({"options": f"-c search_path={schema} -c timezone=Asia/Tokyo"})
        yield own.render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    administrator.dispose()


def shop(place: str, select: str = SELECT) -> ImportMapping:
    kind = "duckdb" if place.endswith(".duckdb") else make_url(place).get_backend_name()
    return parse_mapping(MAPPING.replace("SELECTION", select).replace("KIND", kind).replace("TIME ", f"{TIMES[kind]} "))


def run(home: Home, place: str, mapping: ImportMapping | None = None) -> ImportReport:
    mapping = mapping or shop(place)
    return import_history(home, mapping, place=place, receipt=receipt_for(mapping, received_at=RECEIVED_AT))


def test_each_select_runs_in_the_database_and_gives_typed_rows(home: Home, place: str) -> None:
    report = run(home, place)

    rows = EventLog.open(home).customer("purchases", "007").to_pylist()
    assert [(row["purchase_id"], row["revenue"], row["occurred_at"].hour) for row in rows] == [("1", 12.5, 10), ("2", 3.0, 10)]
    assert (report.raw, report.selected, report.left_out) == ({"sales": 3}, {"purchases": 2}, {"not paid": 1})
    assert report.findings == (Finding("large", "sales are large", 1, 2),)


def test_a_file_of_sqlite_may_be_named_without_a_url(home: Home, tmp_path: Path) -> None:
    place = a_sqlite_file(tmp_path)

    report = import_history(
        home, shop(place), place=str(tmp_path / "a #shop.db"), receipt=receipt_for(shop(place), received_at=RECEIVED_AT)
    )

    assert report.selected == {"purchases": 2}


def test_a_file_that_is_none_of_duckdb_is_named(home: Home, tmp_path: Path) -> None:
    (tmp_path / "shop.duckdb").write_text("no database")

    with pytest.raises(ImportFailed, match="--from: needs a file of DuckDB"):
        run(home, str(tmp_path / "shop.duckdb"))


def test_everything_that_fails_is_told_at_once(home: Home, place: str) -> None:
    mapping = shop(place, "SELECT client AS customer_id, sum_paid AS revenue FROM paid")

    with pytest.raises(ImportFailed) as refusal:
        run(home, place, mapping)

    assert "client" in str(refusal.value)
    assert not home.root.exists()


def test_a_time_without_a_zone_is_refused_from_a_database_too(home: Home, place: str) -> None:
    with pytest.raises(Exception, match="naive time"):
        run(home, place, shop(place, SELECT.replace("TIME ", "bought_at ")))


def test_an_empty_result_is_no_fault(home: Home, place: str) -> None:
    assert run(home, place, shop(place, SELECT.replace("FROM paid", "FROM paid WHERE amount > 999"))).selected == {"purchases": 0}


def test_nothing_can_be_written(home: Home, tmp_path: Path) -> None:
    place = a_sqlite_file(tmp_path)
    before = (tmp_path / "a #shop.db").read_bytes()

    run(home, place)

    assert (tmp_path / "a #shop.db").read_bytes() == before
    assert not (tmp_path / "a #shop.db-journal").exists()


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("sqlite", "SELECT load_extension('x') FROM sales"),
        ("sqlite", "SELECT datetime('now') FROM sales"),
        ("sqlite", "SELECT date() FROM sales"),
        ("sqlite", "SELECT strftime('%Y', 'now', '+1 day') FROM sales"),
        ("sqlite", "SELECT datetime(bought_at, 'localtime') FROM sales"),
        ("sqlite", "SELECT * FROM sqlite_master"),
        ("postgresql", "WITH gone AS (DELETE FROM sales RETURNING *) SELECT * FROM gone"),
        ("postgresql", "SELECT pg_read_file('/etc/passwd') FROM sales"),
        ("postgresql", "SELECT CAST('now' AS TIMESTAMP) FROM sales"),
        ("postgresql", "SELECT * FROM pg_catalog.pg_shadow"),
        ("postgresql", "SELECT set_config('transaction_read_only', 'off', false) FROM sales"),
        ("postgresql", "SELECT * FROM sales FOR UPDATE"),
    ],
)
def test_what_could_do_harm_in_a_database_is_refused_before_it_runs(kind: str, sql: str) -> None:
    text = MAPPING.replace("KIND", kind).replace("SELECTION", sql)

    with pytest.raises(Exception, match=r"select\.purchases: "):
        parse_mapping(text)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT strftime('%Y-%m-%dT%H:%M:%SZ', bought_at, 'unixepoch') AS occurred_at FROM sales",
        "SELECT date(bought_at, '+1 day') || 'T00:00:00Z' AS occurred_at FROM sales",
    ],
)
def test_times_of_sqlite_can_be_written_as_iso_8601(sql: str) -> None:
    assert parse_mapping(MAPPING.replace("KIND", "sqlite").replace("SELECTION", sql)).select


def test_values_of_several_types_in_one_column_are_named(home: Home, tmp_path: Path) -> None:
    place = a_sqlite_file(tmp_path)
    with closing(sqlite3.connect(tmp_path / "a #shop.db")) as database:
        database.executescript("UPDATE sales SET amount = 'twelve' WHERE id = 1")

    with pytest.raises(ImportFailed, match=r"select\.purchases: revenue: needs values of one type"):
        run(home, place)


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("sqlite:///nowhere.db", "no SQLite file at nowhere.db"),
        ("postgresql://reader:hunter2@db/crm?password=hunter2", "the mapping is written for sqlite"),
        ("postgres//reader:hunter2@db/crm", "or a URL like"),
        ("postgresql://reader:hunter2@db:port/crm", "or a URL like"),
    ],
)
def test_a_wrong_place_is_named_and_its_password_never(home: Home, place: str, told: str) -> None:
    mapping = shop("sqlite:///shop.db")

    with pytest.raises(ImportFailed) as refusal:
        run(home, place, mapping)

    assert told in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_a_server_that_does_not_answer_is_named_without_the_password(home: Home) -> None:
    place = "postgresql+psycopg://reader:hunter2@127.0.0.1:1/crm"

    with pytest.raises(DatabaseUnreachable) as refusal:
        run(home, place, shop(place))

    assert "reader:***@127.0.0.1:1/crm" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.needs("postgres")
def test_a_view_that_writes_is_stopped_by_the_transaction(home: Home) -> None:
    for place in a_schema_of_its_own(os.environ["LIFECYCLE_TEST_POSTGRES_URL"]):
        engine = create_engine(place, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("ALTER TABLE sales RENAME TO stored")
            connection.exec_driver_sql("CREATE FUNCTION gone() RETURNS integer LANGUAGE sql AS 'DELETE FROM stored RETURNING id'")
            connection.exec_driver_sql("CREATE VIEW sales AS SELECT stored.* FROM stored WHERE gone() > 0")
        engine.dispose()

        with pytest.raises(ImportFailed, match="cannot execute DELETE in a read-only transaction"):
            run(home, place)


@pytest.mark.needs("postgres")
def test_the_kept_report_names_the_database_without_its_password(home: Home) -> None:
    for place in a_schema_of_its_own(os.environ["LIFECYCLE_TEST_POSTGRES_URL"]):
        run(home, place)

    (kept,) = kept_reports(home)
    assert kept["from"].startswith("postgresql")
    assert "?" not in kept["from"]
