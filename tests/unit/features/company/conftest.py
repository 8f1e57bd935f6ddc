from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from features.company import CompanyInvalid, default_company_text, read_company


@pytest.fixture(scope="session")
def default_text() -> str:
    return default_company_text("default")


@pytest.fixture(scope="session")
def faults_of() -> Callable[[str], list[str]]:
    """Give the faults of a text, one line each; none if it holds."""

    def faults(text: str) -> list[str]:
        try:
            read_company(text)
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
