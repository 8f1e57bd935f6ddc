"""Which tables stand behind the page of the value finder: one row a line, plain columns, as the CSV files hold them."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from features.reports.value_finder import FinderReport, OfferShift

FATES = ("nothing_relevant", "held_back", "not_worth_it", "offered")


def stages(report: FinderReport) -> pd.DataFrame:
    """Return a row a stage, with shares of its customers beside the counts."""
    found = pd.DataFrame([asdict(each) for each in report.stages])
    return found.assign(**{f"{name}_share": found[name] / found["customers"] for name in FATES}) if len(found) else found


def stage_shares(report: FinderReport) -> pd.DataFrame:
    """Return a row a stage and fate: the share of the stage's customers."""
    return pd.DataFrame([
        {"stage": each.stage, "customers": name.replace("_", " "), "share": getattr(each, name) / each.customers}
        for each in report.stages
        for name in FATES
    ])  # fmt: skip


def offers(report: FinderReport) -> pd.DataFrame:
    """Return a row an offer: where its customers fall, how many it wins, and which offer mostly beats it."""
    return pd.DataFrame([
        {
            "offer_id": each.offer_id, "kind": each.kind, "wins": each.wins, "beaten": each.beaten,
            "below_nothing": each.below_nothing, "unknown": each.unknown, **each.withheld,
            "beaten_mostly_by": next(iter(each.beaten_by), None),
        }
        for each in report.offers
    ])  # fmt: skip


def never_winning(report: FinderReport) -> pd.DataFrame:
    """Return a row an offer that comes first for nobody, and why."""
    rows = [(each.offer_id, each.kind, each.passes, each.why) for each in report.never_winning]
    return pd.DataFrame(rows, columns=["offer_id", "kind", "passes", "why"])


def sensitivity(report: FinderReport) -> pd.DataFrame:
    """Return a row a part left out: how many customers' first offer changes."""
    return pd.DataFrame([{"part": each.part, "changed": each.changed, "share": each.share} for each in report.sensitivity])


def shifts(report: FinderReport) -> pd.DataFrame:
    """Return a row an offer: how often it comes first, with everything and without each part."""
    wins = {each.offer_id: each.wins for each in report.offers}
    return pd.DataFrame([
        {
            "offer_id": offer, "wins": count,
            **{f"without_{each.part}": _wins_without(each.offers, offer) for each in report.sensitivity},
        }
        for offer, count in wins.items()
    ])  # fmt: skip


def _wins_without(shifts: list[OfferShift], offer: str) -> int:
    return next(each.wins_without for each in shifts if each.offer_id == offer)
