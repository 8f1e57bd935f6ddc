"""That grants are told of customers who complained in the months of the report, and of nobody else."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from features.company import default_company_text, read_company
from features.times import DAY, parse_time
from models.kpis.measures import Reach
from training.kpis.reading.given_back import NOTHING_GIVEN_BACK, GivenBack, recoveries_by_group
from training.kpis.reading.people import UNNAMED

COMPANY = read_company(default_company_text("default"))
AS_OF, THEN = parse_time("2026-01-01"), parse_time("2025-10-10")
COUNT = 60


@pytest.fixture
def gathered() -> Any:
    """Sixty customers of two countries who each complained once in October, as far as the audit reads of them."""
    countries = np.array(["pl", "pt"] * 30)
    unnamed = np.full(COUNT, UNNAMED)
    standings = SimpleNamespace(now=np.zeros(COUNT, np.int64))
    people = SimpleNamespace(
        ids=pa.array([f"c{n}" for n in range(COUNT)]),
        countries=countries,
        segments=unnamed,
        languages=unnamed,
        standings=standings,
    )
    tickets = SimpleNamespace(
        customers=np.arange(COUNT), times=np.full(COUNT, THEN, np.int64), complaint=np.ones(COUNT, dtype=np.bool_)
    )
    facts = SimpleNamespace(reach=Reach(AS_OF, {"tickets": AS_OF}), tickets=tickets)
    return SimpleNamespace(company=COMPANY, people=people, facts=facts)


def by_country(gathered: Any, given: GivenBack) -> dict[str, tuple[int, int]]:
    found = recoveries_by_group(gathered, given, months=6)
    return {line.group: (line.complained, line.granted) for line in found if line.kind == "country"}


def given(*customers: str, at: int = THEN) -> GivenBack:
    return GivenBack.of(customers, [10.0] * len(customers), [at] * len(customers))


def test_who_complained_and_was_granted_something_counts_in_their_groups(gathered: Any) -> None:
    assert by_country(gathered, given("c0", "c2", "c1")) == {"pl": (30, 2), "pt": (30, 1)}


def test_every_kind_of_group_is_told(gathered: Any) -> None:
    kinds = {line.kind for line in recoveries_by_group(gathered, given("c0"), months=6)}

    assert kinds == {"segment", "country", "language", "stage"}


@pytest.mark.parametrize("at", [THEN - 300 * DAY, AS_OF])
def test_grants_outside_the_months_of_the_report_do_not_count(gathered: Any, at: int) -> None:
    assert by_country(gathered, given("c0", at=at)) == {"pl": (30, 0), "pt": (30, 0)}


def test_grants_to_nobody_known_do_not_count(gathered: Any) -> None:
    assert by_country(gathered, given("stranger")) == {"pl": (30, 0), "pt": (30, 0)}


def test_where_nothing_was_given_or_no_ticket_came_nothing_is_told(gathered: Any) -> None:
    assert recoveries_by_group(gathered, NOTHING_GIVEN_BACK, months=6) == ()
    gathered.facts.reach = replace(gathered.facts.reach, sources={})
    assert recoveries_by_group(gathered, given("c0"), months=6) == ()
