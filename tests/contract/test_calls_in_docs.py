"""Every call that the documents print says what a body is, or it would be refused as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = sorted((Path(__file__).parents[2] / "docs").glob("*.md"))
CALL = re.compile(r"curl (?:\\\n|[^\n])*")
BODY = re.compile(r"\s(-d|--data-binary)\s")


def calls_with_a_body() -> list[tuple[str, str]]:
    return [(page.name, call) for page in DOCS for call in CALL.findall(page.read_text("utf-8")) if BODY.search(call)]


@pytest.mark.parametrize(("page", "call"), calls_with_a_body())
def test_a_printed_body_is_said_to_be_what_it_is(page, call):
    assert re.search(r"content-type: ", call, re.IGNORECASE), page


def test_calls_are_found_in_the_documents():
    assert len(calls_with_a_body()) > 8
