"""How is each kind of answer judged once the outcome is known: what was said, by which measures, beside which prior.

The prior knows no customer: the rate or the mean of what the model learned from; for stages, one chance to stay for all alike, as
the newest month told that the model learned from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from features.company import Company
from features.errors import Damaged, NotFound
from features.log.store import EventLog
from features.stages.past import past_stages
from models.bundle import Predictions, model_manifest
from models.rows import FloatArray
from models.transition.columns import stage_column
from models.transition.matrices import persistence
from training.gates.standards import STANDARDS
from training.labels.stages import StageAhead, label_stages
from training.measures import amounts, binary
from training.measures.expected import expected, expected_of_stages
from training.measures.multiclass import StageMeasure
from training.measures.ranking import mean_hits
from training.measures.resamples import Draws, Resamples


class Judge(Protocol):
    """Reads what a model said of everybody, a row a customer, and measures it.

    What is said is a matrix whose first column is NaN where nothing was said; `prior` gives one of the same form, or None where
    what it was made from is gone.
    """

    @property
    def main_measure(self) -> str:
        """Return the measure by which models are compared; lower is better."""
        ...

    def said(self, predictions: Predictions) -> FloatArray:
        """Return what was said of every customer of the predictions."""
        ...

    def prior(self, said: FloatArray, *, model_sha: str) -> FloatArray | None:
        """Return what the prior would have said in place of a model."""
        ...

    def measured(self, said: FloatArray, truth: FloatArray, *, resamples: Resamples) -> Draws:
        """Take every measure; `truth` is what came, a value a row."""
        ...

    def happened(self, said: FloatArray, truth: FloatArray) -> int:
        """Return to how many rows it happened: they left, bought, brought anything, or moved."""
        ...

    def expected(self, said: FloatArray) -> dict[str, float]:
        """Return the measures to be expected if the probabilities are right; none where no probability is said."""
        ...


def judge_of(model: str, *, log: EventLog, company: Company) -> Judge:
    """Return what judges the answers of a model for a company."""
    if model == "value":
        return Amounts(log, company)
    return Stages(log, company) if model == "transition" else Chances(log, company, model)


@dataclass(frozen=True)
class Chances:
    """Chances of something that happens or does not; said are the chance, and whether the team's capacity reaches so far."""

    log: EventLog
    company: Company
    model: str
    main_measure: str = field(default="log_loss", init=False)

    def said(self, predictions: Predictions) -> FloatArray:
        """Return the chance at the main horizon, and 1.0 for the likeliest, as many as the team reaches in a week."""
        chances = predictions.column(f"{self.model}_{self.company.horizon_days}")
        return np.column_stack([chances, likeliest(chances, self.company.routing.weekly_capacity)])

    def prior(self, said: FloatArray, *, model_sha: str) -> FloatArray | None:
        """Return the rate among what the model learned from, for everybody alike."""
        rate = _label_mean(self.log, self.company, model_sha=model_sha)
        return None if rate is None else np.column_stack([np.full(len(said), rate), np.ones(len(said))])

    def measured(self, said: FloatArray, truth: FloatArray, *, resamples: Resamples) -> Draws:
        """Take the measures of yes-or-no answers, and the share of the list to whom it happened."""
        listed = {"precision_at_capacity": np.where(said[:, 1] > 0, truth, np.nan)}
        return {**binary.measure(said[:, 0], truth, resamples=resamples), **mean_hits(listed, resamples=resamples)}

    def happened(self, said: FloatArray, truth: FloatArray) -> int:
        """Return how many left, or bought."""
        del said
        return int(truth.sum())

    def expected(self, said: FloatArray) -> dict[str, float]:
        """Return the measures to be expected of the chances, and of the list."""
        listed = said[said[:, 1] > 0, 0]
        return {**expected(said[:, 0]), **({"precision_at_capacity": float(listed.mean())} if len(listed) else {})}


