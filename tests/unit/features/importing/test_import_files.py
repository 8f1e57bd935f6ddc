from dataclasses import replace
from pathlib import Path

import pytest

from features.contracts.checks import ContractBroken
from features.home import Home
from features.importing.files import find_files
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
    [files]
    sales = "PATTERN"
    [select]
    purchases = "SELECTION"
    [left_out]
    "without a buyer" = "SELECT count(*) FROM sales WHERE buyer IS NULL"
    [findings.free]
    text = "sales are free"
    count = "FOUND"
"""
SELECT = (
    "SELECT buyer AS customer_id, number AS purchase_id, bought_at AS occurred_at, 'order' AS kind, amount AS revenue "
    "FROM sales WHERE buyer IS NOT NULL"
)
HEADER = "buyer,number,bought_at,amount\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "export").mkdir()
    return tmp_path / "export"


def shop(
    select: str = SELECT,
    pattern: str = "*.csv",
    found: str = "SELECT 0, count(*) FROM sales",
) -> ImportMapping:
    return parse_mapping(MAPPING.replace("PATTERN", pattern).replace("SELECTION", select).replace("FOUND", found))


def run(home: Home, mapping: ImportMapping, place: Path) -> ImportReport:
    return import_history(home, mapping, place=str(place), receipt=receipt_for(mapping, received_at=RECEIVED_AT))


def sales(folder: Path, *lines: str, name: str = "sales.csv") -> Path:
    (folder / name).write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return folder / name


def test_csv_is_read_by_its_contract_and_ids_keep_their_zeros(home: Home, folder: Path) -> None:
    sales(folder, "007,1,2026-01-01T10:00:00Z,12.50", ",2,2026-01-02T10:00:00Z,3")

    report = run(home, shop(), folder)

    (row,) = EventLog.open(home).customer("purchases", "007").to_pylist()
    assert (row["purchase_id"], row["revenue"], row["occurred_at"].hour) == ("1", 12.5, 10)
    assert (report.raw, report.selected, report.left_out) == ({"sales": 2}, {"purchases": 1}, {"without a buyer": 1})


def test_several_files_are_one_table(home: Home, folder: Path) -> None:
    sales(folder, "c1,1,2026-01-01T10:00:00Z,1", name="a.csv")
    sales(folder, "c1,2,2026-01-02T10:00:00Z,1", name="b.csv")

    assert run(home, shop(), folder).selected == {"purchases": 2}


def test_a_finding_counts_and_drops_nothing(home: Home, folder: Path) -> None:
    sales(folder, "c1,1,2026-01-01T10:00:00Z,0", "c1,2,2026-01-02T10:00:00Z,3")

    report = run(home, shop(found="SELECT count(*) FILTER (amount = '0'), count(*) FROM sales"), folder)

    assert report.findings == (Finding("free", "sales are free", 1, 2),)
    assert report.selected == {"purchases": 2}
    assert kept_reports(home)[0]["findings"] == [{"name": "free", "text": "sales are free", "count": 1, "of": 2}]


@pytest.mark.parametrize("sql", ["SELECT count(*) FROM sales", "SELECT 1, 2 FROM sales WHERE FALSE", "SELECT 'x', 1 FROM sales"])
def test_a_finding_that_is_no_two_numbers_is_named(home: Home, folder: Path, sql: str) -> None:
    sales(folder, "c1,1,2026-01-01T10:00:00Z,1")

    with pytest.raises(ImportFailed, match=r"findings\.free: needs one row of 2 whole number"):
        run(home, shop(found=sql), folder)


def test_the_end_of_the_export_is_its_newest_row(home: Home, folder: Path) -> None:
    sales(folder, "c1,1,2026-01-01T10:00:00Z,1", "c1,2,2026-01-05T10:00:00Z,1")

    assert run(home, shop(), folder).intake.observed_until == {"purchases": parse_time("2026-01-05T10:00:00Z")}


def test_columns_that_no_file_has_are_all_named(home: Home, folder: Path) -> None:
    (folder / "sales.csv").write_text("client,number,paid_at\nc1,1,2026-01-01T10:00:00Z\n")

    with pytest.raises(ImportFailed) as refusal:
        run(home, shop(), folder)

    named = [fault.split("'")[1] for fault in refusal.value.faults]
    assert named == ["buyer", "bought_at", "amount"]
    assert "sales has client, number, paid_at" in str(refusal.value)
    assert not home.root.exists()


def test_lines_shorter_than_the_header_are_told_as_such(home: Home, folder: Path) -> None:
    sales(folder, "c1,1,2026-01-01T10:00:00Z")

    with pytest.raises(ImportFailed, match=r"files\.sales: needs as many values in each line as the header has names"):
        run(home, shop(), folder)


def test_a_file_in_another_encoding_is_told_as_such(home: Home, folder: Path) -> None:
    (folder / "sales.csv").write_bytes(HEADER.encode() + "Müller,1,2026-01-01T10:00:00Z,1\n".encode("latin-1"))

    with pytest.raises(ImportFailed, match=r"not utf-8 encoded"):
        run(home, shop(), folder)


def test_what_is_to_come_is_no_history(home: Home, folder: Path) -> None:
    good = [f"c{number},{number},2026-01-01T10:00:00Z,1" for number in range(199)]
    sales(folder, *good, "c1,x,2035-01-01T10:00:00Z,1")

    intake = run(home, shop(), folder).intake

    assert intake.sources["purchases"].reasons == {"occurred_at: after the moment of receipt": 1}
    assert intake.observed_until == {"purchases": parse_time("2026-01-01T10:00:00Z")}


def test_an_export_cannot_be_complete_up_to_a_day_to_come() -> None:
    with pytest.raises(ImportFailed, match="observed_until: needs a moment that has passed, found 2026-01-01T00:00:00Z"):
        receipt_for(replace(shop(), observed_until=parse_time("2026-01-01")), received_at=parse_time("2025-12-31"))


def test_a_file_full_of_faults_gives_one_message_and_writes_nothing(home: Home, folder: Path) -> None:
    sales(folder, ",1,2026-01-01 10:00:00,1", "c2,,2026-01-02 10:00:00,many")
    select = SELECT.removesuffix(" WHERE buyer IS NOT NULL").replace("'order'", "'sale'").replace("AS revenue", "AS revenu")

    with pytest.raises(ContractBroken) as refusal:
        run(home, shop(select), folder)

    parts = ("revenu: ", "occurred_at: needs a time", "naive", "customer_id: absent", "purchase_id: absent", "kind: not one of")
    assert [part for part in parts if part not in str(refusal.value)] == []
    assert refusal.value.exit_code == 2
    assert not home.root.exists()


def test_few_bad_rows_are_set_aside_and_many_refuse_the_file(home: Home, folder: Path) -> None:
    good = [f"c{number},{number},2026-01-01T10:00:00Z,1" for number in range(199)]
    sales(folder, *good, "c1,x,2300-01-01T10:00:00Z,1")
    few = run(home, shop(), folder)
    sales(folder, *good[:9], "c1,x,2300-01-01T10:00:00Z,1")

    assert few.intake.sources["purchases"].reasons == {"occurred_at: not between 1970 and 2200": 1}
    with pytest.raises(ContractBroken, match="1 of 10 rows"):
        run(home, shop(), folder)


def test_an_empty_file_is_named_rather_than_each_column_it_lacks(home: Home, folder: Path) -> None:
    (folder / "sales.csv").write_text("")

    with pytest.raises(ImportFailed, match=r"sales\.csv is empty") as refusal:
        run(home, shop(), folder)

    assert "has the column" not in str(refusal.value)


def test_a_value_the_sql_cannot_cast_is_named(home: Home, folder: Path) -> None:
    sales(folder, "c1,1,2026-01-01T10:00:00Z,many")

    with pytest.raises(ImportFailed, match=r"select\.purchases: .*many"):
        run(home, shop("SELECT CAST(amount AS DOUBLE) AS revenue FROM sales"), folder)


def test_a_file_that_is_no_parquet_is_named(home: Home, folder: Path) -> None:
    (folder / "sales.parquet").write_text("not parquet")

    with pytest.raises(ImportFailed, match=r"files\.sales: .*parquet"):
        run(home, shop(pattern="*.parquet"), folder)


def test_a_path_with_a_quote_is_only_a_path(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "o'brien'], '/etc"
    folder.mkdir(parents=True)
    sales(folder, "c1,1,2026-01-01T10:00:00Z,1")

    assert run(home, shop(), folder).selected == {"purchases": 1}


@pytest.mark.parametrize("pattern", ["../secret.csv", "/etc/*.csv", "link.csv", "", "."])
def test_no_name_leads_out_of_the_folder(folder: Path, pattern: str) -> None:
    secret = sales(folder.parent, "c1,1,2026-01-01T10:00:00Z,1", name="secret.csv")
    (folder / "link.csv").symlink_to(secret)

    with pytest.raises(ImportFailed, match="nothing in the folder matches"):
        find_files(shop(pattern=pattern), folder)


@pytest.mark.parametrize("name", ["nowhere", "sales.xlsx"])
def test_a_missing_or_strange_file_is_refused(folder: Path, name: str) -> None:
    sales(folder, name="sales.xlsx")

    with pytest.raises(ImportFailed, match=name):
        find_files(shop(), folder / name)
