"""Candidates reckoned by hand: few customers, few offers, every figure in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from features.company import default_company_text, read_company
from models.decision import candidates
from training.value_finder.contenders import PASSED, Contenders

NAMES = ("plan_upgrade/email", "plan_upgrade/phone", "loyalty_gift/email", "training_session/email")
COMPANY = read_company(default_company_text("default"))


@pytest.fixture
def weigh() -> Callable[..., Contenders]:
    """Build what was reckoned of four candidates of three offers: a row a customer, of how far each came and its factors."""
    known = {each.name: each for each in candidates(COMPANY)}

    def build(
        reached: Sequence[Sequence[int]],
        *,
        effect: Sequence[Sequence[float]],
        value: float | Sequence[Sequence[float]] = 1.0,
        context: float | Sequence[Sequence[float]] = 1.0,
        cost: float = 0.0,
    ) -> Contenders:
        shape = (len(reached), len(NAMES))
        factors = {"effect": effect, "value": value, "context": context, "lever": 1.0}
        return Contenders(
            tuple(known[name] for name in NAMES),
            np.array(reached, dtype=np.int8).reshape(shape),
            {name: np.broadcast_to(np.array(each, dtype=np.float64), shape) for name, each in factors.items()},
            np.full(shape, cost),
        )

    return build


@pytest.fixture
def all_passed() -> list[int]:
    """A customer from whom no gate withholds anything."""
    return [PASSED] * len(NAMES)
