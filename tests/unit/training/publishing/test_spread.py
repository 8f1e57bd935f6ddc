"""That scoring dealt out in slices says what one process says, whoever does the slices and in whatever order."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from features.home import Home
from features.log.store import EventLog
from features.snapshot import find_snapshot
from models.scoring import score_snapshot
from training.publishing import spread as spread_room


def test_slices_done_elsewhere_and_backwards_add_up_to_the_whole(trained_shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    home: Home = trained_shop.home
    trained, log = trained_shop.trained, EventLog.open(home).manifest
    shot = find_snapshot(home, trained.report.data.as_of, log=log, signature=trained.model.signature)
    assert shot is not None
    monkeypatch.setattr(spread_room, "_ROWS_A_PART", 40)

    def elsewhere(work: Any, parts: int) -> None:
        for part in reversed(range(parts)):
            copy.deepcopy(work)(part)

    found = spread_room.score_spread(spread_room.Scored(home, trained.model_sha), shot, derived={}, spread=elsewhere)

    alone = score_snapshot(trained.model, shot)
    assert len(shot.ids) > 40
    assert list(found) == list(alone)
    assert all(np.array_equal(found[name], alone[name], equal_nan=True) for name in alone)
    assert not list(home.root.glob(".scoring-*"))
