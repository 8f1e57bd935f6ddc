"""The mappings shown in docs/import.md are mappings: a reader who copies one and changes the names is not sent astray."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features.importing.mapping import parse_mapping

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "import.md"
MAPPINGS = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("text", MAPPINGS, ids=lambda text: text.splitlines()[0])
def test_a_mapping_of_the_guide_is_read_without_a_fault(text: str) -> None:
    assert parse_mapping(text).select


def test_the_guide_shows_files_and_a_database() -> None:
    assert [bool(parse_mapping(text).database) for text in MAPPINGS] == [False, True]
