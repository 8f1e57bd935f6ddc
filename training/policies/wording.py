"""What does a comparison of policies rest on, and what does it come to: in sentences."""

from __future__ import annotations

from features.quality.wording import counted, percent
from features.reports.figures import Figure
from features.reports.policy import PolicyReport
from training.policies.comparing import Comparison, Files

ONE_STEP = "One step ahead, contact history as logged: what another decision would have changed about later ones is not followed."

ESTIMATORS = {
    "ips": "inverse propensity",
    "snips": "self-normalised",
    "dr": "doubly robust",
    "switch_dr": "doubly robust, switched",
}
"""The estimators in words."""


def assumptions_of(files: Files, found: Comparison) -> list[str]:
    """Return what the figures rest on, a sentence each."""
    company = files.live
    lines = [
        ONE_STEP,
        f"Every decision counts, shown or not: the margin of {company.reward_days} days after it, less what the offer cost.",
        "Features, stages and scores are those of the Monday before each decision; scores are the live models', and both "
        "files read the same ones.",
        "No occasion is known of logged decisions, so context weights are 1.",
        _learned(found),
    ]
    if found.unpriced:
        lines.append(
            f"Of {counted(found.unpriced, 'decision')} the cost is not known, the live file having the offer or the channel no "
            "more: the margin alone counts."
        )
    if found.valued.actions.compared == "offer":
        lines.append(
            "Offers are compared, on whichever channel: the log does not support offers on single channels, since they were not "
            "drawn by lot. What a channel adds is not valued."
        )
    return lines


def lead_of(report: PolicyReport) -> list[str]:
    """Return in a few sentences what the comparison comes to."""
    if report.verdict == "refused":
        return ["The new company file cannot be valued from the log.", *(refusal.text for refusal in report.refusals)]
    main = next(each for each in report.values if each.estimator == report.main_estimator)
    money = f"{spelled(main.difference, signed=True)} {report.currency} a decision"
    said = {
        "better": f"The new company file is better: {money} more than the live one.",
        "worse": f"The new company file is worse: {money} beside the live one.",
        "no_difference_shown": f"No difference is shown: the new company file brings {money} beside the live one.",
    }[report.verdict]
    without = report.without_offer
    return [
        said,
        f"{report.decisions:,} decisions of {report.customers:,} customers, {report.since[:10]} to {report.until[:10]}; "
        f"without an offer: {percent(without['live'])} under the live file, {percent(without['new'])} under the new one.",
        ONE_STEP,
    ]


def spelled(figure: Figure | None, *, signed: bool = False) -> str:
    """Return a figure with its interval, differences `signed`; a dash for one that is not told.

    >>> spelled(Figure(1.234, -0.5, 2.0), signed=True), spelled(Figure(1.234, -0.5, 2.0))
    ('+1.23 [-0.50, +2.00]', '1.23 [-0.50, 2.00]')
    """
    if figure is None:
        return "-"
    value, low, high = (f"{each:{'+' if signed else ''}.2f}" for each in (figure.value, figure.low, figure.high))
    return f"{value} [{low}, {high}]"


def _learned(found: Comparison) -> str:
    if found.learned:
        return "Acceptance is estimated by an offer model that learned only from before the decisions told of."
    return (
        "Too little had been answered before these decisions to learn from: every offer is taken by one in ten, for both files."
    )
