"""How the flood is counted: by the phase a request was due in, refusals apart from what was done."""

from __future__ import annotations

import pytest

from benchmarks.overload.__main__ import results, waves_of
from benchmarks.overload.arrivals import Answered, Arrivals, Phase

PHASES = [Phase(10, 1.0), Phase(50, 1.0), Phase(5, 1.0)]


def plan() -> Arrivals:
    return Arrivals(0, "", 1, PHASES)


def flood(*, done_in_flood: int, refused_ms: float, slow_until: float) -> list[Answered]:
    calm = [Answered(number / 10, number / 10, number / 10 + 0.01, 200) for number in range(10)]
    done = [Answered(1.1, 1.1, 1.2, 200)] * done_in_flood
    refused = [Answered(1.5, 1.5, 1.5 + refused_ms / 1000, 503)] * (50 - done_in_flood)
    return [*calm, *done, *refused, Answered(2.1, 2.1, 2.0 + slow_until, 503)]


def test_requests_are_due_at_moments_fixed_in_advance():
    moments = list(plan().moments())

    assert len(moments) == 65
    assert moments[9:12] == pytest.approx([0.9, 1.0, 1.02])


def test_each_request_counts_in_the_phase_it_was_due_in():
    waves = waves_of(plan(), flood(done_in_flood=9, refused_ms=20, slow_until=0.5))

    assert [len(wave.answered) for wave in waves] == [10, 50, 1]
    assert waves[1].goodput == 9
    assert waves[1].count(503) == 41
    assert waves[1].took_ms(99, refused=True) == pytest.approx(20)
    assert waves[2].recovery_seconds == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("seen", "holds"),
    [
        ({"done_in_flood": 9, "refused_ms": 20, "slow_until": 0.5}, [True, True, True]),
        ({"done_in_flood": 7, "refused_ms": 20, "slow_until": 0.5}, [False, True, True]),
        ({"done_in_flood": 9, "refused_ms": 120, "slow_until": 0.5}, [True, False, True]),
        ({"done_in_flood": 9, "refused_ms": 20, "slow_until": 5.5}, [True, True, False]),
    ],
)
def test_the_goal_holds_only_where_much_is_done_refusals_are_fast_and_it_is_soon_over(seen, holds):
    told = results(10.0, waves_of(plan(), flood(**seen)))

    assert [result.holds for result in told] == holds
