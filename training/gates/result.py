"""What does a gate answer: passed, held for a person to look at, or refused; in figures, with the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from features.errors import Refused

Verdict: TypeAlias = Literal["passed", "held", "refused"]


class PromotionRefused(Refused):
    """A gate refused the candidate, or held it for review; the live model stays. `gates`: all that were asked, passed or not."""

    def __init__(self, results: Sequence[GateResult], *, gates: Sequence[GateResult] = ()) -> None:
        self.results, self.gates = tuple(results), tuple(gates or results)
        blocking = "; ".join(f"{result.name} {result.verdict}: {result.reason} ({result.figure})" for result in blocked(results))
        super().__init__(
            f"not promoted, the live model stays. {blocking}. After a look, an admin may record with `--override REASON` why it "
            "goes live all the same"
        )


@dataclass(frozen=True)
class GateResult:
    """One gate's verdict: the figure found, the limit it was held against, and the reason in words.

    `absolute` gates guard what serving relies on; no override opens them. `waivable`: a written waiver opens it. `about`: the
    groups that a refusal is about.
    """

    name: str
    verdict: Verdict
    figure: str
    limit: str
    reason: str
    absolute: bool = False
    waivable: bool = False
    about: tuple[str, ...] = ()


def blocked(results: Sequence[GateResult]) -> list[GateResult]:
    """Return the gates that did not pass."""
    return [result for result in results if result.verdict != "passed"]
