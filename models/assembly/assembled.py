"""How do the columns of predictions come together: what the rules say, what each model says, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from models.alerts import Before, Known, alert_columns
from models.assembly.judged import Said, judged_columns
from models.assembly.people import People
from models.assembly.references import PopulationReferences
from models.assembly.standing import derived_columns, read_columns, standing_columns
from models.churn.model import CHURN_RESTS_ON_TOO_LITTLE
from models.model import Model
from models.offer import OfferModel, Terms
from models.rows import BoolArray, FloatArray
from models.scoring import score_snapshot


def assembled(
    people: People, spoken: Iterable[Said], *, references: PopulationReferences, before: Before | None = None
) -> dict[str, FloatArray]:
    """Return all that is predicted of these people, a column a prediction.

    `spoken`: what each model says of them (`said_by`). `references`: what they are held against; of a published snapshot, so that
    one customer recomputed alone gets the published row to the bit. `before`: what was said of them before, which alerts are
    compared with and carried over from.
    """
    said = merged([standing_columns(people), read_columns(people), *spoken])
    said |= judged_columns(people, said, references=references)
    return said | alert_columns(Known(said, people.company), as_of=people.as_of, before=before)


def said_by(model: Model, people: People) -> dict[str, FloatArray]:
    """Return what a model says of these people; an offer model was asked about the company's offers before."""
    return asked_only(people, score_snapshot(model, people, derived=derived_columns(people, model.feature_names)))


def offering(model: Model, offers: tuple[Terms, ...]) -> Model:
    """Return an offer model asked about these offers; any other model as it is."""
    return model.offering(offers) if isinstance(model, OfferModel) else model


def asked_only(people: People, scored: Said) -> dict[str, FloatArray]:
    """Return what was scored, without churn of whom the question is not about: NaN, the model was not made for them."""
    return {name: _only_where(people.is_at_risk, name, column=column) for name, column in scored.items()}


def merged(parts: Iterable[Said]) -> dict[str, FloatArray]:
    """Return the columns of all parts as one table."""
    return {name: column for part in parts for name, column in part.items()}


def _only_where(at_risk: BoolArray, name: str, *, column: FloatArray) -> FloatArray:
    about_risk = name.startswith("churn_") and name != CHURN_RESTS_ON_TOO_LITTLE
    return np.where(at_risk, column, np.nan) if about_risk else column
