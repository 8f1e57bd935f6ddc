"""What does a gate answer: passed, held for a person to look at, or refused; in figures, with the reason in words."""

from __future__ import annotations

from collections.abc import Sequence

from features.errors import Refused
from models.bundle.ledger import GateResult, Verdict

__all__ = ["GateResult", "PromotionRefused", "Verdict", "blocked"]


class PromotionRefused(Refused):
    """A gate refused the candidate, or held it for review; the live model stays. `gates`: all that were asked, passed or not."""

    def __init__(self, results: Sequence[GateResult], *, gates: Sequence[GateResult] = ()) -> None:
        self.results, self.gates = tuple(results), tuple(gates or results)
        blocking = "; ".join(f"{result.name} {result.verdict}: {result.reason} ({result.figure})" for result in blocked(results))
        super().__init__(
            f"not promoted, the live model stays. {blocking}. After a look, an admin may record with `--override REASON` why it "
            "goes live all the same"
        )


def blocked(results: Sequence[GateResult]) -> list[GateResult]:
    """Return the gates that did not pass."""
    return [result for result in results if result.verdict != "passed"]
