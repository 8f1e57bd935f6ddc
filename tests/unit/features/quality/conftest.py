"""A small clean log: ten customers, and twenty public mentions a day over forty weeks, each known an hour after it appeared."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.quality import QualityReport, assess
from features.times import DAY, HOUR, parse_time

START, DAYS = parse_time("2025-01-06"), 280  # a Monday

Assess: TypeAlias = Callable[[Mapping[str, pd.DataFrame]], QualityReport]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


@pytest.fixture
def mentions() -> pd.DataFrame:
    place = np.arange(DAYS * 20)
    at = pd.to_datetime(START + place // 20 * DAY + place % 20 * HOUR, unit="us", utc=True)
    ids = {"mention_id": [f"m{one}" for one in place], "customer_id": [f"c{one % 10}" for one in place]}
    frame = pd.DataFrame({**ids, "occurred_at": at, "network": "forum", "sentiment": 0.25 + place % 7 / 16})
    return frame.assign(known_at=at + pd.Timedelta(hours=1))


@pytest.fixture
def customers() -> pd.DataFrame:
    seen = pd.to_datetime([START - DAY] * 10, unit="us", utc=True)
    return pd.DataFrame({"customer_id": [f"c{one}" for one in range(10)], "first_seen_at": seen, "known_at": seen})


@pytest.fixture
def assessed(home: Home) -> Assess:
    """Deliver tables that are complete until the end of the forty weeks, and assess the log."""

    def assess_tables(tables: Mapping[str, pd.DataFrame]) -> QualityReport:
        end = START + DAYS * DAY
        append(home, tables, receipt=Receipt(end + 60 * DAY, "given", dict.fromkeys(tables, end)))
        return assess(home)

    return assess_tables
