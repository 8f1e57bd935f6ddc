"""Where faults are planted, and which tests must notice them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LEAST_SCORE = 0.85


@dataclass(frozen=True)
class Room:
    """Modules, the tests that must notice their faults (those asked first come first), and what may be imported beforehand."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    imported: tuple[str, ...] = (
        "features.company",
        "features.engine.columns",
        "hypothesis",
        "models.explanation",
        "numpy.random",
        "numpy.testing",
    )


_DECISION_TESTS = ("tests/unit/models/decision",)

ROOMS: Mapping[str, Room] = {
    "arbitration": Room(
        (
            "models/decision/arbitration.py",
            "models/decision/choices.py",
            "models/decision/draw.py",
            "models/decision/policy.py",
        ),
        _DECISION_TESTS,
    ),
    "gates": Room(
        (
            "models/decision/gates/checks.py",
            "models/decision/gates/contact_policy.py",
            "models/decision/gates/look.py",
            "models/decision/gates/passing.py",
        ),
        _DECISION_TESTS,
    ),
}
"""By name. A room is added by naming its modules and its tests; nothing of what it tests may stand in `imported`."""
