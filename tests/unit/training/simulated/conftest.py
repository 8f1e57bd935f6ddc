from __future__ import annotations

import pytest

from features.times import parse_time
from training.simulated import WORLD, Ahead, SimulatedCompany, Standing, draw_crowd, simulate

AS_OF = parse_time("2025-03-01")


@pytest.fixture(scope="session")
def simulated() -> SimulatedCompany:
    return simulate(2_000, seed=11, years=2)


@pytest.fixture(scope="session")
def crowd() -> Standing:
    return draw_crowd(WORLD, 5_000, as_of=AS_OF, seed=3)


@pytest.fixture(scope="session")
def ahead() -> Ahead:
    return Ahead(AS_OF, (30, 60, 90), AS_OF - 104 * 7 * 86_400_000_000)
