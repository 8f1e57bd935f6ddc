"""How is the report shown to people: what to look at first, then a chapter each for outcomes, drift, feeds and estimates."""

from __future__ import annotations

from pathlib import Path

from features.home import Home
from features.quality.wording import counted
from features.reports.monitor import Finding, MonitorReport
from training.monitoring import charts, tables
from training.pages import Chapter, Exhibit, Page, write_page

PAGE = "monitor.html"
"""The name of the page below `reports/`."""


def write_monitor_page(home: Home, report: MonitorReport) -> Path:
    """Write the page and its tables, and return its path."""
    page = Page(
        title=f"Monitoring as of {report.as_of[:16].replace('T', ' ')}",
        lead=_lead(report),
        chapters=[_findings(report), _outcomes(report), _drift(report), _feeds(report), _estimated(report), _decisions(report)],
    )
    return write_page(page, home.reports / PAGE)


def verdict(findings: list[Finding]) -> str:
    """Say in a sentence whether somebody must look.

    >>> verdict([])
    'Nobody must look: no alarm, 0 notes.'
    """
    alarms = sum(finding.level == "alarm" for finding in findings)
    notes = counted(len(findings) - alarms, "note")
    return f"Somebody must look: {counted(alarms, 'alarm')}, {notes}." if alarms else f"Nobody must look: no alarm, {notes}."


def _lead(report: MonitorReport) -> list[str]:
    live = ", ".join(f"{model} {sha[:12]}" for model, sha in report.live.models.items())
    predicted = "predictions that are gone" if report.live.predicted_as_of is None else report.live.predicted_as_of[:10]
    return [verdict(report.findings), f"Live since {report.live.published_at[:16]}: {live}; predicted as of {predicted}."]


def _findings(report: MonitorReport) -> Chapter:
    words = "An alarm is for somebody today; a note is to be known. Each names its figure, its limit and what to do."
    return Chapter("What to look at", [Exhibit("findings", "Findings", words, tables.findings(report))])


def _outcomes(report: MonitorReport) -> Chapter:
    words = [
        "What counts is what was predicted then. Of each question and calendar month the first publication counts, so that no "
        "customer counts twice in a month. Bars are 95 % intervals from draws of whole customers."
    ]
    return Chapter(
        "What came of predictions",
        [
            Exhibit(
                "ranking",
                "Ranking, month by month",
                "The chance that one to whom it happened was scored above one to whom it did not; the dash is what was promised.",
                tables.measured(report, "auc"),
                charts.by_month,
            ),
            Exhibit(
                "months", "States", "Of each month: matured, pending or censored, and how many customers.", tables.months(report)
            ),
            Exhibit(
                "measures",
                "All measures",
                "Of the newest matured months together: what came, what training promised, and the difference to the prior.",
                tables.recent(report),
            ),
            Exhibit(
                "exposures",
                "Offers shown",
                "Answered, or not within the channel's time, which is a no; pending within it; censored where the source ends.",
                tables.exposures(report),
            ),
        ],
        words,
    )


def _drift(report: MonitorReport) -> Chapter:
    words = [
        "A column moved if its effect lies beyond the limit: a small effect (d = 0.2), or what chance alone reaches in one "
        "window of a hundred, whichever is more. It is an alarm only if decisions would be other ones without the drift."
    ]
    exhibits = [
        Exhibit(
            "moved",
            "What moved most",
            "How many times its limit each column moved; beyond 1 it drifted.",
            tables.moved(report),
            charts.beyond_limits,
        ),
        Exhibit(
            "undone",
            "Does it matter",
            "Share of customers decided otherwise with the drifted columns put back, beside the share that is an alarm.",
            tables.undone(report),
            charts.changed,
        ),
        Exhibit("columns", "Every column", "Effects, limits and the familiar stability index (PSI).", tables.columns(report)),
    ]
    return Chapter("What drifted", exhibits, words)


def _feeds(report: MonitorReport) -> Chapter:
    exhibits = [
        Exhibit(
            "feeds", "Freshness", "How far each source lies behind, and its last full week beside others.", tables.feeds(report)
        ),
        Exhibit("weeks", "Rows a week", "Each source over its newest full weeks.", tables.weeks(report), charts.rows_a_week),
    ]
    return Chapter("How the feeds stand", exhibits)


def _estimated(report: MonitorReport) -> Chapter:
    words = [
        "What the newest predictions should be worth if their probabilities are right. The error of such estimates at past "
        "moments stands beside them: trust the estimate no further."
    ]
    exhibits = [
        Exhibit(
            "expected", "To be expected", "Of the newest predictions, with the largest error so far.", tables.expected(report)
        ),
        Exhibit(
            "errors",
            "Realised less expected",
            "At every past moment that can be told; 0 is an estimate that was right.",
            tables.errors(report),
            charts.estimate_errors,
        ),
    ]
    return Chapter("What to expect", exhibits, words)


def _decisions(report: MonitorReport) -> Chapter:
    words = [
        "Limits of the decision system as a whole, as commercial systems publish them. The live offers are asked for everybody "
        "the churn question is about; nothing is judged where nothing was ever decided."
    ]
    exhibits = [Exhibit("limits", "Limits", "Where each should stay, and the most or least ever right.", tables.limits(report))]
    return Chapter("How the decision system fares", exhibits if report.decisions else [], words)
