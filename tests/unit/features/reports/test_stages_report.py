"""That the report by stage is read back as it was written, and anything else is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.home import Home
from features.reports.stages import (
    KpiLine,
    NoStagesReport,
    StageKpis,
    StagesReport,
    read_stages_report,
    stages_report_path,
    write_stages_report,
)
from features.reports.stored import ReportUnreadable

MONTHS = ("2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z")


def report() -> StagesReport:
    kept = KpiLine("csat", *MONTHS, 4.2, 4.0, 4.4, 50, 40, minimum=4.0, verdict="kept", beyond=0.0)
    broken = KpiLine("nps", *MONTHS, -20.0, -30.0, -10.0, 50, 40, minimum=0.0, verdict="breached_for_sure", beyond=30.0)
    stages = (StageKpis("growth", 60, 0.6, (kept, broken)), StageKpis("decline", 40, 0.4, ()))
    return StagesReport("2026-01-01T00:00:00Z", "a" * 64, "EUR", "growth_curve", 90, 100, stages, (kept,), ("all is told",))


def test_a_report_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    write_stages_report(Home(tmp_path), report())

    assert read_stages_report(Home(tmp_path)) == report()


def test_lines_are_found_by_their_verdict_with_their_stage() -> None:
    assert [(stage, line.kpi) for stage, line in report().judged("breached_for_sure")] == [("growth", "nps")]
    assert list(report().judged("too_few")) == []


def test_where_none_was_written_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoStagesReport, match="lifecycle report"):
        read_stages_report(Home(tmp_path))


@pytest.mark.parametrize("text", [b"{}", b"not json", b"\xff"])
def test_what_is_no_report_is_refused(tmp_path: Path, text: bytes) -> None:
    path = stages_report_path(Home(tmp_path))
    path.parent.mkdir(parents=True)
    path.write_bytes(text)

    with pytest.raises(ReportUnreadable, match="run `lifecycle report` again"):
        read_stages_report(Home(tmp_path))
