"""Which parts of the rules hold for whom: worked out once for everybody of a table, told of one customer."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.rules.rule import Rule
from features.rules.tree import Condition
from features.rules.wording import Part, parts_of
from models.decision.gates.look import Look


@dataclass(frozen=True)
class Fits:
    """The parts of rules that hold for the customer at `row` of a table; `known` are those worked out so far, for all rows."""

    look: Look
    row: int = 0
    known: dict[Rule, list[Part]] = field(default_factory=dict)

    def of_row(self, row: int) -> Fits:
        """Return what holds for another customer of the same table."""
        return Fits(self.look, row, self.known)

    def parts(self, rule: Rule) -> list[Condition]:
        """Return the smallest parts that make the rule true for the customer; none where it does not hold, or always does."""
        if rule.always:
            return []
        if rule not in self.known:
            self.known[rule] = parts_of(rule.condition, self.look.columns, rows=len(self.look))
        return [part.condition for part in self.known[rule] if part.holds[self.row]]
