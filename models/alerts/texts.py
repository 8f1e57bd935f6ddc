"""What does an alert say: a short name, and one sentence with its figures, in each language, and nothing personal."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TypeAlias, cast

import numpy as np

from models.alerts.codes import AlertCode
from models.alerts.known import Known
from models.alerts.rules import RULES
from models.explanation.codes import Language

_Catalogue: TypeAlias = Mapping[AlertCode, Mapping[str, Mapping[Language, str]]]

_DECIMAL: Mapping[Language, str] = {"en": ".", "pt-BR": ",", "pl": ","}
_DAYS: Mapping[Language, tuple[str, str]] = {"en": ("day", "days"), "pt-BR": ("dia", "dias"), "pl": ("dzień", "dni")}
"""A day, and any other number of them; the three languages have no third form of it."""
_SHARES = ("probability", "share")
_WHOLE = ("days", "tickets", "hours")


def name_of(code: AlertCode, *, language: Language) -> str:
    """Return what an alert is called, in a few words.

    >>> name_of("usage_falling", language="en"), name_of("usage_falling", language="pt-BR")
    ('Use is falling', 'Uso em queda')
    """
    return alert_texts()[code]["name"][language]


def text_of(code: AlertCode, facts: Mapping[str, float], *, language: Language = "en") -> str:
    """Return what an alert says.

    >>> text_of("usage_falling", {"share": 0.213, "limit": 0.5})
    'Use of the last 7 days is 21% of the average week of the last 30; the limit is 50%.'
    >>> text_of("onboarding_stalled", {"days": 1.0, "limit": 0.0}, language="pl")
    'Etap wdrożenia jest opóźniony o 1 dzień; próg to 0.'
    """
    figures = {name: _figure(name, value) for name, value in facts.items()}
    figures["limit_share"] = f"{100 * facts['limit']:.3g}%"
    said = {name: figure.replace(".", _DECIMAL[language]) for name, figure in figures.items()}
    if days := said.get("days"):
        said["time"] = f"{days} {_DAYS[language][days != '1']}"
    return alert_texts()[code]["text"][language].format_map(said)


def facts_of(code: AlertCode, known: Known) -> dict[str, float]:
    """Return the figures an alert rests on for the first customer known, by the names its text has for them."""
    facts = RULES[code](known).facts
    return {name: float(np.broadcast_to(figures, len(known))[0]) for name, figures in facts.items()}


@cache
def alert_texts() -> _Catalogue:
    """Return the catalogue: of each code its `name` and its `text`, by language."""
    text = (files("models.alerts") / "alert_texts.toml").read_text(encoding="utf-8")
    return cast(_Catalogue, tomllib.loads(text))


def _figure(name: str, value: float) -> str:
    if name in _SHARES:
        return f"{100 * value:.0f}%"
    return f"{value:.0f}" if name in _WHOLE else f"{value:g}"
