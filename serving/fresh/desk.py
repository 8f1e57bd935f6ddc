"""With what is somebody predicted anew: the company file, the models and the references that are live together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from features.company import Company, stored_company
from features.errors import Unavailable
from features.home import Home
from models.assembly import PopulationReferences, offering
from models.bundle import Live, PredictionsFrame, load_model, load_public_key, predictions_frame, read_bundle
from models.bundle.served import ServedPredictions, serve_predictions
from models.model import Model
from models.offer import terms_of
from serving.database.fresh import columns_digest
from serving.fresh.mondays import Mondays


class NotRecomputable(Unavailable):
    """The live predictions say nothing of what everybody was held against, so nobody can be predicted anew."""


@dataclass(frozen=True)
class Desk:
    """Everything that predicting one more customer takes, but for the customer; opened once for each live pointer.

    `models`: in the order of their questions, an offer model asked about the company's offers.
    """

    home: Home
    live: Live
    company: Company
    frame: PredictionsFrame
    references: PopulationReferences
    models: tuple[Model, ...]
    mondays: Mondays

    @cached_property
    def published(self) -> ServedPredictions:
        """Return what was published of everybody; opened by the first who asks."""
        return serve_predictions(self.home, str(self.live.predictions))

    @cached_property
    def columns_digest(self) -> str:
        """Return the name of the order of the columns, by which a row is read."""
        return columns_digest(self.frame.columns)


def open_desk(home: Home, live: Live, *, models: Mapping[str, Model] | None = None) -> Desk:
    """Open what `live` names, every file hashed before it is parsed; `models` by question where the process has loaded them.

    Raises
    ------
    NotRecomputable
        If the predictions were written without references, or nothing is predicted.
    Damaged, NotFound
        In one of their situations, if anything is not what its name promises.
    """
    if live.bundle is None or live.company is None or live.predictions is None:
        raise NotRecomputable(
            "needed a live bundle with its predictions, found none; run `lifecycle train churn`, then `lifecycle promote churn`"
        )
    frame = predictions_frame(home, live.predictions)
    if frame.references is None:
        raise NotRecomputable(f"predictions {live.predictions[:12]} hold no references.json; run `lifecycle score`")
    company, bundle = stored_company(home, live.company), read_bundle(home, live.bundle, public_key=load_public_key(home))
    offers = terms_of(company)
    if models is None:
        models = {name: load_model(home, sha, signature=frame.origin.signature) for name, sha in bundle.models.items()}
    asked = tuple(offering(models[question], offers) for question in sorted(bundle.models))
    return Desk(home, live, company, frame, frame.references, asked, Mondays(company))
