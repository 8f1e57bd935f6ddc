"""Which reasons may be given: codes that gather the features of one meaning, with their words, from one catalogue."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

from features.errors import InvalidInput

Language = Literal["en", "pt-BR", "pl"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

Side = Literal["less", "more", "either"]
_SIDES: tuple[Side, ...] = get_args(Side)

Texts = Mapping[Language, str]


class FeatureWithoutReason(InvalidInput):
    """A feature belongs to no reason code, or to more than one: what it does to an answer could not be told."""


@dataclass(frozen=True)
class ReasonCode:
    """One meaning: which features speak of it, and how it is said.

    `patterns`: by the side on which a customer must stand for `raises` to be true; see the head of `reason_codes.toml`.
    `figures`: the words around the number of a feature, by pattern.
    """

    name: str
    patterns: Mapping[Side, tuple[str, ...]]
    topic: Texts
    raises: Texts
    lowers: Texts
    figures: Mapping[str, Texts]

    def side_of(self, feature: str) -> Side | None:
        """Return on which side the feature counts, None if it belongs to another code."""
        sides = [side for side in _SIDES if _matched(feature, self.patterns[side])]
        return sides[0] if sides else None

    def figure_of(self, feature: str) -> Texts | None:
        """Return the words around the feature's number, None where the number would say nothing to a reader."""
        matched = _matched(feature, tuple(self.figures))
        return self.figures[matched[0]] if matched else None


@cache
def reason_codes() -> tuple[ReasonCode, ...]:
    """Return every code, in the order of the catalogue."""
    text = (files("models.explanation") / "reason_codes.toml").read_text(encoding="utf-8")
    return tuple(_code(name, table) for name, table in tomllib.loads(text).items())


@cache
def code_named(name: str) -> ReasonCode:
    """Return the code of that name; KeyError if the catalogue has none."""
    return {code.name: code for code in reason_codes()}[name]


@cache
def code_of(feature: str) -> ReasonCode:
    """Return the one code that the feature belongs to.

    Raises
    ------
    FeatureWithoutReason
        If it belongs to none, or to several.

    Examples
    --------
    >>> code_of("usage_count_30d_ratio").name
    'usage_falling'
    """
    found = [code for code in reason_codes() if code.side_of(feature)]
    if len(found) != 1:
        named = ", ".join(code.name for code in found) or "none"
        raise FeatureWithoutReason(
            f"needed one reason code for the feature {feature}, found {named}; name it in models/explanation/reason_codes.toml"
        )
    return found[0]


def codes_of(features: Sequence[str]) -> tuple[ReasonCode, ...]:
    """Return the code of each feature, in their order."""
    return tuple(code_of(feature) for feature in features)


def _matched(feature: str, patterns: Sequence[str]) -> list[str]:
    return [pattern for pattern in patterns if fnmatchcase(feature, pattern)]


def _code(name: str, table: Mapping[str, Any]) -> ReasonCode:
    patterns = {side: tuple(table.get(side, ())) for side in _SIDES}
    return ReasonCode(name, patterns, table["topic"], table["raises"], table["lowers"], table.get("figures", {}))
