"""What would a new company file be worth, by the log: both files asked about the same decisions, valued, or refused with reasons.

One step ahead, contact history as logged: what a policy would have changed about later decisions is not followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.company import Company
from features.home import Home
from features.reports.policy import LIVE, PolicyReport, Refusal, SplitPart, Verdict
from features.times import format_time
from features.write_once import replace_file
from models.bundle import read_live
from training.examples import Say
from training.policies.comparing import Comparison, Files, Learn, compare
from training.policies.files_compared import changes, refusals_of_files
from training.policies.groups import group_changes
from training.policies.period import Period
from training.policies.shares import offer_shares, without_offer
from training.policies.split import drawn_by_lot, split
from training.policies.valued import MAIN, support_figures, verdict_of
from training.policies.wording import assumptions_of
from training.publishing.pointer import live_models
from training.publishing.scene import company_in_use

REPORT = "policy.json"
"""The name of the report below `reports/`."""


def evaluate(home: Home, new: Company, *, days: int, learn: Learn, say: Say | None = None) -> PolicyReport:
    """Compare a new company file with the live one on the newest `days` of decisions; what cannot be told is refused in words.

    Raises
    ------
    NoCompany
        If no company file is in use. Without live models, scores are not known, and rules that name them do not hold.
    """
    live = read_live(home)
    files = Files(company_in_use(home), new, live_models(home))
    period = Period.newest(home, files.live, days=days)
    head = _Head((live and live.bundle) or "", files, period)
    refusals = refusals_of_files(files.live, new, models=files.models, drawn=period.drawn_by_lot) + period.refusals()
    if refusals:
        return head.report("refused", refusals)
    if say:
        say(f"{len(period.decisions):,} decisions are recalled")
    return _told(head, compare(home, files, period, learn=learn))


def keep_report(home: Home, report: PolicyReport) -> None:
    """Keep the report where the service looks for it."""
    replace_file(home.reports / REPORT, report.to_json())


@dataclass(frozen=True)
class _Head:
    """What every report says first."""

    bundle: str
    files: Files
    period: Period

    def report(self, verdict: Verdict, refusals: list[Refusal], **told: Any) -> PolicyReport:
        """Return the report with what is told of the decisions."""
        live, new, period = self.files.live, self.files.new, self.period
        nothing: dict[str, Any] = {"support": {}, "values": [], "offers": [], "without_offer": {}, "groups": [], "split": []}
        return PolicyReport(
            since=format_time(period.since),
            until=format_time(period.until),
            bundle=self.bundle,
            live_company=live.sha256,
            new_company=new.sha256,
            currency=live.currency,
            reward_days=live.reward_days,
            decisions=len(period.decisions),
            customers=len(period.decisions.customers.unique()),
            verdict=verdict,
            main_estimator=MAIN,
            refusals=refusals,
            changes=changes(live, new),
            **{"compared": "offer_and_channel", "assumptions": [], **nothing, **told},
        )


def _told(head: _Head, found: Comparison) -> PolicyReport:
    valued, refusals = found.valued, found.valued.refusals()
    told = {
        "compared": valued.actions.compared,
        "assumptions": assumptions_of(head.files, found),
        "support": {name: support_figures(support) for name, support in valued.supports.items()},
        "offers": offer_shares(valued, found.choices),
        "without_offer": without_offer(found.choices),
    }
    if refusals:
        return head.report("refused", refusals, **told)
    values, groups = valued.values(), group_changes(valued, found.groupings)
    return head.report(verdict_of(valued.difference()), [], values=values, groups=groups, split=_split(found), **told)


def _split(found: Comparison) -> list[SplitPart]:
    decisions, made = found.decided.decisions, found.choices[LIVE]
    drawn = drawn_by_lot(decisions.probability, decisions.random)
    if drawn is None:
        return []
    return split(made, found.valued.actions, found.valued.logged, drawn=drawn, predicted=found.valued.predicted)
