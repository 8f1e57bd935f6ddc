"""Which tables stand behind the page of a comparison: one row a line, plain columns, as the CSV files hold them."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from features.reports.figures import Figure
from features.reports.policy import LIVE, NEW, PolicyReport
from training.policies.wording import ESTIMATORS


def refusals(report: PolicyReport) -> pd.DataFrame:
    """Return why nothing, or not all, is told."""
    names = ["code", "policy", "text", "needed", "found", "advice"]
    return pd.DataFrame([asdict(each) for each in report.refusals], columns=names)


def changes(report: PolicyReport) -> pd.DataFrame:
    """Return what differs between the files."""
    return pd.DataFrame({"change": report.changes})


def support(report: PolicyReport) -> pd.DataFrame:
    """Return a row a policy: how far the log can tell what it is worth."""
    return pd.DataFrame([{"policy": name, **asdict(each)} for name, each in report.support.items()])


def values(report: PolicyReport) -> pd.DataFrame:
    """Return a row an estimator and policy, the difference among them."""
    return pd.DataFrame([
        {"estimator": ESTIMATORS[each.estimator], "policy": name, **asdict(figure)}
        for each in report.values
        for name, figure in ((LIVE, each.live), (NEW, each.new), ("new less live", each.difference))
        if figure is not None
    ])  # fmt: skip


def offers(report: PolicyReport) -> pd.DataFrame:
    """Return a row an offer: its share of decisions in the log and under both policies."""
    return pd.DataFrame([{**asdict(each), "change": each.new - each.live} for each in report.offers])


def kinds(report: PolicyReport) -> pd.DataFrame:
    """Return a row a kind of offer and policy: its share of decisions."""
    found = offers(report)
    if found.empty:
        return pd.DataFrame(columns=["kind", "policy", "share"])
    named = found.assign(kind=found["kind"].where(found["kind"] != "", found["offer_id"]))
    summed = named.groupby("kind", sort=False)[["logged", "live", "new"]].sum().reset_index()
    return summed.melt(id_vars="kind", var_name="policy", value_name="share")


def groups(report: PolicyReport) -> pd.DataFrame:
    """Return a row a group with enough decisions: what changes for it."""
    return pd.DataFrame([
        {
            "kind": each.kind, "group": each.name, "decisions": each.decisions, "customers": each.customers,
            **asdict(each.difference), "verdict": each.verdict,
        }
        for each in report.groups
    ])  # fmt: skip


def split(report: PolicyReport) -> pd.DataFrame:
    """Return a row a policy of the split, least first."""
    return pd.DataFrame([
        {
            "policy": each.name.replace("_", " "), "what": each.text, "decisions": each.decisions, "agreeing": each.agreeing,
            **_ends("", each.value), **_ends("more_than_gates_", each.more_than_gates), "why_not": each.why_not,
        }
        for each in report.split
    ])  # fmt: skip


def _ends(before: str, figure: Figure | None) -> dict[str, float | None]:
    value, low, high = (None, None, None) if figure is None else (figure.value, figure.low, figure.high)
    return {f"{before}value": value, f"{before}low": low, f"{before}high": high}
