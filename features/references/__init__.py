"""What a customer is beside others: reference tables, fitted on a snapshot and looked up for one row at a time."""

from features.references.ladders import TENURE_BANDS_DAYS, BandedLadders, Ladder, tenure_bands
from features.references.tables import RANKED, DerivedRows, ReferenceColumnsMissing, ReferenceTables, with_percentiles

__all__ = [
    "RANKED",
    "TENURE_BANDS_DAYS",
    "BandedLadders",
    "DerivedRows",
    "Ladder",
    "ReferenceColumnsMissing",
    "ReferenceTables",
    "tenure_bands",
    "with_percentiles",
]
