"""The contracts of the eight sources: one declaration of columns each, and every form that follows from it.

Checking a delivery is imported from `features.contracts.checks`: it brings pandas and pandera, which readers do without.
"""

from features.contracts.sources import SOURCES, Column, Kind, Source

__all__ = ["SOURCES", "Column", "Kind", "Source"]
