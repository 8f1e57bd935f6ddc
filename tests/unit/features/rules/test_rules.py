from __future__ import annotations

import math

import numpy as np
import pytest

from features.rules import Rule, RuleColumnsMissing, RuleInvalid, parse_rule

NAMES = ("a", "b")
NULL = math.nan


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("a = 2", True),
        ("a != 2", False),
        ("b = 2", None),
        ("b <> b", None),
        ("b IS NULL", True),
        ("b IS NOT NULL", False),
        ("(b > 1) IS NULL", True),
        ("NULL", None),
        ("NULL = NULL", None),
        ("NOT b > 1", None),
        ("b > 1 AND FALSE", False),
        ("b > 1 AND TRUE", None),
        ("b > 1 OR TRUE", True),
        ("b > 1 OR FALSE", None),
        ("a IN (1, 2)", True),
        ("a IN (1, 3)", False),
        ("a IN (1, NULL)", None),
        ("a NOT IN (2, NULL)", False),
        ("a BETWEEN 2 AND 2", True),
        ("a BETWEEN 3 AND b", False),
        ("a NOT BETWEEN 1 AND b", None),
        ("a / 0 > 1", None),
        ("a / 4 = 0.5", True),
        ("a * 1e308 * 10 > 0", None),
        ("-a + - -a = 0", True),
        ("a + b IS NULL", True),
        ("a - 1 - 1 = 0", True),
        ("8 / a / 2 = 2", True),
        ("NOT a = 2 OR a = 2", True),
        ("a = 1 OR a = 2 AND a = 3", False),
        ("a = 2 and not a is null or false", True),
    ],
)
def test_a_rule_is_true_false_or_unknown_as_in_sql(text: str, answer: bool | None) -> None:
    assert parse_rule(text, NAMES).holds({"a": 2.0, "b": NULL}) is answer


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needed a rule like"),
        ("a > 1 AND", "needed a rule like"),
        ("a > 1 b", "needed a rule like"),
        ("a", "needed a condition that is true or false, found `a`"),
        ("a + 1", "needed a condition that is true or false"),
        ("a = 1 = 1", "needed a number, found `a = 1`"),
        ("a > TRUE", "needed a number, found `TRUE`"),
        ("a = 1; a = 2", "found the character ';'"),
        ("a = '1'", 'found the character "\'"'),
        ('"a" = 1', "found the character '\"'"),
        ("a::int = 1", "found the character ':'"),
        ("a % 2 = 1", "found the character '%'"),
        ("a > 1 -- b", "needed a rule without comments"),
        ("a > 1 /* b */", "needed a rule without comments"),
        ("sum(a) > 1", "needed a number, found `SUM(a)`"),
        ("nothing_such(a)", "needed a condition that is true or false"),
        ("x.a > 1", "found `x.a`"),
        ("a > (SELECT 1)", "needed a number, found `(SELECT 1)`"),
        ("EXISTS (SELECT 1)", "needed a condition"),
        ("a IN (SELECT 1)", "needed IN with a list of numbers"),
        ("a IN b", "needed IN with a list of numbers"),
        ("a IN ()", "needed IN with a list of numbers"),
        ("a IS TRUE", "needed IS NULL or IS NOT NULL"),
        ("a LIKE b", "needed a condition"),
        ("a <=> b", "needed a condition"),
        ("a IS DISTINCT FROM b", "needed a condition"),
        ("a > ALL (b)", "needed a number"),
        ("a BETWEEN SYMMETRIC 1 AND 2", "needed only"),
        ("CASE WHEN a > 1 THEN TRUE END", "needed a condition"),
        ("CAST(a AS INT) > 1", "needed a number"),
        ("DATE 2 > 1", "needed a number"),
        ("CURRENT_DATE > 1", "needed a number"),
        ("* > 1", "needed a number"),
        ("1e999 > a", "needed a number below 1.8e308"),
        ("SELECT 1", "needed a rule like"),
        ("DROP TABLE a", "needed a rule like"),
        ("NOT " * 33 + "a > 1", "nested at most 32 deep"),
        ("NOT " * 450 + "a > 1", "nested at most 32 deep"),
        ("(" * 33 + "a > 1" + ")" * 33, "nested at most 32 deep"),
        ("+".join("a" * 40) + " > 1", "nested at most 32 deep"),
        ("a > 1 OR " * 300 + "a > 1", "at most 2000 characters, found 2705"),
    ],
    ids=lambda text: text[:40],
)
def test_what_is_not_of_the_subset_is_refused(text: str, message: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        parse_rule(text, NAMES)

    assert message in str(refused.value)


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(RuleInvalid, match=r"found 'tenure_dys' \(did you mean 'tenure_days'\?\), 'zzz'$"):
        parse_rule("tenure_dys > 1 OR zzz = 2", {"tenure_days", "usage_count_30d"})


def test_names_are_case_sensitive_and_words_of_sql_are_not() -> None:
    assert parse_rule("a > 1 aNd TrUe", NAMES).holds({"a": 2.0}) is True
    with pytest.raises(RuleInvalid):
        parse_rule("A > 1", NAMES)


def test_a_long_chain_of_conditions_is_no_deep_rule() -> None:
    rule = parse_rule(" OR ".join(f"a = {number}" for number in range(150)), NAMES)

    assert rule.holds({"a": 149.0}) is True


def test_a_rule_knows_the_names_it_reads() -> None:
    assert parse_rule("b > 1 AND a IN (b, 2) AND NOT b IS NULL", NAMES).names == ("a", "b")
    assert parse_rule("TRUE", NAMES).names == ()


def test_a_table_is_answered_row_by_row() -> None:
    rule = parse_rule("a > 1", NAMES)

    answers = rule.evaluate({"a": np.array([0, 2, NULL], dtype=np.float32)}, rows=3)

    assert answers.tolist() == [0, 1, -1]
    assert answers.dtype == np.int8


def test_a_rule_without_names_is_answered_for_every_row() -> None:
    assert parse_rule("1 < 2", ()).evaluate({}, rows=3).tolist() == [1, 1, 1]
    assert parse_rule("TRUE", ()).evaluate({}, rows=0).tolist() == []


def test_a_float32_feature_is_compared_as_it_is() -> None:
    rule = parse_rule("a > 0.1", NAMES)  # the float32 nearest to 0.1 lies above 0.1
    feature = np.float32(0.1)

    assert rule.evaluate({"a": np.array([feature])}, rows=1).tolist() == [1]
    assert rule.holds({"a": float(feature)}) is True
    assert rule.holds({"a": 0.1}) is False


def test_a_missing_column_is_named() -> None:
    rule: Rule = parse_rule("a > 1 AND b > 1", NAMES)

    with pytest.raises(RuleColumnsMissing, match="needs the columns b"):
        rule.evaluate({"a": np.zeros(2)}, rows=2)
    with pytest.raises(RuleColumnsMissing):
        rule.holds({"a": 1.0})


def test_the_columns_are_left_as_they_were() -> None:
    columns = {"a": np.array([1.0, NULL]), "b": np.array([0.0, 0.0])}
    before = {name: column.copy() for name, column in columns.items()}

    parse_rule("a / b > 1 AND a IN (1, b)", NAMES).evaluate(columns, rows=2)

    assert all(np.array_equal(columns[name], before[name], equal_nan=True) for name in columns)
