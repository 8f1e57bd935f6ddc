"""How does the text of a rule become its tree: sqlglot reads it, and only node types on a closed list are let through.

A node is let through by its exact type and with the arguments listed for it alone, so that nothing sqlglot learns
later can slip in.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from itertools import accumulate

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from features.errors import InvalidInput
from features.rules.tree import (
    AllOf,
    AnyOf,
    Arithmetic,
    Comparison,
    Condition,
    Constant,
    Literal,
    Membership,
    Missing,
    Named,
    Negation,
    Number,
    Undecided,
)

LONGEST_RULE = 2_000
DEEPEST_RULE = 32

_ALLOWED = "AND, OR, NOT, comparisons, BETWEEN, IN, IS [NOT] NULL, + - * /, numbers, TRUE, FALSE, NULL and names"
_FOREIGN_CHARACTER = re.compile(r"[^A-Za-z0-9_ \t\r\n.,()<>=!+\-*/]")
_COMMENT = re.compile(r"--|/\*")
_DECIMAL = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

_ARITHMETIC: Mapping[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_COMPARISONS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}


class RuleInvalid(InvalidInput):
    """The text is no rule: not of the subset, too long, too deep, or over unknown names."""


def parse_condition(text: str) -> Condition:
    """Read the text of a rule into its tree; names are taken as they stand.

    Raises
    ------
    RuleInvalid
        If the text is not of the subset, or longer or deeper than allowed.
    """
    _check_text(text)
    try:
        return _condition(sqlglot.parse_one(text, into=exp.Condition), DEEPEST_RULE)
    except SqlglotError as error:
        raise RuleInvalid(f"needed a rule like `tenure_days >= 90 AND usage_count_30d = 0`, found {text!r}") from error
    except RecursionError as error:
        raise _too_deep() from error


def _check_text(text: str) -> None:
    if len(text) > LONGEST_RULE:
        raise RuleInvalid(f"needed a rule of at most {LONGEST_RULE} characters, found {len(text)}")
    if found := _FOREIGN_CHARACTER.search(text):
        raise RuleInvalid(f"needed a rule of {_ALLOWED}, found the character {found[0]!r}")
    if found := _COMMENT.search(text):
        raise RuleInvalid(f"needed a rule without comments, found {found[0]!r}; write `- -` for a double minus")
    if max(accumulate({"(": 1, ")": -1}.get(character, 0) for character in text), default=0) > DEEPEST_RULE:
        raise _too_deep()


def _too_deep() -> RuleInvalid:
    return RuleInvalid(f"needed a rule nested at most {DEEPEST_RULE} deep, found a deeper one; split it or drop parentheses")


def _condition(node: exp.Expr, depth: int) -> Condition:
    """Read a node that must be true or false; `depth` is how much deeper it may go."""
    if depth == 0:
        raise _too_deep()
    kind = type(node)
    if kind in _COMPARISONS:
        left, right = _arguments(node, "this", "expression")
        return Comparison(_COMPARISONS[kind], _number(left, depth - 1), _number(right, depth - 1))
    if kind not in _CONDITIONS:
        raise _unexpected(node, "a condition that is true or false")
    return _CONDITIONS[kind](node, depth - 1)


def _number(node: exp.Expr, depth: int) -> Number:
    """Read a node that must be a number; `depth` is how much deeper it may go."""
    if depth == 0:
        raise _too_deep()
    kind = type(node)
    if kind in _ARITHMETIC:
        left, right = _arguments(node, "this", "expression")
        return Arithmetic(_ARITHMETIC[kind], _number(left, depth - 1), _number(right, depth - 1))
    if kind not in _NUMBERS:
        raise _unexpected(node, "a number")
    return _NUMBERS[kind](node, depth - 1)


def _arguments(node: exp.Expr, *names: str) -> tuple[exp.Expr, ...]:
    """Return the named arguments of a node that must have these and no others (flags of the parser that say no count as none)."""
    given = {name: value for name, value in node.args.items() if value not in (None, False, [])}
    if set(given) != set(names) or not all(isinstance(value, exp.Expr) for value in given.values()):
        raise _unexpected(node, f"only {_ALLOWED}")
    return tuple(given[name] for name in names)


def _argument(node: exp.Expr) -> exp.Expr:
    return _arguments(node, "this")[0]


def _and(node: exp.Expr, depth: int) -> Condition:
    return AllOf(tuple(_condition(part, depth) for part in _chain(node)))


def _or(node: exp.Expr, depth: int) -> Condition:
    return AnyOf(tuple(_condition(part, depth) for part in _chain(node)))


def _chain(node: exp.Expr) -> list[exp.Expr]:
    """Return the parts of `a AND b AND c`, which is parsed as a left-deep tree, in order."""
    parts = []
    current = node
    while type(current) is type(node):
        current, right = _arguments(current, "this", "expression")
        parts.append(right)
    return [current, *reversed(parts)]


def _not(node: exp.Expr, depth: int) -> Condition:
    return Negation(_condition(_argument(node), depth))


def _inner_condition(node: exp.Expr, depth: int) -> Condition:
    return _condition(_argument(node), depth)


def _between(node: exp.Expr, depth: int) -> Condition:
    value, low, high = (_number(part, depth) for part in _arguments(node, "this", "low", "high"))
    return AllOf((Comparison(">=", value, low), Comparison("<=", value, high)))


def _in(node: exp.Expr, depth: int) -> Condition:
    members = node.args.get("expressions")
    if not members or set(node.args) - {"this", "expressions"}:
        raise _unexpected(node, "IN with a list of numbers, like `x IN (1, 2)`")
    return Membership(_number(node.this, depth), tuple(_number(member, depth) for member in members))


def _is(node: exp.Expr, depth: int) -> Condition:
    value, null = _arguments(node, "this", "expression")
    if type(null) is not exp.Null:
        raise _unexpected(node, "IS NULL or IS NOT NULL")
    inner = _unwrapped(value)
    if type(inner) in _CONDITIONS or type(inner) in _COMPARISONS:
        return Undecided(_condition(value, depth))
    return Missing(_number(value, depth))


def _unwrapped(node: exp.Expr) -> exp.Expr:
    while type(node) is exp.Paren:
        node = _argument(node)
    return node


def _boolean(node: exp.Expr, depth: int) -> Condition:
    del depth
    return Constant(1 if node.this else -1)


def _unknown(node: exp.Expr, depth: int) -> Condition:
    del node, depth
    return Constant(0)


def _literal(node: exp.Expr, depth: int) -> Number:
    del depth
    if node.args.get("is_string") or not _DECIMAL.fullmatch(node.name):
        raise _unexpected(node, "a decimal number")
    if math.isinf(value := float(node.name)):
        raise _unexpected(node, "a number below 1.8e308")
    return Literal(value)


def _null(node: exp.Expr, depth: int) -> Number:
    del node, depth
    return Literal(math.nan)


def _named(node: exp.Expr, depth: int) -> Number:
    del depth
    identifier = _argument(node)
    if type(identifier) is not exp.Identifier or identifier.args.get("quoted"):
        raise _unexpected(node, "a plain name")
    return Named(identifier.name)


def _inner_number(node: exp.Expr, depth: int) -> Number:
    return _number(_argument(node), depth)


def _negative(node: exp.Expr, depth: int) -> Number:
    return Arithmetic("-", Literal(-0.0), _number(_argument(node), depth))


def _unexpected(node: exp.Expr, needed: str) -> RuleInvalid:
    return RuleInvalid(f"needed {needed}, found `{node.sql()}`; a rule may hold {_ALLOWED}")


_CONDITIONS: Mapping[type[exp.Expr], Callable[[exp.Expr, int], Condition]] = {
    exp.And: _and,
    exp.Or: _or,
    exp.Not: _not,
    exp.Paren: _inner_condition,
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
    exp.Boolean: _boolean,
    exp.Null: _unknown,
}
_NUMBERS: Mapping[type[exp.Expr], Callable[[exp.Expr, int], Number]] = {
    exp.Literal: _literal,
    exp.Null: _null,
    exp.Column: _named,
    exp.Paren: _inner_number,
    exp.Neg: _negative,
}
