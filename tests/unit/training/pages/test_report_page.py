"""That a report page holds all it shows, loads nothing, and is harmless whatever stands in the data."""

from __future__ import annotations

import re
from pathlib import Path

import altair as alt
import pandas as pd

from training.pages import Chapter, Exhibit, Page, write_page

HOSTILE = "<script>alert(1)</script>"


def bars(table: pd.DataFrame) -> alt.Chart:
    return alt.Chart(table).mark_bar().encode(x="channel:N", y="tickets:Q")


def page_of(table: pd.DataFrame, *, drawn: bool = True) -> Page:
    exhibit = Exhibit("tickets", "Tickets", "Tickets by channel.", table, bars if drawn else None)
    return Page("Report", ["All is well."], [Chapter("Support", [exhibit])])


def test_a_page_holds_its_pictures_and_the_figures_lie_beside_it_as_csv(tmp_path: Path) -> None:
    table = pd.DataFrame({"channel": ["web", "phone"], "tickets": [3, 4]})

    path = write_page(page_of(table), tmp_path / "report.html")

    text = path.read_text()
    assert "<svg" in text
    assert 'href="report/tickets.csv"' in text
    assert pd.read_csv(tmp_path / "report" / "tickets.csv").equals(table)


def test_a_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    text = write_page(page_of(pd.DataFrame({"channel": ["web"], "tickets": [3]})), tmp_path / "report.html").read_text()

    assert "<script" not in text
    assert not re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?\s*(?:https?:)?//""", text)


def test_hostile_names_stay_text_in_tables_and_in_pictures(tmp_path: Path) -> None:
    table = pd.DataFrame({"channel": [HOSTILE], "tickets": [3]})

    text = write_page(page_of(table), tmp_path / "drawn.html").read_text()

    assert HOSTILE not in text
    assert "&lt;script&gt;" in text


def test_where_nothing_is_known_the_page_says_so(tmp_path: Path) -> None:
    text = write_page(page_of(pd.DataFrame({"channel": [], "tickets": []})), tmp_path / "empty.html").read_text()

    assert "no row of this kind is known" in text
    assert "<svg" not in text


def test_a_long_table_is_shown_in_part_and_kept_whole(tmp_path: Path) -> None:
    table = pd.DataFrame({"channel": [f"c{number}" for number in range(100)], "tickets": range(100)})

    text = write_page(page_of(table, drawn=False), tmp_path / "long.html").read_text()

    assert "The first 40 of 100 rows" in text
    assert len(pd.read_csv(tmp_path / "long" / "tickets.csv")) == 100


def test_texts_stand_on_the_left_and_only_long_ones_wrap(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"tickets": [3], "channel": ["web"], "note": ["a sentence that is much too long for one line of a table"]}
    )

    text = write_page(page_of(table, drawn=False), tmp_path / "texts.html").read_text()

    assert '<th scope="col" class="text">channel</th>' in text
    assert '<td class="text">web</td>' in text
    assert '<td class="text long">a sentence' in text
    assert "<td>3</td>" in text
