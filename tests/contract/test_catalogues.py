"""Every text of the page in every language: nothing missing, nothing left over, no placeholder lost."""

from __future__ import annotations

import re

import pytest

from models.explanation.codes import LANGUAGES
from serving.page.catalogues import catalogue_of, texts

_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|%%")


def ids_of(catalogue) -> set[object]:
    return {message.id if isinstance(message.id, str) else tuple(message.id) for message in catalogue if message.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_holds_exactly_the_texts_of_the_page(language):
    # `python -m serving.page.catalogues` brings them up to date
    assert ids_of(catalogue_of(language)) == ids_of(texts())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_in_every_plural_form(language):
    catalogue = catalogue_of(language)

    missing = [message.id for message in catalogue if message.id and not all(strings_of(message))]
    short = [message.id for message in catalogue if message.pluralizable and len(message.string) != catalogue.num_plurals]
    assert (missing, short) == ([], [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_placeholders_of_its_text(language):
    for message in catalogue_of(language):
        if not message.id:
            continue
        wanted = set(_PLACEHOLDER.findall(message.id if isinstance(message.id, str) else message.id[-1]))
        assert [found for found in strings_of(message) if set(_PLACEHOLDER.findall(found)) - wanted] == []
        assert wanted <= set().union(*(_PLACEHOLDER.findall(found) for found in strings_of(message)))


def strings_of(message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)
