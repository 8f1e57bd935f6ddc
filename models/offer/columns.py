"""What is read of a customer and an offer together: the customer's features, the offer's terms, and the answers to such so far.

The answers so far are features of the customer too (by kind of offer, and by channel); beside an offer stand those to its own
kind and channel, so what was learned of one kind holds for an offer of it that nobody has seen yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.offer.terms import Terms, terms_names, terms_row
from models.rows import FloatArray, Rows

ANSWER_NAMES = ("answers_kind_shown", "answers_kind_rate", "answers_channel_shown", "answers_channel_rate")
"""Offers of this kind shown in a year, and the share accepted, drawn towards one in ten; the same of this channel."""

_USUAL_ACCEPTED, _USUAL_SHOWN = 1.0, 10.0
"""Every customer is taken to have accepted one of ten offers before the first: who has answered one is not yet known."""


@dataclass(frozen=True)
class OfferColumns:
    """Widens rows of customers, whose columns are `names`, by what is read of an offer; `channels` are the company's."""

    names: tuple[str, ...]
    channels: tuple[str, ...]

    @property
    def all_names(self) -> tuple[str, ...]:
        """Return the names of the widened rows."""
        return (*self.names, *terms_names(self.channels), *ANSWER_NAMES)

    def widened(self, rows: Rows, terms: Terms) -> Rows:
        """Return the rows of customers beside one offer."""
        own = np.broadcast_to(terms_row(terms, channels=self.channels), (len(rows), len(terms_names(self.channels))))
        return np.hstack([rows, own, *(self._answers(rows, which) for which in (terms.kind, f"by_{terms.channel}"))])

    def widened_each(self, rows: Rows, offers: Sequence[Terms], which: npt.NDArray[np.intp]) -> Rows:
        """Return the rows beside an offer each: `which` is its place among the offers."""
        wide = np.empty((len(rows), len(self.all_names)), np.float32)
        for place in np.unique(which).tolist():
            own = which == place
            wide[own] = self.widened(rows[own], offers[place])
        return wide

    def _answers(self, rows: Rows, which: str) -> Rows:
        shown, accepted = (self._column(rows, f"offers_{which}_{answer}_365d") for answer in ("shown", "accepted"))
        rate = (np.nan_to_num(accepted) + _USUAL_ACCEPTED) / (np.nan_to_num(shown) + _USUAL_SHOWN)
        return np.stack([shown, rate], axis=1).astype(np.float32)

    def _column(self, rows: Rows, name: str) -> FloatArray:
        place = self._places.get(name)
        return np.full(len(rows), np.nan) if place is None else rows[:, place].astype(np.float64)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.names)}
