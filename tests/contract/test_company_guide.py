"""The guide to the company file says what the schema says."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from features.company import SCORE_NAMES
from features.company.schema import CompanyTerms
from features.company.service_limits import KPIS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "company-file.md").read_text(encoding="utf-8")


def tables_of(annotation: Any) -> Iterator[type[BaseModel]]:
    """Give the schema's tables below an annotation, each with those below it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from tables_of(field.annotation)
    for inner in typing.get_args(annotation):
        yield from tables_of(inner)


KEYS = sorted({key for table in tables_of(CompanyTerms) for key in table.model_fields})


@pytest.mark.parametrize("word", [*KEYS, *SCORE_NAMES, *KPIS])
def test_every_key_score_and_kpi_stands_in_the_guide(word: str) -> None:
    assert re.search(rf"[`\[.]{word}[`\]]", GUIDE), f"docs/company-file.md does not name {word}"


def test_the_guide_states_the_defaults_of_the_keys_at_the_top() -> None:
    for key, field in CompanyTerms.model_fields.items():
        if isinstance(field.default, float):
            assert re.search(rf"^\| `{key}` \|.*\| {field.default:g} \|$", GUIDE, re.MULTILINE), key
