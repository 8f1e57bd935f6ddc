"""In which order are findings looked at, and what is said of a part that could not be watched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.reports.monitor import Finding, Unwatched

SECTIONS = ("outcomes", "drift", "feeds", "estimated", "decisions", "feedback", "grades")
"""The parts of the report, in the order in which they are read."""


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings in the order in which to look at them: alarms first, then by the parts of the report."""
    return sorted(findings, key=lambda one: (one.level != "alarm", SECTIONS.index(one.section), one.about, one.measure))


def findings_of_unwatched(unwatched: Sequence[Unwatched]) -> Iterator[Finding]:
    """Tell what could not be watched: a damaged file is an alarm."""
    for one in unwatched:
        yield Finding(
            level="alarm" if one.damaged else "note",
            section=one.section,
            about=one.about,
            text=f"could not be watched: {one.reason}",
            measure="watched",
            figure=0,
            limit=1,
            advice="make again or restore what the message names" if one.damaged else "what is missing stands in the message",
        )
