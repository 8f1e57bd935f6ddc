"""Tables that somebody wrote lose the rows of a person; pages that name them go, and figures that look alike stay."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.contracts.sources import SOURCES
from features.erasing.quarantine import erase_from_quarantine
from features.erasing.tables import erase_from_tables
from features.home import Home
from features.log.quarantine import set_aside


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.reports.mkdir()
    return home


def test_a_table_loses_the_rows_of_the_person_and_keeps_the_rest(home: Home) -> None:
    (home.root / "scores.csv").write_text('customer_id,text\nc1,"a, c2"\nc2,b\n')
    pq.write_table(pa.table({"customer_id": ["c1", "c2"], "x": [1, 2]}), home.root / "scores.parquet")
    (home.root / "scores.ndjson").write_text('{"customer_id":"c1"}\n{"customer_id":"c2"}\n')

    done = erase_from_tables(home, ["c2"])

    assert (done.changed, done.rows) == (3, 3)
    assert (home.root / "scores.csv").read_text() == 'customer_id,text\nc1,"a, c2"\n'
    assert pq.read_table(home.root / "scores.parquet")["customer_id"].to_pylist() == ["c1"]
    assert (home.root / "scores.ndjson").read_text() == '{"customer_id":"c1"}\n'


def test_a_page_that_names_the_person_is_removed(home: Home) -> None:
    (home.reports / "list.html").write_text("<td>c2</td>")
    (home.reports / "other.html").write_text("<td>c22</td>")

    erase_from_tables(home, ["c2"])

    assert [path.name for path in home.reports.iterdir()] == ["other.html"]


def test_a_figure_that_looks_like_an_id_removes_no_report(home: Home) -> None:
    (home.reports / "retrain.json").write_text('{"rows": 1234, "note": "about 1234 rows"}')

    assert erase_from_tables(home, ["1234"]).changed == 0


@pytest.mark.parametrize(
    ("text", "goes"), [("c2", True), ("said c2, twice", True), ("c22", False), ("abc2", False), ("c2-b", False)]
)
def test_a_row_set_aside_goes_if_it_names_the_person_in_any_column(home: Home, text: str, goes: bool) -> None:
    bad = pa.table({"row": [1, 2], "reason": ["", ""], "misplaced": [text, "other"]})
    set_aside(home, SOURCES["mentions"], bad=bad)

    done = erase_from_quarantine(home, ["c2"])

    (left,) = (home.quarantine / "mentions").iterdir()
    assert done.rows == int(goes)
    assert pq.read_table(left).num_rows == 2 - goes
