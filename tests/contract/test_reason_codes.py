"""Every feature of every company can be told as a reason: it has one code, and every code its words in three languages."""

from __future__ import annotations

from fnmatch import fnmatchcase
from string import Formatter

import pytest

from features.catalogue import catalogue_of
from features.company import default_company_text, read_company
from features.definitions.vocabulary import Vocabulary
from models.acceptance import ANSWER_NAMES, MATCH_NAMES, offer_names
from models.explanation import LANGUAGES, FeatureWithoutReason, ReasonCode, code_of, reason_codes

COMPANIES = ("default", "activity", "grocery")
NAMES = {name: read_company(default_company_text(name)).catalogue.names for name in COMPANIES}
BESIDE = {"stage_growth_curve", "stage_days", *offer_names(["coupon"]), *MATCH_NAMES, *ANSWER_NAMES}  # columns of single models
FEATURES = sorted({*(feature for names in NAMES.values() for feature in names), *BESIDE})
CODES = reason_codes()
_PLACEHOLDERS = ({"value"}, {"value", "days"}, {"percent"}, {"percent", "days"})


def each_code(code: ReasonCode) -> str:
    return code.name


def patterns_of(code: ReasonCode) -> list[str]:
    return [pattern for patterns in code.patterns.values() for pattern in patterns]


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_belongs_to_exactly_one_code_and_stands_there_once(feature: str) -> None:
    matched = [(code.name, pattern) for code in CODES for pattern in patterns_of(code) if fnmatchcase(feature, pattern)]

    assert matched == [(code_of(feature).name, matched[0][1])]


@pytest.mark.parametrize("word", ["a", "open", "shown", "x_shown_365d", "declined", "days_since_last", "m" * 40])
def test_whatever_a_company_calls_its_channels_and_milestones_their_features_have_codes(word: str) -> None:
    own = catalogue_of(Vocabulary(deep_features=(word,), milestones=((word, 7),), channels=(word,)))

    assert all(code_of(name) for name in own.names)


def test_a_feature_that_nobody_put_under_a_code_is_refused() -> None:
    with pytest.raises(FeatureWithoutReason, match="weather_mean_30d, found none; name it in"):
        code_of("weather_mean_30d")


def test_the_codes_are_few_enough_to_be_known_by_heart() -> None:
    assert 25 <= len(CODES) <= 50


@pytest.mark.parametrize("code", CODES, ids=each_code)
def test_a_code_speaks_of_some_feature_by_each_of_its_patterns(code: ReasonCode) -> None:
    idle = [pattern for pattern in patterns_of(code) if not any(fnmatchcase(feature, pattern) for feature in FEATURES)]

    assert idle == []


@pytest.mark.parametrize("code", CODES, ids=each_code)
def test_a_code_is_said_in_every_language_and_without_a_number_of_its_own(code: ReasonCode) -> None:
    for texts in (code.topic, code.raises, code.lowers):
        assert set(texts) == set(LANGUAGES)
        assert all(text and text == text.strip() and text[0].isupper() and text[-1] != "." for text in texts.values())
        assert not any(placeholders(text) for text in texts.values())
        assert len(set(texts.values())) == len(LANGUAGES)


@pytest.mark.parametrize("code", CODES, ids=each_code)
def test_what_raises_and_what_lowers_are_different_sentences(code: ReasonCode) -> None:
    assert all(len({code.topic[language], code.raises[language], code.lowers[language]}) == 3 for language in LANGUAGES)


@pytest.mark.parametrize("code", CODES, ids=each_code)
def test_a_figure_has_the_same_placeholders_in_every_language(code: ReasonCode) -> None:
    for texts in code.figures.values():
        assert set(texts) == set(LANGUAGES)
        assert placeholders(texts["en"]) in _PLACEHOLDERS
        assert all(placeholders(text) == placeholders(texts["en"]) for text in texts.values())


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_has_at_most_one_figure_and_a_window_where_the_figure_names_one(feature: str) -> None:
    code = code_of(feature)
    figures = [code.figures[pattern]["en"] for pattern in code.figures if fnmatchcase(feature, pattern)]

    assert len(figures) <= 1
    assert all("{days}" not in figure or any(part[:-1].isdigit() for part in feature.split("_")) for figure in figures)
    assert all(("{percent}" in figure) == ("share" in feature or "kept" in feature) for figure in figures)
