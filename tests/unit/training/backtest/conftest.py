"""Lists of a few customers over a few months, written by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from features.at_risk.events import NEVER
from features.times import DAY, parse_time
from training.backtest.lists import Lists

ORIGINS = tuple(parse_time(f"2025-{month:02}-01") for month in range(1, 7))
HORIZON_DAYS = 90


@dataclass(frozen=True)
class Life:
    """One customer: on which day of the year they left (None: never), and what they bring in a horizon."""

    left_on: float | None = None
    margin: float = 100.0
    stage: int = 0


@pytest.fixture
def make_lists() -> Callable[..., Lists]:
    """Build the lists of some customers: by method, of each customer the chance to be listed in each month until they left."""

    def build(lives: Sequence[Life], listed: Mapping[str, Sequence[Sequence[float]]]) -> Lists:
        months = len(next(iter(listed.values()))[0])
        asked = [
            (month, customer, life)
            for month in range(months)
            for customer, life in enumerate(lives)
            if life.left_on is None or ORIGINS[0] + life.left_on * DAY > ORIGINS[month]
        ]
        moments = [NEVER if life.left_on is None else ORIGINS[0] + int(life.left_on * DAY) for _, _, life in asked]
        left = [at < ORIGINS[month] + HORIZON_DAYS * DAY for (month, _, _), at in zip(asked, moments, strict=True)]
        return Lists(
            origins=ORIGINS[:months],
            months=np.array([month for month, _, _ in asked], np.intp),
            customers=np.array([customer for _, customer, _ in asked], np.int32),
            stages=np.array([life.stage for _, _, life in asked], np.intp),
            left=np.array(left),
            left_at=np.where(left, moments, NEVER).astype(np.int64),
            margin=np.array([life.margin for _, _, life in asked]),
            listed={name: np.array([rows[customer][month] for month, customer, _ in asked]) for name, rows in listed.items()},
        )

    return build


@pytest.fixture
def make_life() -> type[Life]:
    """Build a customer."""
    return Life
