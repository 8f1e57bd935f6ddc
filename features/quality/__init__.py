"""How good are the data: one report over the log, the quarantine and the stored snapshots, with a verdict in words.

`assess` reads and counts, `report` is what it found, `verdict` says what to look at, `page` shows it to people.
"""

from features.quality.assess import assess
from features.quality.report import Finding, QualityReport

__all__ = ["Finding", "QualityReport", "assess"]
