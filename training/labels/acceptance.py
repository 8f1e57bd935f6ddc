"""Which offers were shown, and which of them were accepted? Answers are labels: read from the final state of the log.

An offer counts once it was shown; one merely decided teaches nothing about acceptance. Accepted is accepted, whether it was
fulfilled since or reversed: the yes was said when any version first told of one that was not taken back later. Whatever had no
yes by the end of the round was not accepted. Labels are mature when the round in which the offer could be taken is over: the yes
of some is known earlier, and a model that learned from those alone would learn that everybody says yes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import NEVER, IntArray
from features.contracts.schemas import stored_schema
from features.contracts.sources import SOURCES
from features.errors import InvalidInput
from features.log.store import EventLog
from features.times import Timestamp
from models.acceptance import OfferFacts
from models.rows import BoolArray, FloatArray
from training.labels.labels import ImmatureLabels, observed_by
from training.labels.taken_back import taken_back_at

SOURCE = "offers"
ACCEPTED = ("accepted", "fulfilled", "reversed")
_ANSWERED = (*ACCEPTED, "declined")
_COLUMNS = ("exposure_id", "customer_id", "shown_at", "outcome", "outcome_at", "known_at", "superseded_at", "offer_id", "channel")
_SCHEMA = pa.schema([stored_schema(SOURCES[SOURCE]).field(name) for name in _COLUMNS])
_TAKEN_BACK = "taken_back_at"


class RoundInvalid(InvalidInput):
    """A round names exposures that were never shown, or shown to nobody known, or before it began, or twice to one customer."""


@dataclass(frozen=True)
class Round:
    """One offer made to many customers at one moment, such as a campaign: from when until when it could be taken.

    `exposure_ids`: those of the customers it was shown to.
    """

    name: str
    starts: Timestamp
    closes: Timestamp
    offer: OfferFacts
    exposure_ids: pa.Array


@dataclass(frozen=True)
class Exposures:
    """Versions of offers shown: whose, what, where, when shown, when answered (NEVER), and from when until when each stood.

    `taken_back_at`: when the log learned that the answer of a version had not been given after all; NEVER where it did not.
    """

    ids: pa.Array
    customers: pa.Array
    offers: pa.Array
    channels: pa.Array
    shown_at: IntArray
    answered_at: IntArray
    accepted: BoolArray
    known_from: IntArray
    known_until: IntArray
    taken_back_at: IntArray

    @classmethod
    def read(cls, log: EventLog) -> Exposures:
        """Read every version of every offer that was shown to a customer."""
        buckets = range(log.manifest.buckets)
        table = pa.concat_tables([_shown(log.bucket(SOURCE, bucket, columns=_COLUMNS).cast(_SCHEMA)) for bucket in buckets])
        shown = table.combine_chunks()
        outcome = shown["outcome"]
        answered = pc.if_else(pc.is_in(outcome, value_set=pa.array(_ANSWERED)), shown["outcome_at"].cast(pa.int64()), NEVER)
        return cls(
            ids=_texts(shown["exposure_id"]),
            customers=_texts(shown["customer_id"]),
            offers=_texts(shown["offer_id"]),
            channels=_texts(shown["channel"]),
            shown_at=_whole(shown["shown_at"]),
            answered_at=_whole(answered),
            accepted=np.asarray(pc.is_in(outcome, value_set=pa.array(ACCEPTED)).to_numpy()),
            known_from=_whole(shown["known_at"]),
            known_until=_whole(shown["superseded_at"]),
            taken_back_at=_whole(shown[_TAKEN_BACK]),
        )

    def answered_before(self, as_of: Timestamp) -> Exposures:
        """Return the answers that were known at `as_of`, in the version that stood then."""
        stood = (self.known_from < as_of) & (as_of <= self.known_until)
        return self.where(stood & (self.shown_at < as_of) & (self.answered_at < as_of))

    def final(self, watermark: Timestamp) -> Exposures:
        """Return the newest version of each exposure known by the watermark."""
        return self.where((self.known_from <= watermark) & (watermark < self.known_until))

    def heard(self, moment: Timestamp) -> Exposures:
        """Return the versions known by a moment, without those whose answer was known by then to be taken back."""
        return self.where((self.known_from <= moment) & (self.taken_back_at > moment))

    def first_answered(self, ids: pa.Array) -> IntArray:
        """Return when each of these exposures was first answered, by whichever of these versions; NEVER where by none."""
        first = np.full(len(ids) + 1, NEVER)
        np.minimum.at(first, _places(self.ids, ids), self.answered_at)
        return first[:-1]

    def where(self, mask: BoolArray) -> Exposures:
        """Return the rows of a mask."""
        return self.take(np.flatnonzero(mask))

    def take(self, places: npt.NDArray[np.intp]) -> Exposures:
        """Return the rows of these places, in their order."""
        return Exposures(**{name: values.take(places) for name, values in vars(self).items()})


def shown_in(exposures: Exposures, rounds: Sequence[Round]) -> list[Exposures]:
    """Return the exposures of each round, one row each, in the order of its ids; `exposures` in their final state.

    Raises
    ------
    RoundInvalid
        If a round names one that was not shown, or that was shown before the round began, or two of one customer.
    """
    found = []
    for each in rounds:
        places = pc.index_in(each.exposure_ids, value_set=exposures.ids)
        if places.null_count:
            raise RoundInvalid(f"needed exposures that were shown for {each.name}, found {places.null_count} that were not")
        shown = exposures.take(places.to_numpy())
        if len(shown.shown_at) and shown.shown_at.min() < each.starts:
            raise RoundInvalid(f"needed exposures shown since the start of {each.name}, found some of before: check its start")
        if twice := len(shown.customers) - len(shown.customers.unique()):
            raise RoundInvalid(
                f"needed one exposure a customer for {each.name}, found {twice} more; make a round of each time it was shown"
            )
        found.append(shown)
    return found


def label_acceptance(log: EventLog, rounds: Sequence[Round], *, until: Timestamp | None = None) -> list[FloatArray]:
    """Return 1.0 for each exposure of a round that was accepted, else 0.0; `until` pretends that today is that moment.

    Raises
    ------
    ImmatureLabels
        If the offers are not complete until a round has closed.
    """
    watermarks = observed_by(log, until, sources=(SOURCE,))
    for each in rounds:
        if each.closes > watermarks[SOURCE]:
            raise ImmatureLabels(each.starts, needed=each.closes, observed=watermarks)
    exposures = Exposures.read(log)
    shown_in(exposures.final(watermarks[SOURCE]), rounds)
    labels = told_by(exposures, rounds, moment=watermarks[SOURCE])
    return list(np.split(labels, np.cumsum([len(each.exposure_ids) for each in rounds])[:-1]))


def told_by(exposures: Exposures, rounds: Sequence[Round], *, moment: Timestamp) -> FloatArray:
    """Return the label of every exposure, round after round, as the log told it by a moment: nothing known later is in it.

    1.0 for who says yes in the end and first said so by the end of the round. NaN: the round had not closed by then, or nobody
    knew yet that the offer was shown.
    """
    final, known = exposures.final(moment), exposures.heard(moment)
    heard = known.where(known.accepted)
    first_yes = np.append(heard.first_answered(final.ids), NEVER)
    places = _places(pa.concat_arrays([each.exposure_ids for each in rounds]), final.ids)
    closes = np.repeat(np.array([each.closes for each in rounds], np.int64), [len(each.exposure_ids) for each in rounds])
    yes = np.append(final.accepted, False)[places] & (first_yes[places] <= closes)
    return np.where((places < len(final.ids)) & (closes <= moment), yes.astype(np.float64), np.nan)


def _shown(versions: pa.Table) -> pa.Table:
    """Return the versions of one bucket in which a customer was shown the offer, with when the answer of each was taken back."""
    answers = pc.is_in(versions["outcome"], value_set=pa.array(_ANSWERED)).to_numpy()
    told = versions.append_column(_TAKEN_BACK, pa.array(taken_back_at(versions, answers)))
    return told.filter(pc.and_(pc.is_valid(told["shown_at"]), pc.is_valid(told["customer_id"])))


def _places(ids: pa.Array, known: pa.Array) -> npt.NDArray[np.intp]:
    """Return where each id stands among the known; the place after the last where it does not."""
    found = pc.fill_null(pc.index_in(ids, value_set=known), len(known))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.intp)


def _texts(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _whole(column: pa.ChunkedArray) -> IntArray:
    numbers: IntArray = pc.fill_null(column.cast(pa.int64()), NEVER).to_numpy()
    return numbers
