"""How is a comparison of company files shown to people: what it comes to, what it rests on, and a chapter a question."""

from __future__ import annotations

from pathlib import Path

from features.home import Home
from features.reports.policy import PolicyReport
from training.pages import Chapter, Exhibit, Page, write_page
from training.policies import charts, tables
from training.policies.evaluate import keep_report
from training.policies.wording import lead_of

PAGE = "policy.html"
"""The name of the page below `reports/`."""


def write_policy_page(home: Home, report: PolicyReport) -> Path:
    """Keep the report, write the page with its tables, and return its path."""
    keep_report(home, report)
    chapters = [_answer(report), _offers(report), _groups(report), _split(report), _support(report)]
    page = Page(
        title=f"What the company file {report.new_company[:12]} would be worth",
        lead=lead_of(report),
        chapters=[chapter for chapter in chapters if chapter.exhibits or chapter.words],
    )
    return write_page(page, home.reports / PAGE)


def _answer(report: PolicyReport) -> Chapter:
    exhibits = [Exhibit("changes", "What differs", "Between the live company file and the new one.", tables.changes(report))]
    if report.refusals:
        exhibits.append(Exhibit("refusals", "Why no value is told", _REFUSED, tables.refusals(report)))
    if report.values:
        exhibits.append(Exhibit("values", "Worth a decision", _VALUES, tables.values(report), charts.values))
    return Chapter("What would the new file be worth?", exhibits, report.assumptions)


def _offers(report: PolicyReport) -> Chapter:
    if not report.offers:
        return Chapter("What would be offered?", [])
    return Chapter(
        "What would be offered?",
        [
            Exhibit("kinds", "By kind of offer", _KINDS, tables.kinds(report), charts.kinds),
            Exhibit("offers", "By offer", "Mean probability of each offer, and its share of the log.", tables.offers(report)),
        ],
    )


def _groups(report: PolicyReport) -> Chapter:
    if not report.groups:
        return Chapter("Who wins and who loses?", [])
    return Chapter(
        "Who wins and who loses?",
        [Exhibit("groups", "By stage, segment and value", _GROUPS, tables.groups(report), charts.groups)],
    )


def _split(report: PolicyReport) -> Chapter:
    if not report.split:
        return Chapter("What does each part of the live policy bring?", [])
    return Chapter(
        "What does each part of the live policy bring?",
        [Exhibit("split", "From gates alone to the whole", _SPLIT, tables.split(report), charts.split)],
    )


def _support(report: PolicyReport) -> Chapter:
    exhibits = [Exhibit("support", "How far the log can tell", _SUPPORT, tables.support(report))] if report.support else []
    return Chapter("Can the log tell?", exhibits)


_REFUSED = "The rules are asked in this order, and none is bent: a figure that the log cannot bear is not shown."
_VALUES = "Margin of the reward days less the cost of the offer, with 95 % intervals by customer; the difference is paired."
_KINDS = "How often each kind is decided on: in the log, by the live file, by the new one. `nothing` is a decision too."
_GROUPS = (
    "The difference a decision, new less live, of groups with enough decisions. Intervals are not widened for being many: of "
    "twenty groups for which nothing changes, one is told to win or to lose."
)
_SPLIT = (
    "Valued from decisions that were drawn by lot (control group and exploration) alone. Random eligible: by lot among what the "
    "customer may have. Gates only: by lot among what passes every gate."
)
_SUPPORT = (
    "At most 2 % of a policy on what the log never shows by lot; a mean weight of 1 within four standard errors; an effective "
    "size of at least 200 decisions."
)
