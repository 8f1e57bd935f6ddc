"""How are facts about a customer, and rules of the company file, said: in the reader's words, never by the names of features."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel import numbers

from features.catalogue import Catalogue
from models.explanation.texts import is_share, name_text
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording

FACTS: Mapping[str, str] = {
    "churn_probability": N_("chance to leave"),
    "churn_percentile": N_("place among all customers by the chance to leave, 0 to 100"),
    "expected_margin": N_("expected margin"),
    "value_percentile": N_("place among all customers by value, 0 to 100"),
    "clv_to_cac": N_("value over the cost of winning"),
    "health_score": N_("health, 0 to 100"),
    "rfmt_score": N_("points for recency, frequency and money, 0 to 100"),
    "days_in_stage": N_("days in the stage"),
    "acceptance_probability": N_("chance to accept"),
    "contract_cancelled": N_("contract cancelled (1: yes, 0: no)"),
}
"""What the catalogue of reasons has no words for and rules name: scores, and facts that are only so or not."""

_SHARES = frozenset({"churn_probability", "acceptance_probability"})
_CONSENT = "consent_to_"
_AGREED = N_("consent to be contacted by %(channel)s (1: yes, 0: no)")
_UNKNOWN = "not known"
_SIGNS: Mapping[str, str] = {">=": "≥", "<=": "≤", "<>": "≠", "!=": "≠", "*": "×", "/": "÷"}
_ASKED: Mapping[str, str] = {
    "AND": N_("and"),
    "OR": N_("or"),
    "NOT": N_("not"),
    "IN": N_("one of"),
    "BETWEEN": N_("between"),
    "IS NULL": N_("is not known"),
    "IS NOT NULL": N_("is known"),
    "TRUE": N_("always"),
    "FALSE": N_("never"),
}
_TOKEN = re.compile(
    r"(?P<word>IS (?:NOT )?NULL|[A-Za-z_]\w*)|(?P<figure>(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)|(?P<sign>[<>!]=|<>|[*/])", re.I
)
_FOUND = re.compile(rf"(\w+) ({_UNKNOWN}|-?\d[\d.e+-]*)(?:, |$)")


@dataclass(frozen=True)
class Facts:
    """What the facts that a company's rules read are called by one reader."""

    catalogue: Catalogue
    say: Wording

    def name(self, fact: str) -> str:
        """Return what a fact is called: in the reader's language, or as its declaration means it."""
        if fact in FACTS:
            return self.say.text(FACTS[fact])
        if fact.startswith(_CONSENT):
            return self.say.text(_AGREED, channel=said(fact.removeprefix(_CONSENT), self.say))
        meaning = next((feature.meaning for feature in self.catalogue.features if feature.name == fact), "")
        return name_text(fact, language=self.say.language) or meaning.rstrip(".") or said(fact, self.say)

    def found(self, text: str) -> str:
        """Say what a rule found, given as `tenure_days 12, expected_margin not known`; what is something else stays as it is."""
        if _FOUND.sub("", text):
            return text
        return "; ".join(f"{self.name(fact)}: {self._figure(fact, figure)}" for fact, figure in _FOUND.findall(text))

    def rule(self, text: str) -> str:
        """Say a rule, or a part of one: its facts by what they are called, what is asked of them in the reader's language."""
        compared = _Compared()

        def told(token: re.Match[str]) -> str:
            if sign := token["sign"]:
                compared.met(sign)
                return _SIGNS[sign]
            if figure := token["figure"]:
                return self._figure(compared.fact, figure)
            if asked := _ASKED.get(token["word"].upper()):
                compared.met(token["word"].upper())
                return self.say.text(asked)
            compared.named(token["word"])
            return self.say.text(N_("“%(fact)s”"), fact=self.name(token["word"]))

        return _TOKEN.sub(told, " ".join(text.split()))

    def _figure(self, fact: str, figure: str) -> str:
        if figure == _UNKNOWN:
            return self.say.text(N_("not known"))
        told = numbers.format_percent if fact in _SHARES or is_share(fact) else numbers.format_decimal
        worded: str = told(Decimal(figure), locale=self.say.locale, decimal_quantization=False)
        return worded


class _Compared:
    """The fact that the next figure of a rule is held against: the one just named, unless it is a part of a product."""

    def __init__(self) -> None:
        self.fact = ""
        self._is_product = self._is_between = False

    def named(self, fact: str) -> None:
        """Note a fact."""
        self.fact = "" if self._is_product else fact

    def met(self, word: str) -> None:
        """Note a sign, or a word of the language of rules."""
        if word in "*/":
            self.fact, self._is_product = "", True
        elif word == "AND" and self._is_between:
            self._is_between = False
        elif word in ("AND", "OR"):
            self.fact, self._is_product = "", False
        elif word == "BETWEEN":
            self._is_between = True
