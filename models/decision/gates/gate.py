"""What is a gate, and what is one check of it: a condition of the company file that may withhold an offer from a customer."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, get_args

from models.decision.gates.look import Look
from models.rows import BoolArray

Gate: TypeAlias = Literal["eligibility", "applicability", "suitability", "contact_policy", "expansion_guard", "arbitration"]
GATES: tuple[Gate, ...] = get_args(Gate)
"""In the order in which they are passed; what arbitration withholds has passed all others."""


class Check(Protocol):
    """One condition; `names` are the features and scores it reads, `rule` says it in the words of the company file."""

    @property
    def gate(self) -> Gate:
        """Return the gate the check belongs to."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns it reads."""

    @property
    def rule(self) -> str:
        """Return the condition in words."""

    def withholds(self, look: Look) -> BoolArray:
        """Say of each customer whether the check withholds from them."""

    def found(self, look: Look, row: int) -> str:
        """Say what was found for one customer that it withholds from."""
