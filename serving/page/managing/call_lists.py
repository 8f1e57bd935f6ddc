"""What would calling by the list have brought in the past: how many of those who left it named, how early, beside other lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.reports.backtest import AT_RANDOM, BY_MONEY, MODEL, MONEY_ALONE, BacktestReport
from features.reports.figures import Figure
from serving.page.frame.wording import N_, Wording

_NAMES: Mapping[str, str] = {
    MODEL: N_("By the chance to leave"),
    BY_MONEY: N_("By the chance to leave and what they bring"),
    MONEY_ALONE: N_("By what they bring"),
    AT_RANDOM: N_("By lot"),
    "health": N_("By the health score"),
    "recency": N_("By how long they were silent"),
    "rfmt": N_("By the points for recency, frequency and money"),
    "rfm_logistic": N_("By how lately, often and much they bought"),
    "mbg_nbd": N_("By the rhythm of their purchases"),
}


@dataclass(frozen=True)
class ListRow:
    """One way to make the list: of ten called, how many would have left; of those who left, the share named; the net gain."""

    name: str
    is_ours: bool
    right: str
    named: str
    net: str


@dataclass(frozen=True)
class ListsShown:
    """The lists of the past months, ours first, then by how many of those who left they named."""

    summary: str
    lead: str
    rows: tuple[ListRow, ...]
    has_money: bool


def lists_shown(report: BacktestReport, say: Wording) -> ListsShown:
    """Return the back-test as a manager reads it."""
    methods = report.pooled.methods
    rows = tuple(_row(name, methods[name], report, say) for name in sorted(methods, key=lambda name: _place(name, methods)))
    return ListsShown(
        summary=_summary(report, say),
        lead=_lead(report, say),
        rows=rows,
        has_money=any("net" in figures for figures in methods.values()),
    )


def _place(name: str, methods: Mapping[str, Mapping[str, Figure]]) -> tuple[bool, float]:
    """Return where a list stands: ours first, then whichever named most."""
    found = methods[name].get("recall")
    return name != MODEL, 0.0 if found is None else -found.value


def _row(name: str, figures: Mapping[str, Figure], report: BacktestReport, say: Wording) -> ListRow:
    net = figures.get("net")
    return ListRow(
        name=say.text(_NAMES[name]) if name in _NAMES else name.replace("_", " "),
        is_ours=name == MODEL,
        right=_share(figures, "precision", say),
        named=_share(figures, "recall", say),
        net="–" if net is None else say.money(net.value, report.terms.currency),
    )


def _share(figures: Mapping[str, Figure], measure: str, say: Wording) -> str:
    return say.percent(figures[measure].value) if measure in figures else "–"


def _summary(report: BacktestReport, say: Wording) -> str:
    ours = report.pooled.methods.get(MODEL, {})
    if "recall" not in ours or not report.pooled.leavers:
        return say.text(N_("Nobody left in the months looked at, so the list could not be tried."))
    return say.plural(
        "One list a month of %(calls)s calls named %(share)s of those who left before they did. Tried on %(count)s past month.",
        "One list a month of %(calls)s calls named %(share)s of those who left before they did. Tried on %(count)s past months.",
        len(report.months),
        calls=say.number(report.terms.capacity),
        share=say.percent(ours["recall"].value),
    )


def _lead(report: BacktestReport, say: Wording) -> str:
    lead = report.lead.get(MODEL)
    if lead is None or lead.median_days is None:
        return ""
    return say.plural(
        "Half of those it warned of stood on it for %(count)s day or more before they left.",
        "Half of those it warned of stood on it for %(count)s days or more before they left.",
        round(lead.median_days.value),
    )
