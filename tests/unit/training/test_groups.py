"""That a recipe's level and its finds are told for each stage and segment as a count by hand tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from features.times import DAY
from models.rows import FloatArray
from training.contest import Answered
from training.groups import grades as grades_room
from training.groups.belonging import Belonging
from training.groups.grades import group_grades
from training.outcomes import Outcomes
from training.records.report import GroupGrade

BEFORE, AT = 0, 100 * DAY
NAMES = ("solo", "small")


@dataclass(frozen=True)
class Told:
    """Labels of one earlier month, and the group of everybody then and now."""

    labels: FloatArray
    groups_before: list[int]
    groups_now: list[int]


def graded(told: Told, chances: FloatArray, left: FloatArray, monkeypatch: pytest.MonkeyPatch) -> Mapping[str, GroupGrade]:
    places = {BEFORE: np.array(told.groups_before), AT: np.array(told.groups_now)}
    monkeypatch.setattr(grades_room, "belonging", lambda *_: [Belonging("segment", NAMES, places)])
    stacked: Any = SimpleNamespace(
        examples=SimpleNamespace(as_ofs=np.repeat([BEFORE, AT], [len(told.labels), len(left)])),
        asked={BEFORE: None, AT: None},
        told_by=lambda _: told.labels[:, None],
        derived_of=lambda _: {},
    )
    question: Any = SimpleNamespace(
        gap_days=90,
        company=None,
        truth=lambda labels, _: labels[:, 0],
        came=lambda truth: truth[:, None],
        outcomes=Outcomes.of_chances,
    )
    answered = Answered(AT, 1, {"recipe": chances}, left, np.arange(len(left), dtype=np.int32))
    return {each.group: each for each in group_grades(stacked, question, [answered], seed=0)}


def segments(solo: tuple[int, int], small: tuple[int, int]) -> tuple[FloatArray, list[int]]:
    """Build who left: so many of so many in each segment."""
    left = np.concatenate([np.arange(count) < happened for happened, count in (solo, small)]).astype(float)
    return left, [0] * solo[1] + [1] * small[1]


def test_the_level_of_a_segment_is_held_against_its_own_last_period(monkeypatch: pytest.MonkeyPatch) -> None:
    before, groups_before = segments((40, 200), (20, 200))
    left, groups_now = segments((100, 400), (40, 400))
    chances = np.where(np.array(groups_now) == 0, 0.35, 0.12)

    found = graded(Told(before, groups_before, groups_now), chances, left, monkeypatch)

    assert found["solo"].level_error == pytest.approx(0.35 - 0.25)
    assert found["solo"].carried_error == pytest.approx(0.25 - 0.20)
    assert found["small"].level_difference.value == pytest.approx((0.12 - 0.10) - (0.10 - 0.10))


def test_a_segment_that_nobody_was_in_before_is_carried_forward_from_all(monkeypatch: pytest.MonkeyPatch) -> None:
    before, groups_before = segments((60, 300), (0, 0))
    left, groups_now = segments((80, 400), (40, 400))

    found = graded(Told(before, groups_before, groups_now), np.full(800, 0.15), left, monkeypatch)

    assert found["small"].carried_error == pytest.approx(0.2 - 0.1)


def test_who_is_found_is_counted_among_those_to_whom_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    left, groups = segments((100, 400), (100, 400))
    chances = np.zeros(800)
    chances[:90], chances[400:445] = 0.9, 0.9  # 90 of 100 leavers, and 45 of 100; the rest of the fifth are others
    chances[100:125] = 0.8

    found = graded(Told(left, groups, groups), chances, left, monkeypatch)

    assert (found["solo"].found_share, found["small"].found_share) == (0.9, 0.45)
    assert found["small"].found_ratio is not None
    assert found["small"].found_ratio.value == pytest.approx(0.5)
    assert found["small"].found_ratio.low < 0.5 < found["small"].found_ratio.high < 0.8


def test_a_segment_too_small_to_tell_has_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    left, groups = segments((100, 400), (10, 199))

    found = graded(Told(left, groups, groups), np.full(599, 0.2), left, monkeypatch)

    assert list(found) == ["solo"]


def test_the_rows_of_a_trained_model_belong_to_stages_that_add_up_to_all(trained_shop: Any) -> None:
    report = trained_shop.trained.report

    of_stages = [group for group in report.groups if group.kind == "stage"]

    assert of_stages
    assert sum(group.rows for group in of_stages) <= report.test_rows
    assert {group.group for group in of_stages} <= {stage.name for stage in trained_shop.company.stage_set.stages}


def test_groups_survive_the_report_file(trained_shop: Any) -> None:
    report = replace(trained_shop.trained.report)

    assert type(report).from_json(report.to_json()).groups == report.groups