@dataclass(frozen=True)
class Amounts:
    """Money; said are the forecast and its two ends."""

    log: EventLog
    company: Company
    main_measure: str = field(default="mae", init=False)

    def said(self, predictions: Predictions) -> FloatArray:
        """Return the forecast at the main horizon, and the ends that eight in ten should lie between."""
        names = (f"value_{self.company.horizon_days}", "value_low", "value_high")
        return np.column_stack([predictions.column(name) for name in names])

    def prior(self, said: FloatArray, *, model_sha: str) -> FloatArray | None:
        """Return the mean of what the model learned from, for everybody alike."""
        mean = _label_mean(self.log, self.company, model_sha=model_sha)
        return None if mean is None else np.column_stack([np.full(len(said), mean), np.full((len(said), 2), np.nan)])

    def measured(self, said: FloatArray, truth: FloatArray, *, resamples: Resamples) -> Draws:
        """Take the measures of amounts, and the share that came to lie between the ends."""
        inside = np.where(np.isfinite(said[:, 1]), (said[:, 1] <= truth) & (truth <= said[:, 2]), np.nan)
        held = mean_hits({"interval_coverage": inside}, resamples=resamples)
        return {**amounts.measure(said[:, 0], truth, resamples=resamples), **held}

    def happened(self, said: FloatArray, truth: FloatArray) -> int:
        """Return how many brought anything."""
        del said
        return int((truth > 0).sum())

    def expected(self, said: FloatArray) -> dict[str, float]:
        """Return nothing: an amount does not say how sure it is."""
        del said
        return {}


@dataclass(frozen=True)
class Stages:
    """Chances of the stages of the default set; said are these, and the code of the stage the customer stood in."""

    log: EventLog
    company: Company
    main_measure: str = field(default="log_loss", init=False)

    def said(self, predictions: Predictions) -> FloatArray:
        """Return the chance of each stage at the main horizon, and where the customer stood."""
        chances = [f"transition_{self.company.horizon_days}_{stage.name}" for stage in self.company.stage_set.stages]
        return np.column_stack([predictions.column(name) for name in (*chances, stage_column(self.company.stage_set.name))])

    def prior(self, said: FloatArray, *, model_sha: str) -> FloatArray | None:
        """Return one chance to stay for all alike, learned from the newest month the model learned from."""
        data = _learned_from(self.log, model_sha)
        if data is None:
            return None
        as_of, stage_set, days = data["as_of"], self.company.stage_set, self.company.horizon_days
        ahead = StageAhead(self.company, stage_set.name, (days,))
        came = label_stages(self.log, ahead, as_ofs=[as_of])[0].values[:, 0].astype(np.intp)
        stood = past_stages(self.log.home, self.company, [as_of]).at(as_of, stage_set=stage_set.name).codes.astype(np.intp)
        table = persistence(stood, came, stages=len(stage_set.stages))
        return np.column_stack([table[said[:, -1].astype(np.intp)], said[:, -1]])

    def measured(self, said: FloatArray, truth: FloatArray, *, resamples: Resamples) -> Draws:
        """Take the measures of several stages."""
        measure = StageMeasure(tuple(stage.exit for stage in self.company.stage_set.stages))
        return measure(said[:, :-1], np.column_stack([truth, said[:, -1]]), resamples=resamples)

    def happened(self, said: FloatArray, truth: FloatArray) -> int:
        """Return how many moved to another stage."""
        return int((truth != said[:, -1]).sum())

    def expected(self, said: FloatArray) -> dict[str, float]:
        """Return the measures to be expected of the chances."""
        return expected_of_stages(said[:, :-1])


def likeliest(chances: FloatArray, capacity: int) -> FloatArray:
    """Return 1.0 for the highest chances, as many as the capacity; of equal ones the first. NaN is on no list.

    >>> likeliest(np.array([0.2, np.nan, 0.9, 0.4]), 2).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    order = np.argsort(-np.nan_to_num(chances, nan=-np.inf), kind="stable")[: min(capacity, int(np.isfinite(chances).sum()))]
    listed = np.zeros(len(chances))
    listed[order] = 1.0
    return listed


def prior_named(model: str) -> str:
    """Return the name of the prior beside which a model is judged."""
    return STANDARDS[model].least


def _label_mean(log: EventLog, company: Company, *, model_sha: str) -> float | None:
    data = _learned_from(log, model_sha)
    return None if data is None else data["label_means"].get(str(company.horizon_days))


def _learned_from(log: EventLog, model_sha: str) -> Mapping[str, Any] | None:
    """Return what the manifest says of the data a model learned from; None where the model is gone."""
    try:
        data: Mapping[str, Any] = model_manifest(log.home, model_sha)["provenance"]["data"]
    except (NotFound, Damaged):
        return None
    return data
