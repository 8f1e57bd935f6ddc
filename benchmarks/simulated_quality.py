"""Q7, churn: how far is the shipped recipe from the same learner on twenty times the customers, and from the truth itself.

Three simulated companies of one world: a usual one, one twenty times as large, and one to ask about. Both models learn only what
was known at the first moment asked about, by the recipe that the usual company chose. The truth is the latent hazard, with which
nobody can compete: it knows what no row shows. Everything here is simulated.

Each company is a folder below `--work`, and each figure is written to `progress.json` there as soon as it is known: a run that is
stopped goes on where it was.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.goals import Result, arguments, report
from features.at_risk.population import sources_read
from features.company import Company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import DAY, Timestamp, month_starts
from features.write_once import replace_file
from lifecycle.console import say
from lifecycle.simulate import simulate_into
from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.rows import FloatArray, Rows
from training.examples import newest_mature, stack_examples
from training.labels.churn import days_to_mature, label_churn
from training.labels.labels import Labels, observed_by
from training.measures.binary import measure
from training.measures.resamples import Resamples
from training.publishing.scene import company_in_use
from training.questions.churn.question import ChurnQuestion
from training.train import TrainedModel, TrainingRun, train

USUAL_CUSTOMERS = 5_000
TIMES = 20
WITHIN = 0.02
FEWEST_CUSTOMERS = 300
MONTHS_ASKED = 6
_SEEDS = {"usual": 0, "large": 1, "questions": 2}


@dataclass(frozen=True)
class Campaign:
    """Where the companies stand, how large the usual one is, and the seed they are all drawn from."""

    work: Path
    customers: int
    seed: int

    def company(self, name: str, *, times: int = 1) -> Home:
        """Return the installation of one of the companies, simulated if it is not there yet."""
        home = Home(self.work / f"{name}-{self.customers}-{self.seed}")
        if not home.live.exists():  # the last thing that is written
            shutil.rmtree(home.root, ignore_errors=True)
            simulate_into(home, customers=self.customers * times, seed=self.seed + _SEEDS[name])
        return home

    def once(self, name: str, make: Callable[[], FloatArray]) -> FloatArray:
        """Return a figure that is known already, or make it and write it down."""
        path = self.work / f"progress-{self.customers}-{self.seed}.json"
        known = json.loads(path.read_bytes()) if path.exists() else {}
        if name not in known:
            known[name] = make().tolist()
            replace_file(path, json.dumps(known).encode())
        return np.array(known[name])


@dataclass(frozen=True)
class Asked:
    """Who is asked about at the main horizon: features, what happened, how likely it truly was, and the customer as a code."""

    rows: Rows
    names: tuple[str, ...]
    left: FloatArray
    truth: FloatArray
    customers: npt.NDArray[np.int32]


def main() -> None:
    """Run the campaign and report."""
    parser = arguments("Q7: churn on the simulated company")
    parser.add_argument("--work", type=Path, default=Path("var/benchmarks/q7"), help="where companies and progress stand")
    parser.add_argument("--seed", type=int, default=100, help="the companies are drawn from this seed and the two after it")
    options = parser.parse_args()
    customers = max(FEWEST_CUSTOMERS, round(USUAL_CUSTOMERS * options.share))
    report([_measured(Campaign(options.work, customers, options.seed))], options.json)


def _measured(campaign: Campaign) -> Result:
    questions = campaign.company("questions")
    company = company_in_use(questions)
    observed = observed_by(EventLog.open(questions), None, sources=sources_read(company))
    newest = newest_mature(observed, gap_days=days_to_mature(company))
    months = month_starts(newest - 400 * DAY, newest)[-MONTHS_ASKED:]
    asked = _asked(questions, company, months=months)
    usual = train(campaign.company("usual"), ChurnQuestion(company), run=TrainingRun(trained_at=0, as_of=months[0]), say=_say)
    answers = {
        "usual": campaign.once("usual", lambda: _answers(usual.model, asked)),
        "large": campaign.once(
            "large", lambda: _answers(_learned_from_many(campaign, company, usual=usual, until=months[0]), asked)
        ),
        "truth": asked.truth,
    }
    return _result(campaign, asked, answers=answers)


def _asked(home: Home, company: Company, *, months: Sequence[Timestamp]) -> Asked:
    truth = pq.read_table(next((home.root / "truth").glob("*.parquet")))
    labels = label_churn(EventLog.open(home), company, as_ofs=months)
    snapshots = compute_snapshots(home, company.catalogue, months)
    parts = [_asked_in_month(label, shot, truth=truth, company=company) for label, shot in zip(labels, snapshots, strict=True)]
    rows, left, chances = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:3])
    ids = pa.concat_arrays([part[3] for part in parts])
    return Asked(rows, tuple(snapshots[0].names), left, chances, ids.dictionary_encode().indices.to_numpy())


def _asked_in_month(
    label: Labels, shot: Snapshot, *, truth: pa.Table, company: Company
) -> tuple[Rows, FloatArray, FloatArray, pa.Array]:
    then = truth.filter(pc.equal(truth["as_of"].cast(pa.int64()), label.as_of)).combine_chunks()
    place = pc.index_in(label.ids, value_set=shot.ids)
    chance = then[f"churn_{company.horizon_days}"].take(pc.index_in(label.ids, value_set=then["customer_id"].combine_chunks()))
    known = pc.and_(pc.is_valid(place), pc.is_valid(chance.combine_chunks()))
    here = known.to_numpy(zero_copy_only=False)
    left = label.values[here, company.horizons_days.index(company.horizon_days)]
    return shot.matrix[place.filter(known).to_numpy()], left, chance.filter(known).to_numpy(), label.ids.filter(known)


def _learned_from_many(campaign: Campaign, company: Company, *, usual: TrainedModel, until: Timestamp) -> ChurnModel:
    """Fit what the usual company chose, on twenty times the customers; its calibration, if any, stays the usual company's."""
    stacked = stack_examples(campaign.company("large", times=TIMES), ChurnQuestion(company), as_of=until, say=_say)
    model = usual.model
    members = tuple((name, weight) for name, weight, _ in model.horizons[0].members)
    recipe = ChurnRecipe(model.name, members, model.definition, model.horizons_days)
    _say(f"fitting {recipe.name} on {len(stacked.examples.rows):,} rows")
    large = fit_churn(stacked.examples, recipe=recipe, seed=usual.report.seed)
    return large.calibrated({each.horizon_days: each.calibration for each in model.horizons})


def _answers(model: ChurnModel, asked: Asked) -> FloatArray:
    return model.predict(asked.rows, names=asked.names)[:, -1]


def _result(campaign: Campaign, asked: Asked, *, answers: dict[str, FloatArray]) -> Result:
    resamples = Resamples(asked.customers, count=200, seed=campaign.seed)
    losses = {name: measure(chances, asked.left, resamples=resamples)["log_loss"] for name, chances in answers.items()}
    excess = losses["usual"] / losses["large"] - 1
    low, high = np.percentile(excess[1:], [2.5, 97.5])
    shown = ", ".join(f"{name} {loss[0]:.4f}" for name, loss in losses.items())
    return Result(
        id="Q7",
        name="churn log-loss against the same learner on 20 times the customers",
        figure=f"{excess[0]:+.2%} [{low:+.2%}, {high:+.2%}] (log-loss: {shown})",
        goal=f"at most {WITHIN:+.0%}",
        holds=bool(excess[0] <= WITHIN),
        data=f"simulated, {campaign.customers:,} customers against {TIMES} times as many, {len(asked.left):,} rows asked about",
    )


def _say(text: str) -> None:
    if "bucket" not in text:
        say(text)


if __name__ == "__main__":
    main()
