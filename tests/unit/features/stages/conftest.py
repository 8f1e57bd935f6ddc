from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from features.company.business import Stage, StageSet
from features.rules import parse_rule

NAMES = ("tenure_days", "usage_count_30d")


@pytest.fixture(scope="session")
def life() -> StageSet:
    """Give a set of four stages, coded 0 to 3: growth, decline and maturity ask for two looks, lapsed counts at once."""
    rules = {
        "growth": "usage_count_30d > 9",
        "decline": "usage_count_30d < 1",
        "lapsed": "tenure_days IS NULL",
        "maturity": "TRUE",
    }
    stages = [
        Stage.model_construct(name=name, rule=parse_rule(rule, NAMES), immediate=name == "lapsed", maps_to={"other": "x"})
        for name, rule in rules.items()
    ]
    return StageSet.model_construct(name="life", order=("growth", "maturity", "decline", "lapsed"), stages=tuple(stages))


@pytest.fixture(scope="module", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """What survives a power cut is tested elsewhere; hundreds of folders are written here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield
