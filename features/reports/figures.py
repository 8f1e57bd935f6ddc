"""How does a figure stand in a report whose rows were drawn again and again: its value, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure and its 95 % interval, by draws of whole customers."""

    value: float
    low: float
    high: float
