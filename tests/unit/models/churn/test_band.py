"""The band of a chance is what the company file calls it."""

from __future__ import annotations

import pytest

from features.company import default_company_text, read_company
from models.churn.band import band_of


@pytest.mark.parametrize(("chance", "band"), [(0.0, "low"), (0.0999, "low"), (0.1, "medium"), (0.29, "medium"), (0.3, "high")])
def test_a_band_begins_where_the_company_file_says(chance: float, band: str) -> None:
    assert band_of(chance, read_company(default_company_text("default"))) == band
