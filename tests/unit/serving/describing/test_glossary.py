from __future__ import annotations

import pytest

from serving.app import declared_app
from serving.describing.glossary import WORDS, explained


def described(**members):
    return explained({"HealthSchema": {"properties": members}})["HealthSchema"]["properties"]


def test_a_schema_that_explains_its_own_field_is_believed():
    assert described(currency={"description": "Its own."})["currency"]["description"] == "Its own."


def test_a_word_is_explained_where_the_schema_says_nothing():
    assert described(currency={})["currency"]["description"] == WORDS["currency"]


def test_a_word_of_one_schema_comes_first_and_says_nothing_of_others():
    assert described(score={})["score"]["description"] == WORDS["HealthSchema.score"]
    assert explained({"MatchSchema": {"properties": {"score": {}}}})["MatchSchema"]["properties"]["score"] == {}


def test_a_member_nobody_explains_stays_so_for_the_lint_to_find():
    assert described(riddle={"type": "string"})["riddle"] == {"type": "string"}


@pytest.fixture(scope="module")
def schemas():
    return declared_app().openapi()["components"]["schemas"]


@pytest.mark.parametrize("word", WORDS)
def test_no_word_is_explained_that_no_schema_uses(schemas, word):
    name, _, member = word.rpartition(".")

    places = [schemas[name]] if name else schemas.values()
    assert any(schema.get("properties", {}).get(member, {}).get("description") == WORDS[word] for schema in places)
