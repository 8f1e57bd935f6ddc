"""Logged decisions made up in sight: who, what, how likely, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from models.decision.contacts.table import NEVER
from training.decided import Decisions
from training.policies.actions import Actions
from training.policies.valued import Logged, Valued

Row = tuple[str, str, str | None, str]


def decisions_of(rows: Sequence[Row], **changed: Any) -> Decisions:
    """Return decisions of rank 1 out of (customer, offer, channel, arm); times are days, `shown_at` NEVER unless given."""
    count = len(rows)
    customers, offers, channels, arms = (pa.array(column, pa.string()) for column in zip(*rows, strict=True))
    never, ids = np.full(count, NEVER), pa.array([f"d{place}/1" for place in range(count)])
    nothing = pa.nulls(count, pa.string())
    columns: dict[str, Any] = {
        **dict.fromkeys(("exposures", "decisions"), ids),
        **dict.fromkeys(("kinds", "sources", "outcomes"), nothing),
        **{each.name: never for each in fields(Decisions) if each.name.endswith("_at")},
        **{"customers": customers, "offers": offers, "channels": channels, "arms": arms},
        **{"ranks": np.ones(count, np.int64), "decided_at": np.arange(count), "accepted": np.zeros(count, bool)},
        **{"probability": np.full(count, 0.5), "reward": np.full(count, np.nan), "until": NEVER - 1},
    }
    return Decisions(**{**columns, **changed})


@pytest.fixture
def make_decisions() -> Callable[..., Decisions]:
    """Build decisions."""
    return decisions_of


@pytest.fixture(scope="session")
def drawn_world() -> Callable[..., Valued]:
    """Draw a log of two actions by lot, where action 1 brings `gain` more, and let two policies choose it with these chances."""

    def draw(*, live: float, new: float, gain: float = 10.0, count: int = 3000, seed: int = 0) -> Valued:
        rng = np.random.default_rng(seed)
        action = rng.integers(0, 2, count)
        reward = 20.0 + gain * action + rng.normal(0, 5, count)
        actions = Actions("offer", ("nothing", "gift"), action, np.ones((count, 2), bool))
        logged = Logged(np.arange(count) // 2, np.full(count, 0.5), reward, rng.normal(size=(count, 2)))
        return Valued(actions, logged, *(np.tile([1 - chance, chance], (count, 1)) for chance in (live, new)))

    return draw
