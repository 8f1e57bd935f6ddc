"""A tenth of the campaign of those who lie about offers."""

from __future__ import annotations

from benchmarks.poisoning import results


def test_a_tenth_of_the_lies_does_what_the_goal_allows():
    found = results(0.1)

    assert [result.name for result in found if not result.holds] == []
