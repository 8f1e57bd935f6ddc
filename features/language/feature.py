"""What has to be said about a feature before it may exist: how it is computed, and how its number is to be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from features.language.arithmetic import Arithmetic, Formula
from features.language.expressions import BadDeclaration, Column, Expression
from features.language.formulas import Aggregate

_NAME = re.compile(r"[a-z][a-z0-9_]{1,63}")
NEVER_MISSING = "never missing"
_CODE = "code"
_CODE_OF = "code_of_"
_LAST_CODE = 2**20 - 1


@dataclass(frozen=True)
class Reading:
    """How a number is to be read: unit, inclusive range (None: open), what a missing value says, where the definition is from."""

    unit: str
    low: float | None = 0.0
    high: float | None = None
    missing: str = NEVER_MISSING
    origin: str = "house"


@dataclass(frozen=True)
class Feature:
    """A named formula, with one line of meaning and how to read it.

    >>> from features.language.formulas import Rows
    >>> Feature("usage_count_7d", Rows("usage").count(days=7), "Uses of the product.", Reading("uses")).canonical
    'count of usage, 7 days'
    """

    name: str
    formula: Formula
    meaning: str
    reading: Reading = field(default_factory=lambda: Reading("1"))

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise BadDeclaration(f"a feature's name needed lower case words joined by _, found {self.name!r}")
        if is_category(self.name) != (self.reading.unit == _CODE):
            needed = f"a name that begins with {_CODE_OF} for the unit {_CODE!r}, and for no other"
            raise BadDeclaration(f"needed {needed}; found {self.name} in {self.reading.unit}")

    @property
    def canonical(self) -> str:
        """Return the formula and the masks of the columns it reads, as one text: equal if and only if the meaning is."""
        masks = sorted({f"{c.source}.{c.name} known with {c.known_with}" for c in _columns(self.formula) if c.known_with})
        return "; ".join([str(self.formula), *masks])

    def describe(self) -> dict[str, str | float | None]:
        """Return everything there is to say, in plain values."""
        reading = self.reading
        return {
            "name": self.name,
            "meaning": self.meaning,
            "unit": reading.unit,
            "low": reading.low,
            "high": reading.high,
            "missing": reading.missing,
            "origin": reading.origin,
            "formula": str(self.formula),
        }


def code_of(what: str, formula: Formula, meaning: str, *, missing: str = "not recorded") -> Feature:
    """Return the feature `code_of_<what>`, a category: its number stands for a text and is no quantity."""
    return Feature(_CODE_OF + what, formula, meaning, Reading(_CODE, high=_LAST_CODE, missing=missing))


def is_category(name: str) -> bool:
    """Say whether the feature of that name is a category, whose numbers must not be added, averaged or put in an order.

    >>> is_category("code_of_segment"), is_category("tenure_days")
    (True, False)
    """
    return name.startswith(_CODE_OF)


def _columns(part: Formula | Expression | None) -> set[Column]:
    if isinstance(part, Column):
        return {part}
    if isinstance(part, Aggregate):
        return _columns(part.where) | _columns(part.value)
    if isinstance(part, Arithmetic):
        return _columns(part.left) | _columns(part.right)
    parts = part.parts if isinstance(part, Expression) else ()
    return {column for inner in parts for column in _columns(inner)}
