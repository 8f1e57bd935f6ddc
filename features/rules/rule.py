"""What may a rule of the company file say, and for whom does it hold: the SQL WHERE subset, read into a closed tree.

Allowed are AND, OR, NOT, = <> < <= > >=, BETWEEN, IN, IS [NOT] NULL, + - * /, numbers, TRUE, FALSE, NULL and known names;
nothing else. A missing value is NULL, and so is a division by zero; a rule that is unknown does not hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from features.document.faults import nearest
from features.errors import InvalidInput
from features.rules.parsing import RuleInvalid, parse_condition
from features.rules.tree import Columns, Condition, Constant, named_in

__all__ = ["Rule", "RuleColumnsMissing", "RuleInvalid", "parse_rule"]

# Kleene's -1, 0, 1 -> false 0, unknown -1, true 1
_ANSWERS = np.array([0, -1, 1], dtype=np.int8)


class RuleColumnsMissing(InvalidInput):
    """A rule was asked about a table that lacks columns it names."""


@dataclass(frozen=True)
class Rule:
    """A parsed rule: its text, the names it reads (sorted) and the condition it stands for.

    Two rules are equal if their texts are.
    """

    text: str
    names: tuple[str, ...]
    condition: Condition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def always(self) -> bool:
        """The rule is the constant TRUE, which every customer fulfils."""
        return self.condition == Constant(1)

    def evaluate(self, columns: Columns, *, rows: int) -> npt.NDArray[np.int8]:
        """Return for each of the table's rows 1 where the rule holds, 0 where it does not, -1 where that is unknown.

        Parameters
        ----------
        columns
            Name to a floating column of length `rows`; NaN is NULL. More columns than the rule names do no harm.
        rows
            Length of the table; needed for rules that name nothing.

        Raises
        ------
        RuleColumnsMissing
            If a name of the rule is no column.
        """
        if missing := [name for name in self.names if name not in columns]:
            raise RuleColumnsMissing(f"the rule {self.text!r} needs the columns {', '.join(missing)}, which the table lacks")
        with np.errstate(all="ignore"):
            truth = self.condition.truth(columns)
        return _ANSWERS[np.broadcast_to(truth, (rows,)) + 1]

    def holds(self, row: Mapping[str, float]) -> bool | None:
        """Whether the rule holds for one customer; None if that is unknown. The same evaluator, over a table of one row.

        >>> rule = parse_rule("tenure_days < 90 AND usage_count_30d > 0", {"tenure_days", "usage_count_30d"})
        >>> rule.holds({"tenure_days": 12.0, "usage_count_30d": 3.0})
        True
        >>> rule.holds({"tenure_days": 400.0, "usage_count_30d": float("nan")})
        False
        >>> rule.holds({"tenure_days": 12.0, "usage_count_30d": float("nan")}) is None
        True
        """
        columns = {name: np.array([row[name]], dtype=np.float64) for name in self.names if name in row}
        answer = int(self.evaluate(columns, rows=1)[0])
        return None if answer < 0 else bool(answer)


def parse_rule(text: str, names: Collection[str]) -> Rule:
    """Read a rule over known names.

    Raises
    ------
    RuleInvalid
        If the text is no expression of the subset, is too long or too deep, or names something unknown; the message says
        what was needed and found, and the nearest known name.
    """
    condition = parse_condition(text)
    found = named_in(condition)
    if unknown := [name for name in found if name not in names]:
        raise RuleInvalid(f"needed names of features, found {', '.join(nearest(name, names) for name in unknown)}")
    return Rule(text, found, condition)
