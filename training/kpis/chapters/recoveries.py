"""Is what is given back given alike, whoever complains: a chapter of the page, each group beside the best of its kind."""

from __future__ import annotations

from dataclasses import asdict, fields

import pandas as pd

from features.reports.stages import GroupGrants
from models.kpis.subjects.recoveries import FEWEST, FOUR_FIFTHS
from training.kpis.report import KpiReport
from training.pages import Chapter, Exhibit

_QUESTION = "Is what is given back given alike?"
_COLUMNS = [field.name for field in fields(GroupGrants)]
_WORDS = (
    f"Of the customers who complained, who was granted something, and how much; below {FOUR_FIFTHS:g} of the best group of the "
    f"kind is to be looked at. A group of fewer than {FEWEST} who complained is told and not judged."
)
_NOTHING = "Nothing was given back through the service, or no complaint is in the log: nothing to compare."


def recoveries_chapter(report: KpiReport) -> Chapter:
    """Return every group, or say that nothing was given back."""
    lines = report.stages.recoveries
    if not lines:
        return Chapter(_QUESTION, [], [_NOTHING])
    table = pd.DataFrame([asdict(line) for line in lines], columns=_COLUMNS)
    return Chapter(_QUESTION, [Exhibit("recoveries_by_group", "Recoveries by group", _WORDS, table)])
