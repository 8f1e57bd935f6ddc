"""How good were the predictions whose outcome is known: by month and together, beside the prior and what training promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.reports.monitor import Figures, ModelOutcomes, OutcomeWindow
from features.times import format_time
from models.rows import FloatArray
from training.measures.resamples import Draws, Resamples, differences, estimates
from training.monitoring.outcomes.judging import Judge, judge_of, prior_named
from training.monitoring.outcomes.months import Month, Told, months_of
from training.monitoring.outcomes.promises import figures_of, promised_by, report_of
from training.monitoring.publications import Watched
from training.walk_forward import at_most

RECENT_MONTHS = 3
"""So many of the newest matured months are judged together: one month is noise, and a year ago another model answered."""

MOST_ROWS = 200_000
"""Of more matured rows, so many are drawn: intervals are narrow by then."""

_RESAMPLES = 300


def outcomes_of(watched: Watched, model: str) -> ModelOutcomes:
    """Return what came of the predictions of one question, and how good those were whose outcome is known."""
    judge = judge_of(model, log=watched.log, company=watched.company)
    counted = watched.counted(model)
    months = months_of(watched, model, judge=judge, publications=counted.publications)
    recent = [month for month in months if month.told is not None and len(month.told.ids)][-RECENT_MONTHS:]
    whole = _together([month.told for month in recent if month.told is not None])
    graded = _graded(judge, whole)
    return ModelOutcomes(
        model=model,
        horizon_days=watched.company.horizon_days,
        prior=prior_named(model),
        main_measure=judge.main_measure,
        windows=[_window(watched, judge, month=month) for month in months],
        repeated=counted.repeated,
        recent_months=[month.publication.month for month in recent],
        recent_rows=0 if whole is None else len(whole.truth),
        recent_happened=0 if whole is None else judge.happened(whole.said, whole.truth),
        recent=graded.measures,
        beside=graded.beside,
        promised=promised_by(report_of(watched.home, recent[-1].publication.model_sha if recent else watched.live.models[model])),
    )


def _window(watched: Watched, judge: Judge, *, month: Month) -> OutcomeWindow:
    publication, told = month.publication, month.told
    graded = _graded(judge, _together([] if told is None else [told]))
    matured = 0 if told is None else len(told.ids)
    return OutcomeWindow(
        month=publication.month,
        as_of=None if publication.origin is None else format_time(publication.origin.as_of),
        published_at=format_time(publication.at),
        model_sha=publication.model_sha,
        state=month.state,
        closes=None if month.closes is None else format_time(month.closes),
        reason=month.reason,
        asked=month.asked,
        matured=matured,
        censored=month.asked - matured if month.state == "matured" else 0,
        measures=graded.measures,
        beside=graded.beside,
        promised=promised_by(report_of(watched.home, publication.model_sha)),
        estimated={} if told is None or not matured else judge.expected(told.said),
    )


@dataclass(frozen=True)
class _Rows:
    """Rows of one or more months: what was said, what the prior said (None if unknown for any), what came, whose each is."""

    said: FloatArray
    prior: FloatArray | None
    truth: FloatArray
    customers: npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Graded:
    measures: Figures
    beside: Figures


def _together(parts: Sequence[Told]) -> _Rows | None:
    if not sum(len(part.ids) for part in parts):
        return None
    priors = [part.prior for part in parts if part.prior is not None]
    kept = at_most(np.arange(sum(len(part.ids) for part in parts)), MOST_ROWS, seed=0)
    customers = pa.concat_arrays([part.ids for part in parts]).dictionary_encode().indices.to_numpy()
    return _Rows(
        said=np.concatenate([part.said for part in parts])[kept],
        prior=np.concatenate(priors)[kept] if len(priors) == len(parts) else None,
        truth=np.concatenate([part.truth for part in parts])[kept],
        customers=customers[kept],
    )


def _graded(judge: Judge, rows: _Rows | None) -> _Graded:
    if rows is None:
        return _Graded({}, {})
    resamples = Resamples(rows.customers, count=_RESAMPLES, seed=0)
    draws = judge.measured(rows.said, rows.truth, resamples=resamples)
    if rows.prior is None:
        return _Graded(figures_of(estimates(draws)), {})
    of_prior: Draws = judge.measured(rows.prior, rows.truth, resamples=resamples)
    return _Graded(figures_of(estimates(draws)), figures_of(differences(draws, of_prior)))
