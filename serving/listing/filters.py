"""Whom does a list hold: the words of its filters, each checked against what the live state knows, as codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from serving.answering.flat import alert_places
from serving.door.problems import FieldError, RequestInvalid
from serving.listing.traits import BANDS, UNKNOWN, Bits, Codes, Traits
from serving.live.state import LiveState

BETWEEN_WORDS = ","
"""Between words of one filter: whoever has any of them is meant."""

FILTERS = ("stage", "band", "category", "alert")


@dataclass(frozen=True)
class Filters:
    """Who is meant, by name of the filter the codes (of alerts: the bits) of which a customer has one; empty: everybody."""

    codes: Mapping[str, tuple[int, ...]]

    def matching(self, traits: Traits) -> NDArray[np.bool_] | None:
        """Return for each row whether it is meant; None where every row is."""
        tests = [_has_any(traits, name, codes=codes) for name, codes in self.codes.items()]
        return reduce(np.logical_and, tests) if tests else None

    def hold(self, traits: Traits) -> bool:
        """Return whether the only row of these traits is meant."""
        mask = self.matching(traits)
        return mask is None or bool(mask[0])


def read_filters(state: LiveState, asked: Mapping[str, str]) -> Filters:
    """Return filters by their words, several of one filter with a comma between.

    Raises
    ------
    RequestInvalid
        Naming the words that this live state knows.
    """
    known = known_words(state)
    return Filters({name: _codes(name, words, known=known[name]) for name, words in sorted(asked.items())})


def known_words(state: LiveState) -> dict[str, Sequence[str]]:
    """Return for each filter the words that mean something in this live state, by their code."""
    stage, value = state.places.stage, state.places.value
    return {
        "stage": stage.names if stage else (),
        "band": BANDS if state.places.churn else (),
        "category": [name for name, _ in value.categories] if value else (),
        "alert": list(alert_places(state)),
    }


def _codes(name: str, words: str, *, known: Sequence[str]) -> tuple[int, ...]:
    asked = words.split(BETWEEN_WORDS)
    if not all(word in known for word in asked):
        detail = f"Known here: {', '.join(known) or 'none, as nothing that is live tells it'}."
        raise RequestInvalid(
            f"`{name}` holds a word that this live state does not know. {detail}", [FieldError(f"/{name}", detail)]
        )
    return tuple(sorted({known.index(word) for word in asked}))


def _has_any(traits: Traits, name: str, *, codes: tuple[int, ...]) -> NDArray[np.bool_]:
    if name == "alert":
        return _has_bit(traits.alerts, codes)
    column: Codes = {"stage": traits.stage, "band": traits.band, "category": traits.category}[name]
    is_asked = np.zeros(UNKNOWN + 1, np.bool_)
    is_asked[list(codes)] = True
    return is_asked[column]


def _has_bit(alerts: Bits, bits: tuple[int, ...]) -> NDArray[np.bool_]:
    return (alerts & np.uint32(sum(1 << bit for bit in bits))).astype(np.bool_)
