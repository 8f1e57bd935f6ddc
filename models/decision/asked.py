"""Who asks for which customer, and in which language is the customer spoken to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from features.engine.columns import stable_codes
from models.explanation.codes import Language


@dataclass(frozen=True)
class Asked:
    """What a decision is asked for with.

    `bundle`: the hash of the models in force, None where none are. `agent_id`: who will make the offer. `language`: the one asked
    for, as in the company file; None: the customer's own. `reasons_in`: the language of the person who reads the reasons.
    """

    decision_id: str
    customer_id: str
    bundle: str | None
    agent_id: str | None = None
    language: str | None = None
    reasons_in: Language = "en"


def spoken_language(languages: Sequence[str], asked: str | None, code: float) -> str:
    """Return in which of the company's languages the customer is spoken to: the one asked for, else their own, else the first.

    `code`: the feature `code_of_language`, NaN where not known. Where the very language is lacking, one that differs in the
    country alone will do.

    >>> spoken_language(("en", "pt-BR"), "pt", float("nan")), spoken_language(("en", "pt-BR"), "fr", float("nan"))
    ('pt-BR', 'en')
    """
    if asked is not None and (found := _nearest(languages, asked)):
        return found
    return _by_code(tuple(languages)).get(code, languages[0])


def _nearest(languages: Sequence[str], asked: str) -> str | None:
    alike = [one for one in languages if _plain(one) == _plain(asked)]
    return asked if asked in languages else next(iter(alike), None)


@cache
def _by_code(languages: tuple[str, ...]) -> Mapping[float, str]:
    """Return the languages by the codes of their names; `pt` stands for the first of its countries unless it is one itself."""
    plain = {_plain(one): one for one in reversed(languages)}
    names = {**plain, **{one: one for one in languages}}
    return dict(zip(stable_codes(pa.array(list(names))).tolist(), names.values(), strict=True))


def _plain(language: str) -> str:
    return language.partition("-")[0]
