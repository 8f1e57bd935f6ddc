from pathlib import Path

import pytest

from features.importing.mapping import (
    MappingInvalid,
    UnknownMapping,
    parse_mapping,
    read_mapping,
    shipped_mapping,
    shipped_mappings,
)
from features.importing.statements import faults_of_select

WHOLE = """
name = "shop"
known_at = "event_time"
[files]
orders = "*.csv"
[views]
paid = "SELECT * FROM orders WHERE paid"
[select]
purchases = "WITH big AS (FROM paid) SELECT b.* FROM big b JOIN orders USING (id), (VALUES (1)) v(x), LATERAL (SELECT 1) l(y)"
"""


def test_a_mapping_is_read_with_its_defaults() -> None:
    found = parse_mapping(WHOLE)

    assert (found.name, found.known_at, found.company, found.observed_until) == ("shop", "event_time", None, None)
    assert list(found.select) == ["purchases"]


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_is_valid_and_says_what_it_assumes(name: str) -> None:
    assert shipped_mapping(name).assumptions


def test_an_unknown_name_lists_the_shipped_ones() -> None:
    with pytest.raises(UnknownMapping, match="online_retail"):
        shipped_mapping("../../etc/passwd")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM glob('*')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM orders, duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM other.orders",
        "SELECT (SELECT max(x) FROM secrets) FROM orders",
        "SELECT * FROM orders; DROP TABLE orders",
        "DROP TABLE orders",
        "COPY orders TO 'x.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "SET threads = 1",
        "SELECT * INTO copy FROM orders",
        "SELECT now() FROM orders",
        "SELECT current_timestamp FROM orders",
        "SELECT random() FROM orders",
        "SELECT uuid() FROM orders",
        "SELECT getenv('HOME') FROM orders",
        "SELECT current_setting('threads') FROM orders",
        "WITH read_text AS (SELECT 1) SELECT * FROM read_text('/etc/passwd')",
        "WITH tables AS (SELECT 1) SELECT * FROM information_schema.tables",
        "SELECT * FROM orders, LATERAL read_text('/etc/passwd')",
        "SELECT * FROM orders TABLESAMPLE 50%",
        "SELECT * FROM orders USING SAMPLE 1",
        "SELECT localtimestamp, current_localtime() FROM orders",
        "SELECT age(paid_at) FROM orders",
        "SELECT version() FROM orders",
        "SELECT " + "NOT " * 5000 + "paid FROM orders",
        "SELEC * FORM orders",
        "",
    ],
)
def test_only_one_repeatable_select_over_the_named_tables_passes(sql: str) -> None:
    assert faults_of_select(sql, {"orders"})


def test_a_union_is_one_select_too() -> None:
    assert faults_of_select("SELECT id FROM orders UNION ALL SELECT id FROM orders", {"orders"}) == []


@pytest.mark.parametrize("read", ["", '[files]\norders = "*.csv"\n[database]\nkind = "sqlite"\ntables = ["orders"]\n'])
def test_a_mapping_reads_files_or_a_database(read: str) -> None:
    text = WHOLE.replace('[files]\norders = "*.csv"\n', read).replace("[views]", "[left_out]")

    with pytest.raises(MappingInvalid, match=r"either \[files\] or \[database\]"):
        parse_mapping(text)


def test_everything_wrong_with_a_mapping_is_listed_at_once() -> None:
    text = WHOLE.replace("FROM orders WHERE", "FROM invoices WHERE").replace("purchases =", "clicks =")

    with pytest.raises(MappingInvalid) as refusal:
        parse_mapping('observed_until = "2026-01-01T10:00"\n' + text)

    assert [fault.split(":")[0] for fault in refusal.value.faults] == ["observed_until", "select.clicks", "views.paid"]


@pytest.mark.parametrize(
    ("line", "named"),
    [('known_at = "yesterday"', "known_at"), ('company = "mine"', "company"), ('colour = "red"', "colour"), ("name = 7", "name")],
)
def test_a_wrong_key_is_named(line: str, named: str) -> None:
    key = line.split(" ")[0]
    text = "\n".join([line, *(kept for kept in WHOLE.splitlines() if not kept.startswith(f"{key} "))])

    with pytest.raises(MappingInvalid, match=f"\n  {named}: "):
        parse_mapping(text)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(MappingInvalid, match="hundreds of levels"):
        parse_mapping("name = " + "[" * 9000 + "]" * 9000)


def test_a_file_that_is_no_text_is_refused_and_a_missing_one_named(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_bytes(b"name = '\xff'")

    with pytest.raises(MappingInvalid, match="0xff at 8"):
        read_mapping(tmp_path / "shop.toml")
    with pytest.raises(UnknownMapping, match=r"other\.toml"):
        read_mapping(tmp_path / "other.toml")


def test_text_that_is_no_toml_is_refused_with_its_place() -> None:
    with pytest.raises(MappingInvalid, match=r"not TOML: .*line 1"):
        parse_mapping("name = \n")
