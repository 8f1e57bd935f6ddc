"""Where does one customer stand: the stage in every set, since when, on what evidence, and every stage there was.

Past winners are read from the Mondays that are kept; those of Mondays that are not, and the winner now, come from the customer's
own rows. The answer is that of `everybody`, to the letter, whatever is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from features.company.business import StageSet
from features.engine.bucket import compute_tables
from features.errors import NotFound
from features.stages.course import Course, begun, course
from features.stages.evidence import Look, evidence
from features.stages.kept import KeptMondays
from features.stages.stage_rules import StageRules
from features.stages.winners import NOT_SEEN, StageCodes
from features.times import Timestamp, format_time


class NotACustomer(NotFound):
    """Nobody of that id was known at that moment."""


@dataclass(frozen=True)
class Stay:
    """One stage a customer was in, from `since` to before `until`; `until` is None for the present one.

    A stay is dated by the Monday that begins its first week, and the first one there is by the oldest Monday looked at.
    """

    stage: str
    since: Timestamp
    until: Timestamp | None


@dataclass(frozen=True)
class Standing:
    """A customer's place in one stage set at a moment; the stage in every other set by `maps_to`.

    `since` is None where the stage is unconfirmed. `evidence`: what speaks for it, a sentence each. `history`: oldest first.
    """

    stage: str
    since: Timestamp | None
    evidence: tuple[str, ...]
    history: tuple[Stay, ...]
    maps_to: Mapping[str, str]


@dataclass(frozen=True)
class OneCustomer:
    """Somebody at a moment, with all their stored rows by source."""

    customer_id: str
    as_of: Timestamp
    rows: Mapping[str, pa.Table]


def stages_of(customer: OneCustomer, rules: StageRules, kept: KeptMondays) -> dict[str, Standing]:
    """Return the customer's standing in every stage set of the company, by the set's name.

    Parameters
    ----------
    kept
        The Mondays of `course.checkpoints(customer.as_of)`, as far as they are kept.

    Raises
    ------
    NotACustomer
        If nobody of that id was first seen before the moment.
    """
    computed = (*kept.missing, customer.as_of)
    features = compute_tables(rules.catalogue, customer.rows, as_ofs=computed)
    if not features.is_customer[-1].any():
        raise _nobody(customer)
    fresh = rules.winners_at_moments(features)[:, 0].T
    winners = _with_fresh(kept, customer.customer_id, fresh)
    row = dict(zip(rules.catalogue.names, features.rows[-1, 0].tolist(), strict=True))
    moments = (*kept.mondays, customer.as_of)
    return {
        stage_set.name: _standing(stage_set, winners[place], Moments(moments, row))
        for place, stage_set in enumerate(rules.company.stage_sets)
    }


@dataclass(frozen=True)
class Moments:
    """The checkpoints, the moment itself last, and the features named by rules at that moment."""

    at: tuple[Timestamp, ...]
    row: Mapping[str, float]


def history_of(stage_set: StageSet, one: Course, moments: tuple[Timestamp, ...]) -> tuple[Stay, ...]:
    """Return the stays of the one customer of a course, oldest first; none for the time before they were known.

    A stage that is seen at the oldest Monday alone began and ended before it, and is not told.
    """
    codes = one.stages[0]
    starts = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist()]
    stays = [(begun(start, moments), int(codes[start])) for start in starts]
    ends = [until for _, (until, _) in pairwise(stays)]
    return tuple(
        Stay(stage_set.stages[code].name, since, until)
        for (since, code), until in zip(stays, [*ends, None], strict=True)
        if code != NOT_SEEN and since != until
    )


def _with_fresh(kept: KeptMondays, customer_id: str, fresh: StageCodes) -> StageCodes:
    winners = np.column_stack([kept.of_customer(customer_id), fresh[:, -1]])
    missing = [place for place, monday in enumerate(kept.mondays) if monday not in kept.at]
    winners[:, missing] = fresh[:, :-1]
    return winners


def _standing(stage_set: StageSet, winners: StageCodes, moments: Moments) -> Standing:
    one = course(winners[None], stage_set)
    stage = stage_set.stages[int(one.now[0])]
    confirmed = bool(one.confirmed[0, -1])
    look = Look(stage_set, winners, moments.at, moments.row)
    return Standing(
        stage=stage.name,
        since=begun(int(one.begins[0]), moments.at) if confirmed else None,
        evidence=evidence(look, stage, confirmed=confirmed),
        history=history_of(stage_set, one, moments.at),
        maps_to=stage.maps_to,
    )


def _nobody(customer: OneCustomer) -> NotACustomer:
    moment = format_time(customer.as_of)
    return NotACustomer(f"needed a customer first seen before {moment}, found nobody of this id; check the id and the date")
