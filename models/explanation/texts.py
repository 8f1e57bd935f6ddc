"""How is a reason said to people: one sentence in English, Brazilian Portuguese or Polish, true of this customer.

A sentence such as "uses the product less than most customers" is said only where the customer's own number is below that of the
median customer. Where a model finds the unexpected, or the number is not known, the topic is named and whether it is a good sign.
"""

from __future__ import annotations

import math
import re

from models.explanation.codes import FeatureWithoutReason, Language, ReasonCode, Texts, code_named, code_of
from models.explanation.strongest import Reason

_SIGN: dict[bool, Texts] = {
    True: {"en": "{topic}: a warning sign", "pt-BR": "{topic}: sinal de alerta", "pl": "{topic}: sygnał ostrzegawczy"},
    False: {"en": "{topic}: a good sign", "pt-BR": "{topic}: bom sinal", "pl": "{topic}: dobry znak"},
}
_BESIDE: Texts = {
    "en": "{figure}; usually {usual}",
    "pt-BR": "{figure}; normalmente {usual}",
    "pl": "{figure}; zwykle {usual}",
}
_DECIMAL: Texts = {"en": ".", "pt-BR": ",", "pl": ","}
_LEAST_SAID = 0.001
_WINDOW = re.compile(r"_(\d+)d(?:_|$)")


def text_of(reason: Reason, *, language: Language, wanted: bool = False) -> str:
    """Return the reason as a sentence without a full stop, with the customer's number and the usual one where that helps.

    `wanted`: the answer is the chance of something good, such as a purchase; what raises it is then no warning.

    Examples
    --------
    >>> late = Reason("purchase_rhythm", "purchases_days_since_last", "raises", 0.8, value=74.0, usual=12.0)
    >>> text_of(late, language="en")
    'Buys at a slower pace, or for a shorter time, than most customers (days since the last purchase: 74; usually 12)'
    >>> text_of(late, language="pl", wanted=True)
    'Rytm zakupów: dobry znak (dni od ostatniego zakupu: 74; zwykle 12)'
    """
    code, warns = code_named(reason.code), (reason.effect == "raises") != wanted
    if bears_out(reason, code, warns=warns):
        said = (code.raises if warns else code.lowers)[language]
    else:
        said = _SIGN[warns][language].format(topic=code.topic[language])
    figure = _figure(reason, code, language=language)
    return f"{said} ({figure})" if figure else said


def bears_out(reason: Reason, code: ReasonCode, *, warns: bool) -> bool:
    """Say whether the customer's number, beside the usual one, is on the side that the code's sentence tells of."""
    if not code.patterns["less"] and not code.patterns["more"]:
        return warns == (reason.effect == "raises")  # its sentences tell of no side, only that such customers leave or stay
    side = code.side_of(reason.feature)
    if side == "either" or math.isnan(reason.value) or math.isnan(reason.usual):
        return False
    off = reason.value < reason.usual if side == "less" else reason.value > reason.usual
    return off == warns


def name_text(feature: str, *, language: Language) -> str:
    """Return what a feature's number is called; nothing where the catalogue has no words around it.

    >>> name_text("usage_count_30d", language="pt-BR"), name_text("code_of_segment", language="en")
    ('usos em 30 dias', '')
    """
    words = _words(feature)
    return "" if words is None else _filled(words[language], feature, 0.0, language=language).partition(":")[0]


def is_share(feature: str) -> bool:
    """Say whether a feature's number is told as percent.

    >>> is_share("usage_users_kept_30d"), is_share("usage_count_30d")
    (True, False)
    """
    words = _words(feature)
    return words is not None and "{percent}" in words["en"]


def _words(feature: str) -> Texts | None:
    try:
        return code_of(feature).figure_of(feature)
    except FeatureWithoutReason:
        return None


def _figure(reason: Reason, code: ReasonCode, *, language: Language) -> str:
    words = code.figure_of(reason.feature)
    if words is None or math.isnan(reason.value):
        return ""
    figure = _filled(words[language], reason.feature, reason.value, language=language)
    if math.isnan(reason.usual):
        return figure
    usual = _percent(reason.usual) if "{percent}" in words[language] else _number(reason.usual, language)
    return _BESIDE[language].format(figure=figure, usual=usual)


def _filled(template: str, feature: str, value: float, *, language: Language) -> str:
    window = _WINDOW.search(feature)
    return template.format(value=_number(value, language), percent=_percent(value), days=window.group(1) if window else "")


def _number(value: float, language: Language) -> str:
    """Return a number with three figures that count, and 0 for what is less than a thousandth.

    >>> _number(0.41666, "en"), _number(0.41666, "pl"), _number(74.0, "pt-BR"), _number(12345.6, "en"), _number(-4e-5, "en")
    ('0.417', '0,417', '74', '12346', '0')
    """
    if abs(value) < _LEAST_SAID:
        return "0"
    said = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return said.replace(".", _DECIMAL[language])


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"
