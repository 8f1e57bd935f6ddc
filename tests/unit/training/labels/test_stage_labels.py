"""A label is the stage that would have been served on the day the horizon ends, to the letter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from features.engine.batch import compute_snapshots
from features.log.store import EventLog
from features.stages.course import checkpoints
from features.stages.everybody import stages_of_everybody
from features.stages.keeping import keep_mondays
from features.stages.past import past_stages
from features.stages.stage_rules import StageRules
from features.times import DAY, parse_time
from models.transition import DAYS_IN_STAGE, stage_columns
from training.labels.labels import ImmatureLabels
from training.labels.stages import StageAhead, label_stages

AS_OF, LATE = parse_time("2025-06-01"), parse_time("2025-10-15")


@pytest.fixture(scope="module", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """What survives a power cut is tested elsewhere; hundreds of folders are written here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(scope="module")
def ahead(trained_shop: Any) -> StageAhead:
    return StageAhead(trained_shop.company, "growth_curve", (30, 90))


def served(shop: Any, moment: int) -> Any:
    """Return the ids and stages that are served of a snapshot."""
    snapshot = compute_snapshots(shop.home, shop.company.catalogue, [moment])[0]
    kept = keep_mondays(shop.home, shop.company, moment)
    return snapshot.ids.to_pylist(), stages_of_everybody(snapshot, StageRules(shop.company), kept)["growth_curve"]


def test_a_label_is_the_stage_that_is_served_when_the_horizon_ends(trained_shop: Any, ahead: StageAhead) -> None:
    labels = label_stages(EventLog.open(trained_shop.home), ahead, as_ofs=[AS_OF])[0]

    for place, days in enumerate(ahead.horizons_days):
        ids, table = served(trained_shop, AS_OF + days * DAY)
        then = dict(zip(ids, table.codes.tolist(), strict=True))
        assert labels.values[:, place].tolist() == [then[one] for one in labels.ids.to_pylist()]


def test_everybody_known_is_asked_about_and_nobody_else(trained_shop: Any, ahead: StageAhead) -> None:
    labels = label_stages(EventLog.open(trained_shop.home), ahead, as_ofs=[AS_OF])[0]

    assert labels.ids.to_pylist() == served(trained_shop, AS_OF)[0]


def test_the_columns_learned_from_are_those_that_scoring_derives(trained_shop: Any) -> None:
    past = past_stages(trained_shop.home, trained_shop.company, [AS_OF]).at(AS_OF, stage_set="growth_curve")

    learned, scored = stage_columns(past.stood, AS_OF), stage_columns(served(trained_shop, AS_OF)[1].stood, AS_OF)

    assert past.moments == (*checkpoints(AS_OF), AS_OF)
    assert list(learned) == ["stage_growth_curve", DAYS_IN_STAGE]
    assert all(np.array_equal(learned[name], scored[name], equal_nan=True) for name in learned)


def test_a_horizon_that_is_not_over_is_refused(trained_shop: Any, ahead: StageAhead) -> None:
    with pytest.raises(ImmatureLabels, match="purchases"):
        label_stages(EventLog.open(trained_shop.home), ahead, as_ofs=[LATE])


def test_seen_from_an_earlier_day_a_label_is_not_known_yet(trained_shop: Any, ahead: StageAhead) -> None:
    log = EventLog.open(trained_shop.home)

    with pytest.raises(ImmatureLabels):
        label_stages(log, ahead, as_ofs=[AS_OF], until=AS_OF + 89 * DAY)
    assert len(label_stages(log, ahead, as_ofs=[AS_OF], until=AS_OF + 90 * DAY)) == 1


def test_only_what_the_rules_of_the_set_read_is_waited_for(ahead: StageAhead) -> None:
    assert set(ahead.sources) == {"customers", "purchases"}


def test_no_moment_has_no_labels(trained_shop: Any, ahead: StageAhead) -> None:
    assert label_stages(EventLog.open(trained_shop.home), ahead, as_ofs=[]) == []


def test_labels_of_sources_that_were_never_received_are_not_mature(trained_shop: Any, ahead: StageAhead) -> None:
    class OfMentions(StageAhead):
        sources = ("mentions",)

    with pytest.raises(ImmatureLabels, match="of mentions no row was ever received"):
        label_stages(EventLog.open(trained_shop.home), OfMentions(**vars(ahead)), as_ofs=[AS_OF])
