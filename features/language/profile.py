"""What does the customer's profile add: how long a list is, whether a text stands in it, and the joining beside any row.

>>> consent = Column("customers", "consent")
>>> print(Contains(consent, "email"), Size(consent))
(consent contains 'email') size(consent)
"""

from __future__ import annotations

from dataclasses import dataclass

from features.contracts.sources import Kind
from features.language.expressions import BadDeclaration, Column, Expression


@dataclass(frozen=True)
class Size(Expression):
    """How many texts stand in a list; 0 for an empty list, NULL where no list is known."""

    column: Column

    def __post_init__(self) -> None:
        _needs_list(self.column)

    @property
    def kind(self) -> Kind:
        """Return that it is a number."""
        return Kind.NUMBER

    def __str__(self) -> str:
        return f"size({self.column})"


@dataclass(frozen=True)
class Contains(Expression):
    """Whether a text stands in a list; NULL where no list is known."""

    column: Column
    text: str

    def __post_init__(self) -> None:
        _needs_list(self.column)

    def __str__(self) -> str:
        return f"({self.column} contains {self.text!r})"


@dataclass(frozen=True)
class Joined(Expression):
    """The moment at which the customer joined, beside a row of any source; NULL until then, and until it was known.

    It is `customers.joined_at` as known at the moment of prediction, so a correction moves what counts as after joining.
    """

    source: str

    @property
    def kind(self) -> Kind:
        """Return that it is a time."""
        return Kind.TIME

    def sources(self) -> set[str]:
        """Return the source of the rows it stands beside."""
        return {self.source}

    def __str__(self) -> str:
        return "customers.joined_at"


def _needs_list(column: Column) -> None:
    if column.kind is not Kind.TEXTS:
        raise BadDeclaration(f"needed a list of texts, found {column}, which is a {column.kind}")
