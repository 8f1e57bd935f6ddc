"""How gladly do the customers of each stage recommend us: the score, how sure it is, and a bar on the scale from -100 to 100."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from features.reports.stages import KpiLine, StagesReport
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording
from serving.page.managing.kpis import limit_said

_KPI, _LOWEST, _HIGHEST = "nps", -100.0, 100.0
_BACK = '<rect class="back" y="6" width="100%" height="4"/><line class="zero" x1="50%" x2="50%" y1="1" y2="15"/>'
_REACH = '<rect class="reach" x="{low:.1f}%" width="{wide:.1f}%" y="4" height="8"/>'
_DOT = '<circle class="mark" cx="{at:.1f}%" cy="8" r="5"/>'


@dataclass(frozen=True)
class NpsRow:
    """One stage: its score, where the score lies for sure, how many answered, and the same as a picture."""

    stage: str
    score: str
    spread: str
    answers: str
    limit: str
    picture: Markup | None


def nps_rows(report: StagesReport, say: Wording) -> tuple[NpsRow, ...]:
    """Return a row a stage; empty where no stage has answers enough to tell."""
    lines = [(stage.stage, line) for stage in report.stages for line in stage.kpis if line.kpi == _KPI]
    if all(line.value is None for _, line in lines):
        return ()
    return tuple(_row(stage, line, say) for stage, line in lines)


def _row(stage: str, line: KpiLine, say: Wording) -> NpsRow:
    limit = limit_said(line, say, currency="")
    answers = say.plural("%(count)s answer", "%(count)s answers", line.count)
    if line.value is None or line.low is None or line.high is None:
        return NpsRow(said(stage, say), "–", "", answers, limit, None)
    low, high = say.number(line.low), say.number(line.high)
    return NpsRow(
        said(stage, say),
        say.number(line.value),
        say.text(N_("%(low)s to %(high)s"), low=low, high=high),
        answers,
        limit,
        _picture(line.value, line.low, line.high),
    )


def _picture(value: float, low: float, high: float) -> Markup:
    """Draw a score on the scale, and the reach of chance around it; the numbers beside it say the same."""
    begin, at, end = (_across(each) for each in (low, value, high))
    marks = Markup(_BACK + _REACH + _DOT).format(low=begin, wide=end - begin, at=at)  # noqa: S704 (ours)
    return Markup('<svg class="scale" height="16" aria-hidden="true">{}</svg>').format(marks)


def _across(score: float) -> float:
    """Return how far across the scale a score lies, in percent.

    >>> _across(-100), _across(0), _across(250)
    (0.0, 50.0, 100.0)
    """
    return min(max((score - _LOWEST) / (_HIGHEST - _LOWEST), 0.0), 1.0) * 100
