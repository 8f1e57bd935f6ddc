from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from features.company import CompanyInvalid, default_company_text, read_company

# every feature the shipped company files name, spelled out so that a renamed feature shows here
_FEATURES = """
tenure_days contract_days_left contract_cancelled
usage_count_30d usage_count_90d usage_active_days_30d usage_breadth_30d usage_breadth_90d usage_days_since_last usage_slope_30w
tickets_open tickets_count_30d tickets_count_90d tickets_complaints_90d tickets_complaints_365d
purchases_days_180d purchases_days_365d purchases_days_lifetime purchases_days_since_first purchases_days_since_last
purchases_revenue_90d purchases_revenue_365d purchases_refunds_365d purchases_categories_365d purchases_recency_over_gap
surveys_nps_last surveys_nps_days_since surveys_csat_last
"""


@pytest.fixture(scope="session")
def feature_names() -> frozenset[str]:
    return frozenset(_FEATURES.split())


@pytest.fixture(scope="session")
def default_text() -> str:
    return default_company_text("default")


@pytest.fixture(scope="session")
def faults_of(feature_names: frozenset[str]) -> Callable[[str], list[str]]:
    """Give the faults of a text, one line each; none if it holds."""

    def faults(text: str) -> list[str]:
        try:
            read_company(text, feature_names=feature_names)
        except CompanyInvalid as error:
            return [str(fault) for fault in error.faults]
        return []

    return faults


@pytest.fixture(scope="session")
def changed(default_text: str) -> Callable[[str, str], str]:
    """Give the default company file with its first match of a pattern replaced; the result must still be TOML."""

    def change(pattern: str, replacement: str) -> str:
        text, count = re.subn(pattern, lambda _: replacement, default_text, count=1, flags=re.MULTILINE)
        assert count == 1, pattern
        document: dict[str, Any] = tomllib.loads(text)
        assert document
        return text

    return change
