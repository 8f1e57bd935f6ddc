"""That no act rewrites what the ledger holds: each adds lines below those that stand, to the byte."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from features.company import Company
from features.times import DAY, Timestamp, parse_time
from models.bundle import read_live
from models.bundle.pointer import publishing_lock, settle
from training.publishing.ledger import read_ledger
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.rollback import NoPredecessor, rollback
from training.publishing.score import AnotherQuestion, score, use_company
from training.retraining.cycle import Cycle, retrain

AT: Timestamp = parse_time("2025-12-23")
Make = Callable[..., Company]


def act(shop: Any, *, days: int) -> Act:
    return Act(shop.signing_key, AT + days * DAY, "a small shop", admin="a1")


def test_every_act_adds_its_line_and_leaves_the_others_to_the_byte(promoted: Any, make_company: Make) -> None:
    home, acts = (
        promoted.home,
        [
            lambda: rollback(promoted.home, "churn", act=act(promoted, days=0)),
            lambda: score(promoted.home, at=AT + DAY),
            lambda: use_company(promoted.home, make_company(edition=2), at=AT + 2 * DAY),
            lambda: promote(promoted.home, "churn", act=act(promoted, days=3)),
        ],
    )

    for done in acts:
        before = home.ledger.read_bytes()
        done()
        after = home.ledger.read_bytes()
        assert after.startswith(before)
        assert len(after.splitlines()) == len(before.splitlines()) + 1

    assert [entry.action for entry in read_ledger(home)][-4:] == ["rollback", "score", "company", "promote"]


def test_what_is_refused_or_has_nothing_to_do_adds_no_line(promoted: Any, make_company: Make) -> None:
    home, before = promoted.home, promoted.home.ledger.read_bytes()

    with pytest.raises(AnotherQuestion):
        use_company(home, make_company(at_risk_days=60), at=AT)
    with pytest.raises(NoPredecessor):
        rollback(home, "value", act=act(promoted, days=0))
    retrain(home, Cycle(promoted.signing_key, lambda: AT, ()), say=lambda _: None)
    with publishing_lock(home):
        settle(home)

    assert home.ledger.read_bytes() == before
    assert read_live(home) == read_ledger(home)[-1].live
