"""Run `python -m benchmarks.quality.coupons`: who redeems a coupon of a campaign, beside named peers (docs/results.md).

The rule, stated before looking: a campaign is asked about if it ended within the data and at least 1,000 exposures of campaigns
that had ended before it began can be learned from; all such campaigns are shown. The recipe is the same for all of them. How
small its trees and how tight its logistic are was settled among a handful on these campaigns: AUC lay between .827 and .830.

Households were picked for campaigns by a rule that is not published, so this ranks who accepts and says nothing about uplift. The
log holds exposures, answers, purchases and coupon use; which coupon is good for which product is an offer's own attribute, and
read from the package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.goals import Result, arguments, report
from benchmarks.quality.compared import OURS, Moment, Standing, is_better, standing
from benchmarks.quality.coupons.campaigns import closed_campaigns
from benchmarks.quality.coupons.peers import PEERS, TO_BEAT
from benchmarks.quality.coupons.within import auc_within
from benchmarks.quality.data_sets import COMPLETEJOURNEY
from benchmarks.quality.tables import LEGEND, markdown, pooled_table
from features.importing.imports import place_of
from features.importing.mapping import shipped_mapping
from models.acceptance import AcceptanceRecipe
from models.examples import Examples
from models.rows import FloatArray, Rows
from training.contest import Answered
from training.exposure_rows import RoundExamples, round_examples
from training.measures.binary import measure
from training.measures.resamples import Draws, Resamples
from training.questions.acceptance import RoundFold, recipe_answers, round_folds, walk_rounds
from training.records.report import CHOSEN

_SEED = 0
_HORIZON_DAYS = 56  # of the company file; acceptance reads its catalogue of features and no horizon
_SHOWN = ("auc", "auc_within", "pr_auc", "recall_top_tenth", "log_loss", "ece")
_JUDGED = {"auc": 1, "log_loss": -1}
_AUC_GOAL, _ABOUT, _RECALL_GOAL = 0.829, 0.005, 0.37
_ACCEPTANCE_ONLY = "Campaigns were targeted: this is acceptance only, never uplift."


def campaigns(work: Path) -> RoundExamples:
    """Return a labelled row for each household and campaign that ended within the data, all as known when it began."""
    home = COMPLETEJOURNEY.home(work)
    rounds = closed_campaigns(Path(place_of(shipped_mapping(COMPLETEJOURNEY.mapping))))
    return round_examples(home, COMPLETEJOURNEY.company(home, horizon_days=_HORIZON_DAYS), rounds)


def everybody(learning: Examples, asked: Rows) -> Mapping[str, FloatArray]:
    """Return what the recipe, its members alone and every peer say of the rows asked about."""
    ours = recipe_answers(AcceptanceRecipe(), seed=_SEED)(learning, asked)
    alone = {f"{name} alone": chances for name, chances in ours.items() if name != CHOSEN}
    return {OURS: ours[CHOSEN], **alone, **{name: peer(learning, asked) for name, peer in PEERS.items()}}


def compared(answered: Sequence[Answered]) -> Standing:
    """Compare all contenders on the rows of all campaigns, whole households drawn."""
    ends = np.cumsum([len(each.truth) for each in answered])
    groups = np.split(np.arange(ends[-1]), ends[:-1])

    def taken(answers: FloatArray, truth: FloatArray, resamples: Resamples) -> Draws:
        found = dict(measure(answers, truth, resamples=resamples))
        found["recall_top_tenth"] = found["lift_top_decile"] / 10
        return {**found, **auc_within(answers, truth, groups=groups, resamples=resamples)}

    return standing([_together(answered)], taken)


def _together(answered: Sequence[Answered]) -> Moment:
    names = answered[0].answers
    answers = {name: np.concatenate([each.answers[name] for each in answered]) for name in names}
    households = pa.array(np.concatenate([each.customers for each in answered]))
    return Moment("all campaigns", answers, np.concatenate([each.truth for each in answered]), households)


def campaign_table(folds: Sequence[RoundFold], answered: Sequence[Answered]) -> str:
    """Return a row a campaign: what was learned from, how many redeemed, and how that was foretold."""
    rows = []
    for fold, each in zip(folds, answered, strict=True):
        found = _plain(each.answers[OURS], each.truth)
        foretold, redeemed = each.answers[OURS].sum(), int(each.truth.sum())
        figures = [f"{found['auc']:.3f}", f"{found['log_loss']:.3f}"]
        rows.append([fold.name, f"{each.train_rows:,}", f"{len(each.truth):,}", str(redeemed), f"{foretold:.1f}", *figures])
    return markdown(["campaign", "learned from", "households", "redeemed", "foretold", "auc", "log_loss"], rows)


def type_table(folds: Sequence[RoundFold], answered: Sequence[Answered]) -> str:
    """Return a row a contender: its calibration error within each type of campaign."""
    types = sorted({fold.type for fold in folds})
    parts = {each: _together([a for fold, a in zip(folds, answered, strict=True) if fold.type == each]) for each in types}
    rows = [
        [name, *(f"{_plain(parts[each].answers[name], parts[each].truth)['ece']:.3f}" for each in types)]
        for name in answered[0].answers
    ]
    return markdown(["ece", *(f"{each} ({len(parts[each].truth):,})" for each in types)], rows)


def results(found: Standing, *, campaigns_asked: int) -> list[Result]:
    """Return the goals: surely better than each named peer, and figures about as good as the best known."""
    pooled = found.pooled
    data = f"completejourney, {campaigns_asked} campaigns, {pooled.rows:,} exposures"
    auc, recall = pooled.figures[OURS]["auc"], pooled.figures[OURS]["recall_top_tenth"]
    beaten = []
    for peer in TO_BEAT:
        shown = {name: pooled.differences[peer][name] for name in _JUDGED}
        figure = ", ".join(f"{name} {each.value:+.3f} [{each.low:+.3f}, {each.high:+.3f}]" for name, each in shown.items())
        better = all(is_better(each, _JUDGED[name]) for name, each in shown.items())
        beaten.append(Result("Q5", f"coupon redemption beside {peer}", figure, "better, interval without 0", better, data))
    figure = f"{auc.value:.3f} [{auc.low:.3f}, {auc.high:.3f}]"
    about = Result("Q5", "AUC of coupon redemption", figure, f"about {_AUC_GOAL}", auc.value >= _AUC_GOAL - _ABOUT, data)
    top = Result("Q5", "recall in the top tenth", f"{recall.value:.3f}", f">= {_RECALL_GOAL}", recall.value >= _RECALL_GOAL, data)
    return [*beaten, about, top]


def _plain(answers: FloatArray, truth: FloatArray) -> dict[str, float]:
    once = Resamples(np.arange(len(truth), dtype=np.int32), count=0, seed=0)
    return {name: float(values[0]) for name, values in measure(answers, truth, resamples=once).items()}


def measured(work: Path) -> list[Result]:
    """Ask about every campaign, print the tables and return the goals."""
    stacked = campaigns(work)
    folds, answered = round_folds(stacked), walk_rounds(stacked, everybody)
    found = compared(answered)
    asked = {fold.name for fold in folds}
    left_out = ", ".join(each.name for each in stacked.rounds if each.name not in asked)
    print(f"\n### Coupon redemption, completejourney\n\n{_ACCEPTANCE_ONLY}\n")
    print(pooled_table(found, _SHOWN, judged=_JUDGED), campaign_table(folds, answered), sep="\n\n", end="\n\n")
    print(type_table(folds, answered), f"{LEGEND} Learned from only: {left_out}.", sep="\n\n", end="\n\n", flush=True)
    return results(found, campaigns_asked=len(folds))


def main() -> None:
    """Run this part alone."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/quality"), help="where the import is kept")
    given = parser.parse_args()
    report(measured(given.work), given.json)


if __name__ == "__main__":
    main()
