"""That the guide for agents says what the page says, in its words, keys and pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from serving.page.catalogues import texts

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/agent-guide.md").read_text()
PICTURES = re.findall(r'(?:\]\(|src=")(pictures/[^")]+)', GUIDE)
QUOTED = re.findall(r'"([A-Z][a-z ,]+\??)"', re.sub(r"<[^>]+>", "", GUIDE))
BUTTONS = re.findall(r"^\| \*\*([^*]+)\*\* \|", GUIDE, re.MULTILINE)


def said_by_the_page() -> list[str]:
    found = [message.id for message in texts() if message.id]
    return [each for message in found for each in ([message] if isinstance(message, str) else message)]


@pytest.mark.parametrize("words", sorted({*QUOTED, *BUTTONS, "Do not contact", "Offer nothing now"}))
def test_what_the_guide_quotes_stands_on_the_page(words):
    assert any(text.startswith(words) for text in said_by_the_page())


def test_the_guide_names_every_key_of_the_page():
    keys = re.findall(r"<kbd>(.)</kbd>", (ROOT / "serving/page/templates/keys.html").read_text())

    told = GUIDE.partition("## Keys")[2].partition("\n## ")[0]

    assert set(keys) == set(re.findall(r"`(.)`", told))


@pytest.mark.parametrize("picture", PICTURES)
def test_each_picture_is_there_and_light(picture):
    assert 10_000 < (ROOT / "docs" / picture).stat().st_size < 150_000
