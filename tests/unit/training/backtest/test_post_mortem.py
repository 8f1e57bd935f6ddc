"""What was to be seen of those who left: which signs, when, which came first, and what was offered."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.company import default_company_text, read_company
from features.contracts.sources import SOURCES
from features.times import DAY
from training.backtest.left.offered import offered
from training.backtest.left.post_mortem import Order
from training.backtest.left.seen import Seen
from training.backtest.left.signals import SIGNALS, Signal, signals_for

COMPANY = read_company(default_company_text("default"))


def log_of(*sources: str) -> Any:
    return SimpleNamespace(manifest=SimpleNamespace(observed_until=dict.fromkeys(sources, 0)))


def shown(*signs: list[int]) -> np.typing.NDArray[np.int8]:
    """Build one leaver: of each sign whether it showed, from the oldest month to the newest."""
    return np.array([[months[::-1] for months in signs]], np.int8)


class TestSignals:
    def test_every_sign_is_a_rule_over_features_of_the_default_company(self) -> None:
        names = {read.signal.name for read in signals_for(COMPANY, log_of(*SOURCES))}

        assert names == {each.name for each in SIGNALS if each.leaving in ("", "contract")}

    def test_a_sign_from_a_source_never_received_says_nothing(self) -> None:
        names = {read.signal.name for read in signals_for(COMPANY, log_of("customers", "purchases"))}

        assert {"contract_near_end", "downgraded", "health_red"} <= names
        assert not names & {"usage_silent", "complaint_open", "detractor"}

    def test_use_is_no_sign_where_the_company_does_not_count_it_as_activity(self) -> None:
        grocery = read_company(default_company_text("grocery"))

        names = {read.signal.name for read in signals_for(grocery, log_of(*SOURCES))}

        assert not [name for name in names if name.startswith("usage") or name == "hardly_used"]
        assert "late_to_buy" in names

    def test_a_sign_over_a_feature_the_company_has_not_is_left_out(self) -> None:
        unknown = Signal("odd", "an unknown feature", "no_such_feature > 1")

        assert signals_for(COMPANY, log_of(*SOURCES), [unknown]) == ()

    def test_limits_are_those_of_the_company_file(self) -> None:
        (read,) = [each for each in signals_for(COMPANY, log_of(*SOURCES)) if each.signal.name == "contract_near_end"]

        assert read.rule.text == f"contract_days_left <= {COMPANY.alerts.renewal_days}"


class TestOrder:
    def test_the_sign_that_appeared_earliest_came_first(self) -> None:
        order = Order.of(shown([0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 1]))

        assert order.appeared.tolist() == [[4, 2]]
        assert order.first.tolist() == [[1, 0]]

    def test_signs_that_appeared_together_share_having_come_first(self) -> None:
        assert Order.of(shown([0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 1])).first.tolist() == [[0.5, 0.5]]

    def test_a_sign_shown_all_along_did_not_come_first(self) -> None:
        order = Order.of(shown([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 1]))

        assert order.all_along.tolist() == [[True, False]]
        assert order.first.tolist() == [[0, 1]]

    def test_who_showed_nothing_had_no_first_sign(self) -> None:
        assert Order.of(shown([0] * 6, [-1] * 6)).first.tolist() == [[0, 0]]


class TestShares:
    def seen(self) -> Seen:
        """Build two leavers and four stayers; of one leaver the sign is unknown."""
        newest = np.array([1, -1, 1, 0, 0, 0], np.int8)
        left = np.array([True, True, False, False, False, False])
        return Seen(newest[:, None, None], left, np.where(left, 1.0, 0.5), np.arange(6, dtype=np.int32))

    def test_a_share_is_of_those_of_whom_it_is_known(self) -> None:
        seen = self.seen()

        assert seen.shares(seen.left).tolist() == [[1.0]]
        assert seen.shares(~seen.left).tolist() == [[0.25]]

    def test_shares_of_the_newest_month_come_with_draws_of_customers(self) -> None:
        leavers, stayers = self.seen().newest_shares(seed=0)

        assert (leavers[0, 0], stayers[0, 0]) == (1.0, 0.25)
        assert len(leavers) == len(stayers) > 100


class TestOffers:
    leavers = pd.DataFrame({"customer_id": ["a", "b", "c"], "left_at": [100 * DAY] * 3})

    def offers(self, *rows: tuple[str, str, float, bool]) -> pd.DataFrame:
        table = pd.DataFrame(rows, columns=["customer_id", "kind", "day", "accepted"])
        return table.assign(shown_at=(table.pop("day") * DAY).astype("int64"))

    def test_an_offer_counts_once_a_leaver_and_kind_and_only_within_the_horizon_before_leaving(self) -> None:
        table = self.offers(
            ("a", "retention", 50, False), ("a", "retention", 60, True), ("b", "loyalty", 5, True), ("c", "loyalty", 101, True),
            ("stayed", "loyalty", 60, True),
        )  # fmt: skip

        found, nothing = offered(self.leavers, table, horizon_days=90)

        assert [(each.kind, each.shown_to, each.accepted_by) for each in found] == [("retention", 1, 1)]
        assert nothing == 2

    def test_where_nothing_was_shown_everybody_got_nothing(self) -> None:
        assert offered(self.leavers, self.offers(), horizon_days=90) == ([], 3)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_a_sign_says_in_words_what_its_rule_asks(signal: Signal) -> None:
    assert signal.text
    assert signal.tells in ("", "value", "trouble")
