"""The catalogue names every feature once, changes its signature with a meaning, and its page is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.catalogue import CATALOGUE, Catalogue, UnknownFeature, catalogue_of
from features.catalogue_page import catalogue_page
from features.company import default_company_text, read_company
from features.definitions.vocabulary import Vocabulary
from features.language.expressions import BadDeclaration
from features.language.feature import Feature, Reading
from features.language.formulas import Rows

PAGE = Path(__file__).resolve().parents[3] / "docs" / "features.md"
usage = Rows("usage")


def only(formula, name="one", meaning=""):
    return Catalogue((Feature(name, formula, meaning),))


def test_the_page_of_features_is_current():
    shipped = read_company(default_company_text("default")).catalogue

    assert PAGE.read_text() == catalogue_page(shipped), "write it anew: python -m features.catalogue_page"


def test_the_page_has_each_feature_once_under_a_subject():
    shipped = read_company(default_company_text("default")).catalogue
    lines = catalogue_page(shipped).splitlines()

    assert sorted(line[5:-1] for line in lines if line.startswith("### ")) == sorted(shipped.names)
    assert sum(
        int(line.partition("(#")[2].partition("(")[2].partition(")")[0]) for line in lines if line.startswith("- [")
    ) == len(shipped.names)


def test_every_company_has_more_than_a_hundred_and_twenty_features():
    assert len(CATALOGUE.names) >= 120


def test_a_company_adds_its_own_words():
    grown = catalogue_of(Vocabulary(("automation",), (("first_report", 45),), ("email",)))

    own = {"usage_deep_share_30d", "milestones_days_to_first_report", "consent_to_email", "offers_by_email_shown_365d"}
    assert set(grown.names) - set(CATALOGUE.names) >= own


def test_a_company_without_words_has_what_every_company_has():
    assert catalogue_of(Vocabulary()).signature == CATALOGUE.signature


def test_another_due_day_is_another_signature():
    due = [catalogue_of(Vocabulary(milestones=(("first_report", days),))).signature for days in (45, 60)]

    assert due[0] != due[1]


def test_other_deep_features_are_another_signature():
    assert catalogue_of(Vocabulary(("automation",))).signature != catalogue_of(Vocabulary(("api",))).signature


def test_another_window_is_another_signature():
    assert only(usage.count(days=7)).signature != only(usage.count(days=8)).signature


def test_another_name_or_order_is_another_signature():
    first, second = Feature("first", usage.count(), ""), Feature("second", usage.count(days=7), "")

    assert len({Catalogue(features).signature for features in [(first,), (second,), (first, second), (second, first)]}) == 4


def test_another_wording_is_the_same_signature():
    assert only(usage.count(), meaning="Uses.").signature == only(usage.count(), meaning="How often it was used.").signature


def test_another_mask_is_another_signature(monkeypatch):
    def signature():
        return only(Rows("tickets").mean(Rows("tickets")["contacts"])).signature

    before = signature()
    monkeypatch.setattr("features.language.expressions.Column.known_with", property(lambda _: "opened_at"))

    assert signature() != before


def test_part_of_the_catalogue_keeps_its_order():
    part = CATALOGUE.only(["tickets_open", "tenure_days"])

    assert part.names == ("tenure_days", "tickets_open")


def test_an_unknown_name_is_refused_with_the_name():
    with pytest.raises(UnknownFeature, match="usage_joy"):
        CATALOGUE.only(["tickets_open", "usage_joy"])


def test_a_name_given_twice_is_refused():
    with pytest.raises(BadDeclaration, match="usage_count_7d"):
        Catalogue((*CATALOGUE.features, Feature("usage_count_7d", usage.count(), "", Reading("uses"))))


def test_a_name_that_is_no_column_name_is_refused():
    with pytest.raises(BadDeclaration, match="Usage Count"):
        Feature("Usage Count", usage.count(), "")


def test_a_category_is_named_as_one():
    for name, unit in (("code_of_mood", "points"), ("mood", "code")):
        with pytest.raises(BadDeclaration, match="begins with code_of_"):
            Feature(name, usage.count(), "", Reading(unit))


def test_a_description_says_everything():
    described = {each["name"]: each for each in CATALOGUE.describe()}["tickets_first_contact_share_365d"]

    assert described["formula"] == "mean of (contacts = 1) over tickets where known(resolved_at), 365 days"
    assert (described["low"], described["high"], described["unit"]) == (0.0, 1.0, "share")
