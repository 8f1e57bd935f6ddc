"""How does a data-quality report look to people: one HTML page, its pictures inside, no script, nothing loaded from elsewhere.

Jinja escapes every text: names of topics and features come from the data, and data may be hostile.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from features.contracts.sources import SOURCES
from features.home import Home
from features.quality.page import charts
from features.quality.report import FeatureShift, FeatureSpread, Finding, QualityReport, SourceQuality
from features.quality.spreads import moved_most
from features.quality.verdict import MOVED_PSI
from features.quality.wording import counted, days, magnitude, percent
from features.write_once import replace_file


@dataclass(frozen=True)
class _FeatureRow:
    now: FeatureSpread
    shifts: tuple[FeatureShift, ...]


def page(report: QualityReport) -> str:
    """Return the report as one self-contained page."""
    present = {source.name for source in report.sources}
    return _template().render(
        report=report,
        summary=summary(report.findings),
        silent=[name for name in SOURCES if name not in present],
        features=_feature_rows(report),
        moved_psi=MOVED_PSI,
    )


def keep(home: Home, report: QualityReport, *, out: Path | None = None) -> Path:
    """Write the report to `reports/data_quality.json` and its page beside it, or to `out`; return where the page is."""
    path = home.reports / "data_quality.html" if out is None else out
    replace_file(home.reports / "data_quality.json", report.to_json())
    replace_file(path, page(report).encode())
    return path


def verdict_text(report: QualityReport) -> str:
    """Return the verdict as text for a terminal, a finding and what to do about it in two lines."""
    told = [f"{one.level:<4}  {one.about}: {one.text}\n      -> {one.advice}" for one in report.findings]
    return "\n".join([summary(report.findings), *told])


def summary(findings: list[Finding]) -> str:
    """Say in a line how much there is to look at.

    >>> summary([])
    'Nothing to look at.'
    """
    act = sum(finding.level == "act" for finding in findings)
    told = [counted(act, "thing") + " to act on"] * (act > 0)
    told += [counted(len(findings) - act, "thing") + " to look at"] * (len(findings) > act)
    return (", ".join(told) or "Nothing to look at").capitalize() + "."


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(
        marked=_marked,
        breakable=_breakable,
        spelled=_spelled,
        percent=percent,
        magnitude=magnitude,
        count=lambda number: f"{number:,}",
    )
    environment.globals.update(charts=charts, volume=_volume, little_volume=_little_volume, delays=_delays, facts_of=_facts)
    return environment.from_string((resources.files("features.quality.page") / "page.html.jinja").read_text("utf-8"))


def _marked(text: str) -> Markup:
    """Set names between backticks as code; all else is escaped."""
    parts = text.split("`")
    return Markup("").join(Markup("<code>{}</code>").format(part) if place % 2 else part for place, part in enumerate(parts))


def _breakable(name: str) -> Markup:
    """Let a long name break after its underscores."""
    return Markup("_<wbr>").join(name.split("_"))


def _spelled(figure: float, measure: str) -> str:
    return percent(figure) if measure.startswith("share") else magnitude(figure)


def _whole_weeks(source: SourceQuality) -> list[int]:
    """Leave out the newest week where it is not over: it would look like a fall."""
    is_over = source.observed_until[:10] >= charts.week_after(source.weeks.first, len(source.weeks.rows))
    return source.weeks.rows if is_over or len(source.weeks.rows) == 1 else source.weeks.rows[:-1]


def _volume(source: SourceQuality) -> Markup:
    shades = [charts.Shade(gap.begin, gap.end, f"No row from {gap.begin} until {gap.end}") for gap in source.gaps]
    return charts.volume(f"Rows of {source.name} by week", _whole_weeks(source), first=source.weeks.first, shades=shades)


def _little_volume(source: SourceQuality) -> Markup:
    rows = _whole_weeks(source)
    return charts.sparkline(f"Rows of {source.name} by week", rows, top=max(rows))


def _delays(source: SourceQuality) -> Markup:
    by_delay = source.lateness.by_delay
    total = max(sum(by_delay.values()), 1)
    shares = {name: count / total for name, count in by_delay.items()}
    return charts.bars(f"Delays of {source.name}", shares)


def _facts(source: SourceQuality) -> list[tuple[str, str]]:
    late, wrong = source.lateness, source.contradictions
    told = [
        ("rows", f"{source.rows:,}"),
        ("customers", f"{source.customers:,}"),
        ("first", source.first[:16].replace("T", " ")),
        ("last", source.last[:16].replace("T", " ")),
        ("observed until", source.observed_until[:16].replace("T", " ")),
        ("ids with several versions", percent(source.several_versions_share)),
        ("known after, median", days(late.median)),
        ("known after, 95 of 100", days(late.p95)),
        ("known after, longest", days(late.longest)),
        ("over a week late", percent(late.over_week_share)),
        ("known before it happened", percent(late.ahead_share)),
        ("same content, other id", percent(source.repeated_share)),
        ("of unknown customers", f"{percent(wrong.unknown_share)} ({counted(wrong.unknown_customers, 'id')})"),
        ("before first seen", percent(wrong.before_first_seen_share)),
        ("before joining", percent(wrong.before_joined_share)),
    ]
    if wrong.outside_contract_share is not None and wrong.after_cancellation_share is not None:
        told.append(("without a running contract", percent(wrong.outside_contract_share)))
        told.append(("after a cancellation", percent(wrong.after_cancellation_share)))
    return told


def _feature_rows(report: QualityReport) -> list[_FeatureRow]:
    """Order features: what moved most since the snapshot before, then what is missing most."""
    if not report.snapshots:
        return []
    newest, *older = report.snapshots
    shifts = [{shift.name: shift for shift in one.shifts} for one in older]
    rows = [_FeatureRow(now, tuple(of_name[now.name] for of_name in shifts)) for now in newest.features]
    return sorted(
        rows, key=lambda row: ([moved_most(shift)[:2] for shift in row.shifts[:1]], -row.now.missing_share, row.now.name)
    )
