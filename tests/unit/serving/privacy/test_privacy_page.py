"""The page on privacy lists every table of the database and every place below the installation's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.home import Home
from serving.database.tables import metadata

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "privacy.md").read_text(encoding="utf-8")
PLACES = [name for name, value in vars(Home).items() if isinstance(value, property)]


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_on_the_page(table: str) -> None:
    assert f"`{table}`" in PAGE


@pytest.mark.parametrize("place", [place for place in PLACES if place != "database"])
def test_every_place_of_files_is_on_the_page(place: str) -> None:
    path = getattr(Home(Path("home")), place)

    assert f"`{path.name}`" in PAGE or f"`{path.name}/`" in PAGE
