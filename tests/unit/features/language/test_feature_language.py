"""A declaration says one computable thing, or is refused with the reason."""

from __future__ import annotations

import pytest

from features.language.arithmetic import greatest
from features.language.expressions import BadDeclaration, Column
from features.language.formulas import Rows

tickets, purchases = Rows("tickets"), Rows("purchases")


def test_a_declaration_reads_as_a_sentence():
    share = tickets.share(tickets["waiting_seconds"] > 300, where=tickets["resolved_at"].known(), days=365)

    assert str(share) == "mean of (waiting_seconds > 300) over tickets where known(resolved_at), 365 days"


def test_a_window_that_ends_earlier_says_so():
    assert str(tickets.count(days=30, skip=60)) == "count of tickets, 30 days, 60 days before"


def test_formulas_read_as_calls():
    assert str(greatest(tickets.count() - 1, 0)) == "greatest((count of tickets) - (1), 0)"
    assert str(tickets.count().known()) == "known(count of tickets)"


def test_equal_declarations_are_equal():
    assert tickets.count(days=30, where=tickets["complaint"]) == tickets.count(days=30, where=tickets["complaint"])


@pytest.mark.parametrize(
    ("declare", "complaint"),
    [
        (lambda: tickets["colour"], "colour"),
        (lambda: Rows("customers")["display_name"], "display_name"),
        (lambda: Rows("customers").last(Rows("customers")["consent"]), "needed a number or a flag"),
        (lambda: tickets.count(days=0), "at least one day"),
        (lambda: tickets.count(where=purchases["kind"].equals("order")), "columns of tickets only"),
        (lambda: tickets.count(where=tickets["contacts"]), "needed a condition"),
        (lambda: tickets["topic"] > 3, "needed a number"),
        (lambda: tickets["contacts"].equals("three"), "needed a text"),
        (lambda: purchases["kind"].equals("sale"), "never 'sale'"),
        (lambda: ~tickets["contacts"], "needed a flag"),
        (lambda: tickets.sum(tickets["topic"]), "needed a number or a flag"),
        (lambda: tickets.distinct(tickets["contacts"]), "needed a text column"),
        (lambda: tickets.entropy(tickets["contacts"]), "needed a text column"),
        (lambda: tickets.last_code(tickets["contacts"]), "needed a text"),
        (lambda: tickets.minimum(tickets["topic"]), "needed a number or a flag"),
        (lambda: tickets.count(days=30, skip=-1), "skips -1 days"),
        (lambda: tickets.days_since_last(tickets["contacts"]), "needed a time"),
        (lambda: tickets["first_response_at"].within(hours=-1), "only be moved ahead"),
        (lambda: tickets.weekly_slope(weeks=1), "at least 2 weeks"),
        (lambda: tickets.decayed(half_life=0), "at least one day"),
        (lambda: tickets.decayed_sum(tickets["contacts"], half_life=0), "at least one day"),
    ],
)
def test_what_cannot_be_computed_is_refused_with_the_reason(declare, complaint):
    with pytest.raises(BadDeclaration, match=complaint):
        declare()


@pytest.mark.parametrize(
    ("source", "column", "clock"),
    [
        ("tickets", "contacts", "resolved_at"),
        ("tickets", "resolved_at", "resolved_at"),
        ("tickets", "opened_at", None),
        ("tickets", "topic", None),
        ("customers", "acquisition_cost", "profile_known_at"),
        ("offers", "reward", "reward_at"),
    ],
)
def test_a_value_is_known_with_the_time_its_contract_names(source, column, clock):
    assert Column(source, column).known_with == clock
