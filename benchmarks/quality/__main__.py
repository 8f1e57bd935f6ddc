"""Run every trial, or those named, print the tables for docs/results.md and the goals; a run that was stopped goes on.

The cut-offs follow the rule of `cut_offs`, stated before looking, and all are shown; nothing is tuned on them: ours is what
`lifecycle train` chooses from what was known at each. `--share` shortens the search of the automatic learner.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.goals import Result, arguments, report
from benchmarks.quality.asking import Trial
from benchmarks.quality.churn import CHURN, level_results, nothing_further
from benchmarks.quality.compared import Standing, standing
from benchmarks.quality.coupons.__main__ import measured as redeemed
from benchmarks.quality.data_sets import COMPLETEJOURNEY, online_retail
from benchmarks.quality.effort import AUTOML_SECONDS, Effort
from benchmarks.quality.no_signal import refused
from benchmarks.quality.occasions import occasions
from benchmarks.quality.tables import LEGEND, cut_off_table, pooled_table
from benchmarks.quality.transition import TRANSITION, margin_results
from benchmarks.quality.value import VALUE, total_results
from benchmarks.quality.verdicts import results

COUPONS, NO_SIGNAL = "coupons", "no_signal"
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def trials(retail: Path) -> list[Trial]:
    """Return every trial whose data are here; Online Retail is no package, and left out where its file is absent."""
    shop = online_retail(retail)
    asked = [
        Trial("Q1", CHURN, COMPLETEJOURNEY, 56, nothing_further),
        Trial("Q1", CHURN, COMPLETEJOURNEY, 30, nothing_further),
        Trial("Q2", CHURN, shop, 90, level_results),
        Trial("Q3", VALUE, COMPLETEJOURNEY, 56, total_results),
        Trial("Q3", VALUE, shop, 90, total_results),
        Trial("Q4", TRANSITION, COMPLETEJOURNEY, 56, margin_results),
        Trial("Q4", TRANSITION, shop, 90, margin_results),
    ]
    return [trial for trial in asked if trial.data_set.is_here]


def main() -> None:
    """Run, print the tables and the goals."""
    options = _options()
    effort = Effort(AUTOML_SECONDS * options.share, frozenset(options.again))
    found: list[Result] = []
    for trial in trials(options.retail):
        if not options.only or trial.asking.question in options.only:
            found += _measured(trial, options.work, effort)
    if COMPLETEJOURNEY.is_here and (not options.only or COUPONS in options.only):
        found += redeemed(options.work)
    if options.ravenstack.exists() and (not options.only or NO_SIGNAL in options.only):
        found.append(refused(options.ravenstack, options.work))
    report(found, options.json)


def _measured(trial: Trial, work: Path, effort: Effort) -> list[Result]:
    moments, recipes = [], []
    asked = occasions(trial.data_set, work, horizon_days=trial.horizon_days, question_of=trial.asking.question_of)
    for occasion in asked:
        print(f"  {trial.title}: {occasion.day}", file=sys.stderr, flush=True)
        moment, recipe = trial.asking.moment(occasion, effort)
        moments.append(moment)
        recipes.append(f"{moment.day}: {recipe}")
    stands = standing(moments, trial.asking.measure)
    _print(trial, stands, recipes)
    return [*results(trial, stands), *trial.further(trial, moments, stands)]


def _print(trial: Trial, stands: Standing, recipes: Sequence[str]) -> None:
    asking = trial.asking
    print(f"\n### {trial.title}\n")
    print(pooled_table(stands, asking.shown, judged=asking.judged), end="\n\n")
    print(cut_off_table(stands, judged=asking.judged), end="\n\n")
    print(f"{LEGEND} Ours at each cut-off: {'; '.join(recipes)}.\n", flush=True)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__ or "")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/quality"), help="where imports and answers are kept")
    parser.add_argument("--retail", type=Path, default=_SHARED / "online_retail_2009_2010.parquet", help="Online Retail II")
    parser.add_argument("--ravenstack", type=Path, default=_SHARED / "ravenstack", help="the folder of RavenStack")
    parser.add_argument(
        "--only", nargs="*", default=[], help=f"the questions to ask: churn, value, transition, {COUPONS}, {NO_SIGNAL}"
    )
    parser.add_argument("--again", nargs="*", default=[], help="contenders to ask anew, such as ours")
    return parser.parse_args()


if __name__ == "__main__":
    main()
