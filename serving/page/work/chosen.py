"""Whom does somebody want to see: one word of each filter, of those that the live state knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.alerts import ALERT_CODES, name_of
from serving.listing.filters import FILTERS, known_words, read_filters
from serving.listing.listing import Listing
from serving.page.frame.wording import N_
from serving.page.work.reader import Reading, address

_LABELS: Mapping[str, str] = {"stage": N_("Stage"), "band": N_("Risk"), "category": N_("Value"), "alert": N_("Alert")}
BAND_WORDS: Mapping[str, str] = {"low": N_("low risk"), "medium": N_("medium risk"), "high": N_("high risk")}


@dataclass(frozen=True)
class Option:
    """One word that may be chosen, and how it is said."""

    word: str
    text: str


@dataclass(frozen=True)
class Choice:
    """One filter, the words that may be chosen, and the one that is; empty: any."""

    name: str
    label: str
    options: tuple[Option, ...]
    chosen: str

    @property
    def text(self) -> str:
        """Return how the chosen word is said."""
        return next((option.text for option in self.options if option.word == self.chosen), "")


@dataclass(frozen=True)
class Relaxed:
    """Fewer filters than were chosen: what that is, how many customers there are then, and where they are."""

    text: str
    url: str


@dataclass(frozen=True)
class Chosen:
    """All filters. `unknown`: the words that were asked for and mean nothing now."""

    choices: tuple[Choice, ...]
    unknown: tuple[str, ...]

    @property
    def words(self) -> dict[str, str]:
        """Return the words that are chosen, by filter."""
        return {choice.name: choice.chosen for choice in self.choices if choice.chosen}


def chosen_of(reading: Reading, asked: Mapping[str, str]) -> Chosen:
    """Return the filters; a word that is not known, such as that of an older company file, is left out and named."""
    known = known_words(reading.state)
    choices = [_choice(reading, name, known[name], asked.get(name, "")) for name in FILTERS if known[name]]
    valid = {choice.name: choice.chosen for choice in choices}
    return Chosen(tuple(choices), tuple(word for name, word in asked.items() if word and valid.get(name) != word))


def relaxations(reading: Reading, listing: Listing, chosen: Chosen) -> list[Relaxed]:
    """Return which filters would show somebody, the most first: all but one, or, where these show nobody either, each alone."""
    picked = [choice for choice in chosen.choices if choice.chosen]
    found = []
    for choice in picked:
        kept = {other.name: other.chosen for other in picked if other is not choice}
        found.append((count := _count(reading, listing, kept), Relaxed(_without(reading, choice, count), address(**kept))))
    if not any(count for count, _ in found):
        for choice in picked:
            kept = {choice.name: choice.chosen}
            found.append((count := _count(reading, listing, kept), Relaxed(_alone(reading, choice, count), address(**kept))))
    return [relaxed for count, relaxed in sorted(found, key=lambda one: -one[0]) if count]


def _count(reading: Reading, listing: Listing, words: Mapping[str, str]) -> int:
    mask = read_filters(reading.state, words).matching(listing.traits)
    return len(listing.traits.stage) if mask is None else int(np.count_nonzero(mask))


def _without(reading: Reading, choice: Choice, count: int) -> str:
    return reading.say.plural(
        "Without “%(filter)s: %(word)s”: %(count)s customer",
        "Without “%(filter)s: %(word)s”: %(count)s customers",
        count,
        filter=choice.label,
        word=choice.text,
    )


def _alone(reading: Reading, choice: Choice, count: int) -> str:
    return reading.say.plural(
        "“%(filter)s: %(word)s” alone: %(count)s customer",
        "“%(filter)s: %(word)s” alone: %(count)s customers",
        count,
        filter=choice.label,
        word=choice.text,
    )


def _choice(reading: Reading, name: str, words: Sequence[str], asked: str) -> Choice:
    options = tuple(Option(word, _said(reading, name, word)) for word in words)
    return Choice(name, reading.text(_LABELS[name]), options, asked if asked in words else "")


def _said(reading: Reading, name: str, word: str) -> str:
    if name == "alert":
        code = next((code for code in ALERT_CODES if code == word), None)
        return reading.word(word) if code is None else name_of(code, language=reading.say.language)
    return reading.text(BAND_WORDS[word]) if name == "band" else reading.word(word)
