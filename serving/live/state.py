"""What do answers come from: one verified bundle with the predictions made by it, held as one immutable value.

A live state is verified before it exists: the bundle's signature, every hash, the models' trial in a child process, and that all
of it belongs together. Rows of predictions stay in their file and are checked one by one as they are read. Models are not loaded
here; to look up what was predicted needs none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np

from features.company import Company, stored_company
from features.errors import Unavailable
from features.home import Home
from features.snapshot import snapshot_path
from features.times import Timestamp
from models.bundle import (
    Bundle,
    Live,
    NothingLive,
    ServedPredictions,
    load_public_key,
    model_file,
    model_manifest,
    read_bundle,
    serve_predictions,
    trial_load,
)
from models.bundle.sealed import open_sealed
from models.explanation.strongest import Reason
from models.offer.knowledge import CONTACT_TIMES, EVIDENCE, OfferKnowledge
from models.rows import Rows
from serving.door.problems import ForCallers
from serving.live.offering import Offering, offering_of
from serving.live.overlay import NOTHING_SINCE, Overlay
from serving.live.places import LiveDisagrees, Places, places_of
from serving.live.ready import ReadyAnswer, ReadyAnswers
from serving.live.workings import Sources, Workings


class FreshMoved(ForCallers, Unavailable):
    """The customer was computed anew between two looks."""

    problem = "computed-anew"


class Versions(msgspec.Struct, frozen=True):
    """What an answer comes from, each by the hash of its content."""

    bundle: str
    snapshot: str
    company: str


@dataclass(frozen=True)
class Found:
    """One customer as the service knows them now.

    `values`: all that is predicted, in the order of the columns, NaN where something is not. `place`: the row of the snapshot;
    None for who came since. `as_of`: the moment of this prediction; later than the snapshot's where `is_fresh`.
    """

    customer_id: str
    place: int | None
    as_of: Timestamp
    values: Sequence[float]
    is_fresh: bool = False


@dataclass(frozen=True, eq=False)
class LiveState:
    """One verified live state.

    `parts` are the questions a model is live for; `places` says where in a row of the predictions each answer stands, `offering`
    where everything stands that decisions are made from. `workings` computes for one customer what is not stored; `overlay` is
    what is known since the snapshot.
    """

    live: Live
    versions: Versions
    parts: frozenset[str]
    company: Company
    places: Places
    offering: Offering
    predictions: ServedPredictions
    files: tuple[Path, ...]
    workings: Workings
    overlay: Overlay = NOTHING_SINCE
    answers: ReadyAnswers = field(default_factory=ReadyAnswers)

    @property
    def as_of(self) -> Timestamp:
        """Return the moment of prediction: only what was known before it counts."""
        return self.predictions.origin.as_of

    def find(self, customer_id: str) -> Found | None:
        """Return what is predicted for one customer; None for one whom this state does not know, or who was erased.

        Raises
        ------
        RowDamaged
            If the file no longer holds what was written about this customer.
        """
        if self.overlay.is_erased(customer_id):
            return None
        fresh, place = self.overlay.rows.get(customer_id), self.predictions.row(customer_id)
        if fresh is not None:
            return Found(customer_id, place, fresh.as_of, _numbers(fresh.values), is_fresh=True)
        return None if place is None else Found(customer_id, place, self.as_of, self.predictions.values(place))

    def is_erased(self, customer_id: str) -> bool:
        """Whether this person asked to be forgotten."""
        return self.overlay.is_erased(customer_id)

    def reasons(self, found: Found) -> tuple[Reason, ...]:
        """Return the stored reasons why this customer may leave, the strongest first; none where none are held."""
        if self.predictions.reasons is None or found.is_fresh or found.place is None:
            return ()
        return self.predictions.reasons.of(found.place)

    def features(self, found: Found) -> Rows:
        """Return the features that these values were predicted from, as a table of one row.

        Raises
        ------
        ModelsLoading, WorkingsUnavailable
            If features cannot be read yet, or not at all.
        FreshMoved
            If the customer was computed anew meanwhile.
        RowDamaged
            If the file no longer holds what was written about this customer.
        """
        if not found.is_fresh and found.place is not None:
            return self.workings.row(found.place)
        fresh = self.overlay.rows[found.customer_id]
        content = self.overlay.features(found.customer_id, fresh.sequence)
        if content is None:
            raise FreshMoved("This customer was computed anew at this very moment; ask again.")
        return np.frombuffer(content, "<f4").reshape(1, -1)

    def overlaid(self, overlay: Overlay) -> LiveState:
        """Return the same state with something else known since its snapshot; of who is erased no answer is kept."""
        kept = self.answers if overlay.erased == self.overlay.erased else ReadyAnswers()
        return replace(self, overlay=overlay, answers=kept)

    def ready(self, customer_id: str, held: object) -> ReadyAnswer | None:
        """Return the answer given about a customer that still holds, as `held` does for all; None for who was computed since."""
        if customer_id in self.overlay.rows or self.overlay.is_erased(customer_id):
            return None
        return self.answers.under(customer_id, held)


def _numbers(content: bytes) -> list[float]:
    values: list[float] = np.frombuffer(content, "<f8").tolist()
    return values


def open_live_state(home: Home, live: Live, *, with_trial: bool) -> LiveState:
    """Verify everything `live` names and return it; `with_trial=False` where just these models were tried before.

    Raises
    ------
    NothingLive
        If it names no bundle with its predictions.
    Damaged, NotFound
        In one of their situations, if anything is not here or not what its name promises. Nothing of it was used.
    """
    if live.bundle is None or live.company is None or live.snapshot is None or live.predictions is None:
        raise NothingLive(
            "needed a live bundle with its predictions, found none; run `lifecycle train churn`, then `lifecycle promote churn`"
        )
    bundle = read_bundle(home, live.bundle, public_key=load_public_key(home))
    predictions = serve_predictions(home, live.predictions)
    _refuse_strangers(home, live, bundle, predictions)
    if with_trial:
        trial_load(home, *bundle.models.values())
    company = stored_company(home, live.company)
    return LiveState(
        live=live,
        versions=Versions(live.bundle, live.snapshot, live.company),
        parts=frozenset(bundle.models),
        company=company,
        places=places_of(predictions.columns, company),
        offering=offering_of(company, predictions, _knowledge(home, bundle)),
        predictions=predictions,
        files=_files(home, live, bundle),
        workings=Workings(_sources(home, bundle, predictions)),
    )


def _sources(home: Home, bundle: Bundle, predictions: ServedPredictions) -> Sources:
    origin = predictions.origin
    snapshot = snapshot_path(home, origin.as_of, origin.snapshot)
    return Sources(home, bundle.models, origin.signature, snapshot, predictions.feature_digests)


def _knowledge(home: Home, bundle: Bundle) -> OfferKnowledge:
    """Return what the live offer model knows beside its estimates; nothing where no such model is live."""
    sha = bundle.models.get("offer")
    if sha is None:
        return OfferKnowledge({}, {})
    return OfferKnowledge.from_files({name: model_file(home, sha, name) for name in (EVIDENCE, CONTACT_TIMES)})


def _refuse_strangers(home: Home, live: Live, bundle: Bundle, predictions: ServedPredictions) -> None:
    origin = predictions.origin
    made_from = Live(origin.bundle, origin.company, origin.snapshot, live.predictions)
    if made_from != live:
        raise LiveDisagrees(
            "needed predictions made from the live bundle, company file and snapshot, found others; run `lifecycle score`"
        )
    for question, sha in bundle.models.items():
        _hash_files(home, sha)
        if model_manifest(home, sha)["signature"] != origin.signature:
            raise LiveDisagrees(
                f"needed the {question} model and the predictions on one feature catalogue, found two; retrain and promote"
            )


def _hash_files(home: Home, sha: str) -> None:
    sealed = open_sealed(home.models, sha)
    for name in sealed.manifest["files"]:
        sealed.checked_path(name)


def _files(home: Home, live: Live, bundle: Bundle) -> tuple[Path, ...]:
    """Return every file the state was verified from, so that a later change of one is noticed."""
    folders = [
        home.bundles / str(live.bundle),
        home.predictions / str(live.predictions),
        *(home.models / sha for sha in bundle.models.values()),
    ]
    inside = [path for folder in folders for path in sorted(folder.iterdir())]
    return (home.companies / f"{live.company}.toml", home.keys / "bundle.pub", *inside)
