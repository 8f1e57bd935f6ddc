"""Brings the catalogues up to date with the page: `python -m serving.page.catalogues` after a text was added or changed.

What is new stands there untranslated, what is gone is removed; English takes each text as it is in the source. Nothing is
guessed from texts that are alike.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from models.explanation.codes import LANGUAGES, Language

_PAGE = Path(__file__).resolve().parent
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "plural": (1, 2)}
_OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}


def catalogue_path(language: Language) -> Path:
    """Return the file of a language's catalogue."""
    return _PAGE / "locale" / f"{language}.po"


def texts() -> Catalog:
    """Return every text of the page, with where it stands."""
    found = Catalog(project="lifecycle", fuzzy=False)
    for file, line, text, comments, context in extract_from_dir(_PAGE, _METHODS, _OPTIONS, keywords=_KEYWORDS):
        found.add(text, None, [(file, line)], auto_comments=comments, context=context)
    return found


def catalogue_of(language: Language) -> Catalog:
    """Return a language's catalogue as it stands; an empty one where there is none yet."""
    path, locale = catalogue_path(language), language.replace("-", "_")
    if not path.exists():
        return Catalog(locale=locale, fuzzy=False)
    with path.open("rb") as lines:
        return read_po(lines, locale=locale)


def brought_up_to_date(language: Language) -> Catalog:
    """Return a language's catalogue with exactly the texts of the page."""
    catalogue = catalogue_of(language)
    catalogue.update(texts(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if language == "en":
        for message in catalogue:
            message.string = message.id if message.id else message.string
    return catalogue


def main() -> None:
    """Write every catalogue anew."""
    for language in LANGUAGES:
        catalogue = brought_up_to_date(language)
        with catalogue_path(language).open("wb") as lines:
            write_po(lines, catalogue, width=130, omit_header=True, sort_output=True, no_location=True)


if __name__ == "__main__":
    main()
