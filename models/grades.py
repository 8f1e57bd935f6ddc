"""How good is a model, in one letter: A to C by what it is better than, F where it abstains; with the figures and the words.

A grade is given beside *named* baselines on the same rows, so it says what the model adds to what was there. What earns an F is
refused by the gates before promotion too, so without an override on record nobody is answered by it; `fallback` names the
baseline that told most, the rule to go by meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Letter: TypeAlias = Literal["A", "B", "C", "F"]

FEWEST_ROWS = 200
FEWEST_OF_A_KIND = 50
ENOUGH_CUSTOMERS = 500
"""Below, estimates drawn towards the rate of all compete too, and intervals are wide."""

LEVEL_RIGHT = 0.1
LEVEL_WRONG = 0.25
"""How far the total foretold may be off what came, as a share of it: right up to the first, wrong from the second on."""

_WORDS: dict[Letter, str] = {
    "A": "better than every baseline for sure, and right about the level",
    "B": "better than what holds for everybody, and no baseline is better for sure",
    "C": "better than what holds for everybody, but a baseline is better still or the level is far off",
    "F": "abstains",
}


@dataclass(frozen=True)
class Beside:
    """The model's loss less that of one baseline on the same rows, with its 95 % interval; below 0 the model is better."""

    baseline: str
    value: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Say whether the model is better for sure."""
        return self.high < 0

    @property
    def worse(self) -> bool:
        """Say whether the baseline is better for sure."""
        return self.low > 0


@dataclass(frozen=True)
class Evidence:
    """All that a grade rests on.

    `rows` graded, to `happened` of which it happened; `customers` learned from; `least`: the baseline that tells no customer from
    another; `beside`: every baseline, the best first; `level`: the total foretold over what came, less 1, if there is a total.
    """

    rows: int
    happened: int
    customers: int
    least: str
    beside: tuple[Beside, ...]
    level: float | None = None


@dataclass(frozen=True)
class Grade:
    """The letter, what it means, the figures it rests on, and, for F, which baseline is the rule to go by meanwhile."""

    letter: Letter
    words: str
    figures: tuple[str, ...]
    fallback: str | None = None


def grade(evidence: Evidence) -> Grade:
    """Return the grade that the evidence earns.

    Examples
    --------
    >>> better = Beside("prior", -0.1, -0.2, -0.05)
    >>> grade(Evidence(900, 300, 600, "prior", (better,), level=0.02)).letter
    'A'
    >>> grade(Evidence(900, 20, 600, "prior", (better,))).words
    'abstains: it happened to 20 of the 900 rows graded, and to fewer than 50 of a kind nothing can be told'
    """
    reason = _reason_to_abstain(evidence)
    letter: Letter = "F" if reason else _letter(evidence)
    words = _WORDS[letter] + (f": {reason}" if reason else "")
    if evidence.customers < ENOUGH_CUSTOMERS:
        words += f"; learned from {evidence.customers} customers, under {ENOUGH_CUSTOMERS}: drawn to the rate of all if it pays"
    return Grade(letter, words, _figures(evidence), evidence.beside[0].baseline if reason and evidence.beside else None)


def _reason_to_abstain(evidence: Evidence) -> str:
    rarer = min(evidence.happened, evidence.rows - evidence.happened)
    if evidence.rows < FEWEST_ROWS:
        return f"{evidence.rows} rows were graded, and from fewer than {FEWEST_ROWS} nothing can be told"
    if rarer < FEWEST_OF_A_KIND:
        return (
            f"it happened to {evidence.happened} of the {evidence.rows} rows graded, and to fewer than {FEWEST_OF_A_KIND} of a "
            "kind nothing can be told"
        )
    least = next((each for each in evidence.beside if each.baseline == evidence.least), None)
    return "" if least and least.better else f"not shown to be better than {evidence.least}, which tells no customer from another"


def _letter(evidence: Evidence) -> Letter:
    off = abs(evidence.level or 0.0)
    if off >= LEVEL_WRONG or any(each.worse for each in evidence.beside):
        return "C"
    return "A" if off <= LEVEL_RIGHT and all(each.better for each in evidence.beside) else "B"


def _figures(evidence: Evidence) -> tuple[str, ...]:
    beside: Sequence[str] = [
        f"{each.value:+.4f} [{each.low:+.4f}, {each.high:+.4f}] beside {each.baseline}" for each in evidence.beside
    ]
    level = [] if evidence.level is None else [f"the total foretold is {evidence.level:+.1%} off what came"]
    return (*beside, *level, f"{evidence.rows} rows graded, to {evidence.happened} of which it happened")
