"""Who is at risk among some customers is who is at risk among all, read from their own rows alone."""

from __future__ import annotations

import pytest

from benchmarks.tiny_shop import orders, shop_company
from features.at_risk.population import at_risk_among, at_risk_at, sources_read
from features.company import Company, default_company_text, read_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import parse_time

UNTIL = parse_time("2025-12-20")
CONTRACT = read_company(default_company_text("default"))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> EventLog:
    home = Home(tmp_path_factory.mktemp("at_risk"))
    rows = orders(40, until=UNTIL)
    rows["purchases"]["term_days"] = 90.0
    observed = {"purchases": UNTIL, "customers": UNTIL}
    append(home, rows, receipt=Receipt(received_at=UNTIL, known_at="given", observed_until=observed))
    return EventLog.open(home)


@pytest.mark.parametrize("company", [shop_company(), CONTRACT], ids=["activity", "contract"])
def test_some_customers_are_at_risk_as_they_are_among_all(log: EventLog, company: Company) -> None:
    everybody = set(at_risk_at(log, company, as_of=UNTIL).to_pylist())
    asked = [f"c{number}" for number in range(0, 40, 3)]

    found = at_risk_among(log, company, ids=[*asked, "nobody"], as_of=UNTIL)

    assert found.to_pylist() == sorted(everybody & set(asked))
    assert 0 < len(found) < len(asked)


def test_nobody_is_at_risk_before_anything_was_known(log: EventLog) -> None:
    assert len(at_risk_at(log, shop_company(), as_of=parse_time("2024-01-01"))) == 0
    assert len(at_risk_among(log, shop_company(), ids=[], as_of=UNTIL)) == 0


def test_the_definition_names_the_sources() -> None:
    assert sources_read(CONTRACT) == ("purchases",)
