"""By which words is a name found: those it consists of, without case and accents, in any language that writes with letters."""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 12
"""So many words of a name count; who is called more than that is found by the first of them."""

_LONGEST_WORD = 40
_WORD = re.compile(r"[^\W_]+")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ı": "i"})


def words_of(name: str) -> list[str]:
    """Return the words of a name, in their order.

    >>> words_of("Łucja O'Neill-Gonçalves"), words_of("STRASSE straße"), words_of("+ _ !")
    (['lucja', 'o', 'neill', 'goncalves'], ['strasse', 'strasse'], [])
    """
    return [word[:_LONGEST_WORD] for word in _WORD.findall(_folded(name))[:MOST_WORDS]]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).casefold().translate(_LETTERS)
