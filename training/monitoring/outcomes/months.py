"""Of which months is it known what came: matured, pending or censored; and, of each customer asked about, what was said and came.

What counts is what was predicted then, from `predictions/`: never the model asked again about rows it may have learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company import Company
from features.errors import Damaged
from features.reports.monitor import State
from features.times import DAY, Timestamp
from models.bundle import open_predictions
from models.rows import FloatArray
from training.examples import newest_mature
from training.labels.labels import Labels, observed_by, received
from training.monitoring.outcomes.judging import Judge
from training.monitoring.publications import Publication, Watched
from training.question import Question
from training.questions.registry import question_for


@dataclass(frozen=True)
class Told:
    """Customers of one month of whom it is known what came: what was said, what the prior would have said, what came."""

    ids: pa.Array
    said: FloatArray
    prior: FloatArray | None
    truth: FloatArray


@dataclass(frozen=True)
class Month:
    """One month's predictions: their state, when they close, why they are censored, how many were asked about, and what came."""

    publication: Publication
    state: State
    closes: Timestamp | None = None
    reason: str | None = None
    asked: int = 0
    told: Told | None = None


def months_of(watched: Watched, model: str, *, judge: Judge, publications: Sequence[Publication]) -> list[Month]:
    """Return the month of each of these publications of a model, with its state, and what came where that is known."""
    asking = _Asking(watched, model, judge, question_for(model, _only_main(watched.company)))
    months = [asking.month(each) for each in publications]
    truth = asking.truth([month for month in months if month.state == "matured"])
    return [month if month.state != "matured" else asking.told(month, truth[_as_of(month.publication)]) for month in months]


def _only_main(company: Company) -> Company:
    """Ask at the main horizon alone: its outcome is known before that of longer ones."""
    return company.model_copy(update={"horizons_days": (company.horizon_days,)})


def _as_of(publication: Publication) -> Timestamp:
    return publication.at if publication.origin is None else publication.origin.as_of


@dataclass(frozen=True)
class _Asking:
    """One question, asked of every month."""

    watched: Watched
    model: str
    judge: Judge
    question: Question

    @cached_property
    def last(self) -> Timestamp:
        """Return the newest moment whose outcome is known by now."""
        observed = observed_by(self.watched.log, self.watched.moment, sources=received(self.watched.log, self.question.sources))
        return newest_mature(observed, gap_days=self.question.gap_days)

    def month(self, publication: Publication) -> Month:
        """Return a month without what came: its state, and how many were asked about."""
        origin = publication.origin
        if origin is None or publication.lost is not None:
            return Month(publication, "censored", reason=publication.lost)
        closes = origin.as_of + self.question.gap_days * DAY
        try:
            said = self._said(publication, verify=True)[1]
        except Damaged as error:
            return Month(publication, "censored", closes, str(error))
        state: State = "matured" if origin.as_of <= self.last else "pending"
        return Month(publication, state, closes, asked=len(said))

    def truth(self, months: list[Month]) -> dict[Timestamp, Labels]:
        """Return what came, by moment; read from the log in one pass."""
        moments = sorted({_as_of(month.publication) for month in months})
        if not moments:
            return {}
        labels = self.question.label(self.watched.log, as_ofs=moments, until=self.watched.moment)
        return {each.as_of: each for each in labels}

    def told(self, month: Month, came: Labels) -> Month:
        """Return a matured month with the customers whom the log still knows, in the order of their ids."""
        ids, said = self._said(month.publication, verify=False)
        places = pc.index_in(ids, value_set=came.ids)
        known = pc.is_valid(places).to_numpy(zero_copy_only=False)
        said = said[known]
        prior = self.judge.prior(said, model_sha=month.publication.model_sha)
        truth = came.values[places.drop_null().to_numpy(), 0]
        return replace(month, told=Told(ids.filter(pa.array(known)), said, prior, truth))

    def _said(self, publication: Publication, *, verify: bool) -> tuple[pa.Array, FloatArray]:
        """Return who was asked about, and what was said of them."""
        predictions = open_predictions(self.watched.home, publication.digest, verify=verify)
        said = self.judge.said(predictions)
        answered: npt.NDArray[np.bool_] = np.isfinite(said[:, 0])
        return predictions.ids.ids.filter(pa.array(answered)), said[answered]
