"""The page on privacy lists every table of the database and every place below the installation's folder, with its erasure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.whole_states import WholeShop
from features.home import Home
from serving.database.tables import metadata

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
FLOORS = ("features", "models", "training", "serving", "lifecycle")
HOLDS_NOTHING = re.compile(
    r".*\.lock|demo|lifecycle\.db(-wal|-shm|\.next|\.migrating|\.writing)?"
)  # of the database its tables are on the page
"""Locks; a home of its own inside the home; and the database, whose tables are listed one by one."""


def named_in_code() -> Iterator[str]:
    """Give the name of everything that any module puts right below the installation's folder."""
    for path in (path for floor in FLOORS for path in (ROOT / floor).rglob("*.py")):
        yield from re.findall(r'\broot / "([^"/]+)"', path.read_text(encoding="utf-8"))


PLACES = sorted({name for name in named_in_code() if not HOLDS_NOTHING.fullmatch(name)})


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_on_the_page(table: str) -> None:
    assert f"`{table}`" in PAGE


@pytest.mark.parametrize("place", PLACES)
def test_whatever_is_put_below_the_home_is_on_the_page_with_its_erasure(place: str) -> None:
    assert re.search(rf"^\|[^|]*`{re.escape(place)}/?`.*\|$", PAGE, re.MULTILINE)


def test_the_places_are_those_that_the_home_names_and_more() -> None:
    home = Home(Path("home"))
    named = {getattr(home, name).name for name, value in vars(Home).items() if isinstance(value, property)}

    assert {name for name in named if not HOLDS_NOTHING.fullmatch(name)} < set(PLACES)


def test_an_installation_that_did_everything_holds_no_other_place(whole_shop: WholeShop) -> None:
    found = {path.name for path in whole_shop.home.root.iterdir()}

    assert {name for name in found if not HOLDS_NOTHING.fullmatch(name)} <= set(PLACES)
