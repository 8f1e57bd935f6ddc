"""The course over all customers is what the rule says of each alone, replayed week by week by somebody who shares no code."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from features.company.business import Stage, StageSet
from features.rules import parse_rule
from features.stages.course import begun, course
from features.stages.standing import history_of

IMMEDIATE = (False, True, False)
LIFE = StageSet.model_construct(
    name="life",
    order=("a", "b", "c"),
    stages=tuple(
        Stage.model_construct(name=name, rule=parse_rule("TRUE", ()), immediate=at_once, maps_to={})
        for name, at_once in zip("abc", IMMEDIATE, strict=True)
    ),
)
RUNS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40)), min_size=1, max_size=12)
UNSEEN = st.integers(0, 5)


def replayed(won, at):
    """Return stage and confirmation at one checkpoint, by the words of the rule."""
    if won[at] < 0:
        return -1, False
    if IMMEDIATE[won[at]]:
        return won[at], True
    if at > 0 and won[at - 1] == won[at]:
        return won[at], True
    for newer in range(at - 1, 0, -1):
        if newer - 1 < at - 104:
            break
        if won[newer] == won[newer - 1] >= 0:
            return won[newer], True
    return won[at], False


def stays(won):
    """Return [stage, index of the checkpoint before its first], oldest first; none that ends where it begins."""
    found = []
    for at in range(len(won)):
        stage, _ = replayed(won, at)
        if not found or found[-1][0] != stage:
            found.append([stage, max(at - 1, 0)])
    ends = [since for _, since in found[1:]] + [None]
    return [stay for stay, end in zip(found, ends, strict=True) if stay[0] >= 0 and stay[1] != end]


@st.composite
def lives(draw):
    people = []
    for _ in range(draw(st.integers(1, 4))):
        won = [-1] * draw(UNSEEN)
        for stage, weeks in draw(RUNS):
            won += [stage, (stage + 1) % 3] * (weeks // 2) if draw(st.booleans()) else [stage] * weeks
        people.append(won)
    weeks = max(len(won) for won in people) or 1
    return np.array([[-1] * (weeks - len(won)) + won for won in people], dtype=np.int8)


@settings(max_examples=200)
@given(lives())
def test_stage_since_and_history_are_those_of_the_rule_replayed(won):
    if won.shape[1] == 0:
        return
    everybody, moments = course(won, LIFE), tuple(range(won.shape[1]))

    for person, weeks in enumerate(won.tolist()):
        told = [replayed(weeks, at) for at in range(len(weeks))]
        assert list(zip(everybody.stages[person].tolist(), everybody.confirmed[person].tolist(), strict=True)) == told
        if weeks[-1] >= 0:
            assert [everybody.now[person], begun(int(everybody.begins[person]), moments)] == stays(weeks)[-1]


@settings(max_examples=50)
@given(lives())
def test_one_customer_alone_has_the_course_they_have_among_all(won):
    if won.shape[1] == 0:
        return
    everybody, moments = course(won, LIFE), tuple(range(won.shape[1]))

    for person in range(len(won)):
        alone = course(won[person : person + 1], LIFE)
        assert alone.stages.tobytes() == everybody.stages[person : person + 1].tobytes()
        history = history_of(LIFE, alone, moments)
        assert [["abc".index(stay.stage), stay.since] for stay in history] == stays(won[person].tolist())
