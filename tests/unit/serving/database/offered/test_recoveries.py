"""That grants are summed over the right windows, and that the budget holds however many grant at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from features.company import default_company_text, read_company
from features.times import DAY
from models.decision.recovery import Given
from serving.database import reading, writing
from serving.database.offered.recoveries import (
    Case,
    GrantedRecovery,
    erase_recoveries,
    given_before,
    hold_budget,
    keep_recovery,
    recoveries_between,
)

RECOVERY = read_company(default_company_text("default")).recovery
NOW = 1000 * DAY
CASE = Case("c1", "defect", "ana", "EUR")
GRANT = GrantedRecovery("r1", "c1", "defect", 1250, "EUR", "ana", None, "k1", "c" * 64, "b" * 64, NOW - DAY, b"{}")


def kept(engine, *grants):
    with writing(engine) as connection:
        for number, grant in enumerate(grants):
            keep_recovery(connection, replace(grant, id=f"r{number}"))


def given(engine, case=CASE):
    with reading(engine) as connection:
        return given_before(connection, case, RECOVERY, now=NOW)


def test_nothing_was_given_at_first(engine):
    assert given(engine) == Given(0.0, 0.0, 0.0, 0.0)


def test_a_grant_counts_against_everything(engine):
    kept(engine, GRANT)

    assert given(engine) == Given(12.5, 12.5, 12.5, 12.5)


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({"agent_id": "bob"}, Given(12.5, 0.0, 12.5, 12.5)),
        ({"complaint": "billing"}, Given(0.0, 0.0, 12.5, 12.5)),
        ({"customer_id": "c2"}, Given(0.0, 0.0, 0.0, 12.5)),
        ({"currency": "PLN"}, Given()),
        ({"granted_at": NOW - 30 * DAY}, Given(0.0, 0.0, 12.5, 0.0)),
        ({"granted_at": NOW - 30 * DAY + 1}, Given(12.5, 12.5, 12.5, 12.5)),
        ({"granted_at": NOW - 365 * DAY}, Given()),
    ],
)
def test_a_grant_counts_only_where_it_belongs(engine, changes, counted):
    kept(engine, replace(GRANT, **changes))

    assert given(engine) == counted


def test_however_many_grant_at_once_the_budget_holds(engine):
    def grant(number):
        with writing(engine) as connection:
            hold_budget(connection)
            spent = given_before(connection, CASE, RECOVERY, now=NOW).to_everybody
            if spent + 30 <= 100:
                keep_recovery(connection, replace(GRANT, id=f"r{number}", customer_id=f"c{number}", amount=3000))

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(grant, range(16)))

    assert given(engine).to_everybody == 90.0


def test_what_was_given_is_read_again_and_erased_with_its_customer(engine):
    kept(engine, GRANT, replace(GRANT, customer_id="c2"), replace(GRANT, granted_at=NOW))

    assert [grant.customer_id for grant in recoveries_between(engine, NOW - 2 * DAY, NOW)] == ["c1", "c2"]
    with writing(engine) as connection:
        assert erase_recoveries(connection, "c1") == 2
    assert [grant.id for grant in recoveries_between(engine, 0, NOW + 1)] == ["r1"]
