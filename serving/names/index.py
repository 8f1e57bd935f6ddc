"""Who is called so: of every word the names that hold it, so that the beginning of a word leads to a run of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from serving.names.words import MOST_WORDS, words_of

_BEHIND = "\U0010ffff"
"""Comes after every sign that a word may go on with."""

Flags = NDArray[np.bool_]
_Whole = NDArray[np.integer]


@dataclass(frozen=True)
class WordIndex:
    """The words of all names, sorted; `places[begins[w]:begins[w + 1]]` are the names that hold word `w`, by their place."""

    words: pa.StringArray
    begins: _Whole
    places: _Whole

    def beginning(self, parts: Sequence[str], *, among: int) -> Flags:
        """Return of `among` names which hold, for each part, a word that begins with it."""
        return self._holding([(part, part + _BEHIND) for part in parts], among=among)

    def holding(self, words: Sequence[str], *, among: int) -> Flags:
        """Return of `among` names which hold each of these words as a whole."""
        return self._holding([(word, word + "\0") for word in words], among=among)

    def _holding(self, runs: Sequence[tuple[str, str]], *, among: int) -> Flags:
        found = np.ones(among, np.bool_)
        for first, end in runs:
            one = np.zeros(among, np.bool_)
            one[self.places[self.begins[self._at(first)] : self.begins[self._at(end)]]] = True
            found &= one
        return found

    def _at(self, text: str) -> int:
        """Return where a text stands, or would stand, among the words."""
        return bisect_left(range(len(self.words)), text, key=lambda place: str(self.words[place]))


def index_of(names: pa.StringArray) -> WordIndex:
    """Return the index of names; each different word is read once, as most names share theirs with others."""
    tokens = pc.utf8_split_whitespace(names)
    coded = pc.list_flatten(tokens).dictionary_encode()
    parts = [words_of(token) for token in coded.dictionary.to_pylist()]
    words = sorted({word for each in parts for word in each})
    code = {word: at for at, word in enumerate(words)}
    flat = np.array([code[word] for each in parts for word in each], np.int64)
    which = coded.indices.to_numpy()
    owners = pc.list_parent_indices(tokens).to_numpy()
    held, owner = _spread(flat, np.array([len(each) for each in parts], np.int64), which, owners)
    pairs = np.unique(held * max(1, len(names)) + owner)
    begins = np.searchsorted(pairs, np.arange(len(words) + 1, dtype=np.int64) * max(1, len(names)))
    return WordIndex(pa.array(words, pa.string()), begins.astype(np.int64), (pairs % max(1, len(names))).astype(np.int32))


def _spread(flat: _Whole, counts: _Whole, which: _Whole, owners: _Whole) -> tuple[_Whole, _Whole]:
    """Return the words of every token of every name, and whose they are: a token may be several words, such as `Smith-Jones`."""
    early = _rank(owners) < MOST_WORDS
    which, owners = which[early], owners[early]
    many = counts[which]
    begins = np.cumsum(counts) - counts
    within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    return flat[np.repeat(begins[which], many) + within], np.repeat(owners, many)


def _rank(owners: _Whole) -> _Whole:
    """Return which token of its name each is, as those of one name stand together."""
    is_first = np.append(True, owners[1:] != owners[:-1])[: len(owners)]
    return np.arange(len(owners)) - np.maximum.accumulate(np.where(is_first, np.arange(len(owners)), 0))
