"""A rule says the same over a table, for one customer, and in a database that shares no code with us (SQLite)."""

from __future__ import annotations

import math
import os
import sqlite3
from dataclasses import dataclass

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.rules import parse_rule
from features.rules.wording import holding_parts, parts_of, worded

# the full campaign is LIFECYCLE_RULE_TRIALS=10000, as benchmarks/rules.py runs it
TRIALS = int(os.environ.get("LIFECYCLE_RULE_TRIALS", "1000"))
NAMES = ("a", "b", "c", "d")
SPELLINGS = ("0", "1", "2", "7", "0.5", ".125", "3.", "0.1", "1e2", "2.5E-3", "1e+3", "90")
OR, AND, NOT, COMPARED, SUM, PRODUCT, SIGN, ATOM = range(8)


@dataclass(frozen=True)
class Sql:
    """A piece of SQL: how tightly it binds, its text, and the same with `?` for each number, which SQLite is given exactly."""

    binds: int
    text: str
    bound: str
    numbers: tuple[float, ...] = ()

    def within(self, least: int) -> Sql:
        return self if self.binds >= least else Sql(ATOM, f"({self.text})", f"({self.bound})", self.numbers)


def join(binds: int, template: str, *parts: Sql) -> Sql:
    """Fill the template's {} with the parts, in both texts."""
    texts, bounds = [part.text for part in parts], [part.bound for part in parts]
    return Sql(binds, template.format(*texts), template.format(*bounds), sum((part.numbers for part in parts), ()))


def literal(spelling: str) -> Sql:
    return Sql(ATOM, spelling, "?", (float(spelling),))


def arithmetic(inner: st.SearchStrategy[Sql]) -> st.SearchStrategy[Sql]:
    sums = st.builds(
        lambda sign, left, right: join(SUM, f"{{}} {sign} {{}}", left.within(SUM), right.within(PRODUCT)),
        st.sampled_from("+-"), inner, inner,
    )  # fmt: skip
    products = st.builds(
        lambda sign, left, right: join(PRODUCT, f"{{}} {sign} {{}}", left.within(PRODUCT), right.within(SIGN)),
        st.sampled_from("*/"), inner, inner,
    )  # fmt: skip
    return sums | products | inner.map(lambda part: join(SIGN, "-{}", part.within(ATOM)))


PLAIN = (
    [Sql(ATOM, name, name) for name in NAMES] * 3 + [literal(spelling) for spelling in SPELLINGS] + [Sql(ATOM, "NULL", "NULL")]
)
NUMBERS = st.recursive(st.sampled_from(PLAIN), arithmetic, max_leaves=4)


def membership(value: Sql, members: list[Sql], negated: bool) -> Sql:
    places = ", ".join("{}" for _ in members)
    word = "NOT IN" if negated else "IN"
    return join(COMPARED, f"{{}} {word} ({places})", value.within(SUM), *(member.within(SUM) for member in members))


def between(value: Sql, low: Sql, high: Sql, negated: bool) -> Sql:
    word = "NOT BETWEEN" if negated else "BETWEEN"
    return join(COMPARED, f"{{}} {word} {{}} AND {{}}", value.within(SUM), low.within(SUM), high.within(SUM))


COMPARISONS = st.one_of(
    st.builds(
        lambda sign, left, right: join(COMPARED, f"{{}} {sign} {{}}", left.within(SUM), right.within(SUM)),
        st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="]), NUMBERS, NUMBERS,
    ),
    st.builds(between, NUMBERS, NUMBERS, NUMBERS, st.booleans()),
    st.builds(membership, NUMBERS, st.lists(NUMBERS, min_size=1, max_size=3), st.booleans()),
    NUMBERS.map(lambda value: join(COMPARED, "{} IS NULL", value.within(SUM))),
    NUMBERS.map(lambda value: join(COMPARED, "{} IS NOT NULL", value.within(SUM))),
    st.sampled_from([Sql(ATOM, word, word) for word in ("TRUE", "FALSE", "NULL")]),
)  # fmt: skip


def connected(inner: st.SearchStrategy[Sql]) -> st.SearchStrategy[Sql]:
    return st.one_of(
        st.builds(lambda left, right: join(AND, "{} AND {}", left.within(AND), right.within(AND)), inner, inner),
        st.builds(lambda left, right: join(OR, "{} OR {}", left.within(OR), right.within(OR)), inner, inner),
        inner.map(lambda part: join(NOT, "NOT {}", part.within(NOT))),
        inner.map(lambda part: join(COMPARED, "({}) IS NULL", part)),
    )


RULES = st.recursive(COMPARISONS, connected, max_leaves=6)
VALUES = st.sampled_from([math.nan, 0.0, 1.0, -1.0, 2.0, 0.5, 7.0, 0.1, 90.0, 1e2]) | st.floats(-1e5, 1e5, width=32)
TABLES = st.lists(st.tuples(*[VALUES] * len(NAMES)), min_size=1, max_size=8).map(lambda rows: np.array(rows, dtype=np.float32))


def answers_of_sqlite(rule: Sql, table: np.ndarray) -> list[bool | None]:
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE customers ({', '.join(f'{name} REAL' for name in NAMES)})")
        database.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", table.astype(np.float64).tolist())
        # the text is of our own making, its numbers are bound
        found = database.execute(f"SELECT {rule.bound} FROM customers ORDER BY rowid", rule.numbers).fetchall()  # noqa: S608
    database.close()
    return [None if answer is None else bool(answer) for (answer,) in found]


@settings(max_examples=TRIALS, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RULES, TABLES)
def test_a_rule_says_the_same_over_a_table_for_one_customer_and_in_sqlite(rule: Sql, table: np.ndarray) -> None:
    parsed = parse_rule(rule.text, NAMES)

    over_table = parsed.evaluate({name: table[:, place] for place, name in enumerate(NAMES)}, rows=len(table))
    one_by_one = [parsed.holds(dict(zip(NAMES, row.tolist(), strict=True))) for row in table]

    assert [{1: True, 0: False, -1: None}[answer] for answer in over_table.tolist()] == one_by_one
    assert one_by_one == answers_of_sqlite(rule, table)


@settings(max_examples=TRIALS // 5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RULES, TABLES)
def test_a_rule_put_into_words_and_read_again_says_the_same(rule: Sql, table: np.ndarray) -> None:
    parsed = parse_rule(rule.text, NAMES)
    again = parse_rule(worded(parsed.condition), NAMES)
    columns = {name: table[:, place] for place, name in enumerate(NAMES)}

    assert again.evaluate(columns, rows=len(table)).tolist() == parsed.evaluate(columns, rows=len(table)).tolist()


@settings(max_examples=TRIALS // 5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RULES, TABLES)
def test_the_parts_that_hold_are_told_of_those_for_whom_the_rule_holds(rule: Sql, table: np.ndarray) -> None:
    parsed = parse_rule(rule.text, NAMES)
    names = {name: table[:, place] for place, name in enumerate(NAMES)}
    of_all = parts_of(parsed.condition, names, rows=len(table))
    for number, row in enumerate(table[:2]):
        columns = {name: row[place : place + 1] for place, name in enumerate(NAMES)}
        parts = holding_parts(parsed.condition, columns)

        assert parts == [part.condition for part in of_all if part.holds[number]]
        assert bool(parts) == (parsed.evaluate(columns, rows=1)[0] == 1)
        with np.errstate(all="ignore"):
            assert all(part.truth(columns) == 1 for part in parts)
