"""Where did a customer belong at a past moment, as known then? The stage of the default set, and the company's own segment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.engine.columns import stable_codes
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.stages.past import past_stages
from features.times import Timestamp
from training.examples import StackedExamples

Kind: TypeAlias = Literal["stage", "segment"]

NOBODY = -1
"""The place of who belongs to no group that is known."""

_SEGMENT = "code_of_segment"


@dataclass(frozen=True)
class Belonging:
    """The groups of one kind by name, and for each moment the place of each customer's group, in the order of who was asked."""

    kind: Kind
    names: tuple[str, ...]
    places: Mapping[Timestamp, npt.NDArray[np.intp]]


def belonging(stacked: StackedExamples, company: Company, moments: Iterable[Timestamp]) -> list[Belonging]:
    """Return the stages of the default set and the segments of the customers asked about at each of the moments."""
    asked = {moment: stacked.asked[moment] for moment in sorted(set(moments))}
    return [_stages(stacked, company, asked), _segments(stacked, asked)]


def _stages(stacked: StackedExamples, company: Company, asked: Mapping[Timestamp, pa.Array]) -> Belonging:
    past = past_stages(stacked.log.home, company, list(asked))
    places = {}
    for moment, ids in asked.items():
        codes = past.at(moment, stage_set=company.default_stage_set).codes
        places[moment] = _placed(codes.astype(np.intp), past.known(moment), ids)
    return Belonging("stage", tuple(stage.name for stage in company.stage_set.stages), places)


def _segments(stacked: StackedExamples, asked: Mapping[Timestamp, pa.Array]) -> Belonging:
    names = segment_names(stacked.log)
    codes = stable_codes(names)
    order = np.argsort(codes)
    places = {}
    for moment, ids in asked.items():
        own = _segment_codes(stacked.snapshots[moment])
        found = np.searchsorted(codes[order], own).clip(max=max(len(codes) - 1, 0))
        known = codes[order][found] == own if len(codes) else np.zeros(len(own), np.bool_)
        here = np.where(known, order[found] if len(codes) else 0, NOBODY)
        places[moment] = _placed(here.astype(np.intp), stacked.snapshots[moment].ids, ids)
    return Belonging("segment", tuple(names.to_pylist()), places)


def _segment_codes(snapshot: Snapshot) -> npt.NDArray[np.float64]:
    return snapshot.columns([_SEGMENT])[:, 0].astype(np.float64)


def segment_names(log: EventLog) -> pa.StringArray:
    """Return every segment the log knows, sorted bytewise."""
    buckets = range(log.manifest.buckets)
    found = [pc.unique(log.bucket("customers", bucket, columns=["segment"])["segment"].cast(pa.string())) for bucket in buckets]
    known = pc.unique(pa.concat_arrays(found)).drop_null()
    return known.take(pc.sort_indices(known))


def _placed(codes: npt.NDArray[np.intp], known: pa.Array, ids: pa.Array) -> npt.NDArray[np.intp]:
    """Return the codes of these customers out of those of everybody known."""
    places = pc.index_in(ids, value_set=known)
    return np.asarray(np.append(codes, NOBODY)[pc.fill_null(places, len(codes)).to_numpy(zero_copy_only=False)])
