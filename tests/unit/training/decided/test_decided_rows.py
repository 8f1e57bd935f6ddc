"""What was decided is told a row each: as the log knew it at one moment, with the customer as known the Monday before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.tiny_shop import orders, shop_company
from features.at_risk.events import NEVER
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, HOUR, Timestamp, monday_at_or_before, parse_time
from training.decided import decided_rows, read_decisions
from training.labels.acceptance import Exposures

UNTIL = parse_time("2025-06-01")
AT = parse_time("2025-05-07T10:00:00Z")


def moment(at: Timestamp | None) -> pd.Timestamp:
    return pd.NaT if at is None else pd.Timestamp(at, unit="us", tz="UTC")


def version(decision: str, customer: str, *, at: Timestamp = AT, known: Timestamp | None = None, **said: object) -> dict:
    """Build a version of a decision at rank 1 that was shown nowhere and answered by nobody, but for what is said."""
    times = {name: moment(said.pop(name, None)) for name in ("shown_at", "outcome_at", "reward_at")}
    plain = {"rank": 1, "offer_id": "add_on_pack", "kind": "cross_sell", "channel": "email", "arm": "policy",
             "selection_probability": 0.9, "agent_id": None, "key_id": None, "outcome": None, "outcome_reason": None,
             "reward": None}  # fmt: skip
    own = {"decision_id": decision, "customer_id": customer, "decided_at": moment(at), "known_at": moment(known or at)}
    row = {**plain, **said}
    return {**own, **times, **row, "exposure_id": f"{decision}/{row['rank']}"}


def shop_with(home: Home, versions: list[dict], *, until: Timestamp = UNTIL) -> Home:
    """Write the orders of a tiny shop, and these versions of decisions."""
    receipt = Receipt(received_at=until, known_at="given", observed_until={"offers": until, "purchases": until})
    offers = pd.DataFrame(versions)
    zoned = {name: pd.to_datetime(offers[name], utc=True) for name in ("shown_at", "outcome_at", "reward_at")}
    append(home, {**orders(12, until=UNTIL), "offers": offers.assign(**zoned)}, receipt=receipt)
    return home


def test_a_decision_is_told_whether_or_not_its_offer_was_shown(tmp_path: Path) -> None:
    nothing = {"offer_id": "nothing", "kind": None, "channel": None, "arm": "control", "selection_probability": 0.1}
    home = shop_with(Home(tmp_path), [version("a", "c1"), version("b", "c2", at=AT + HOUR, **nothing)])

    found = read_decisions(EventLog.open(home))

    assert found.offers.to_pylist() == ["add_on_pack", "nothing"]
    assert found.shown.tolist() == [False, False]
    assert found.random.tolist() == [False, True]
    assert found.probability.tolist() == [0.9, 0.1]


def test_a_further_rank_is_told_only_once_it_was_shown(tmp_path: Path) -> None:
    second = {"rank": 2, "selection_probability": None}
    shown = version("b", "c2", shown_at=AT + HOUR, known=AT + HOUR, **second)
    home = shop_with(Home(tmp_path), [version("a", "c1", **second), shown])

    found = read_decisions(EventLog.open(home))

    assert found.exposures.to_pylist() == ["b/2"]
    assert np.isnan(found.probability).all()


def test_the_first_yes_counts_when_it_was_fulfilled_later(tmp_path: Path) -> None:
    said = {"shown_at": AT + HOUR, "channel": "phone"}
    yes = version("a", "c1", known=AT + 3 * HOUR, outcome="accepted", outcome_at=AT + 2 * HOUR, **said)
    kept = version("a", "c1", known=AT + 9 * DAY, outcome="fulfilled", outcome_at=AT + 8 * DAY, **said)
    home = shop_with(Home(tmp_path), [version("a", "c1", channel="phone"), yes, kept])

    found = read_decisions(EventLog.open(home))

    assert found.outcomes.to_pylist() == ["fulfilled"]
    assert found.accepted.tolist() == [True]
    assert (found.accepted_at[0], found.accepted_heard_at[0]) == (AT + 2 * HOUR, AT + 3 * HOUR)


def test_a_yes_that_was_taken_back_was_never_said(tmp_path: Path) -> None:
    said, minute = {"shown_at": AT + HOUR}, HOUR // 60
    wrong = version("a", "c1", known=AT + HOUR, outcome="accepted", outcome_at=AT + HOUR, **said)
    undone = version("a", "c1", known=AT + HOUR + minute)
    right = version("a", "c1", known=AT + DAY, outcome="declined", outcome_at=AT + DAY, shown_at=AT + DAY)
    home = shop_with(Home(tmp_path), [version("a", "c1"), wrong, undone, right])

    found, meanwhile = (read_decisions(EventLog.open(home), until=until) for until in (None, AT + HOUR))

    assert (found.accepted_at[0], found.accepted_heard_at[0]) == (NEVER, NEVER)
    assert (found.answered_at[0], found.shown_heard_at[0]) == (AT + DAY, AT + DAY)
    assert meanwhile.accepted_at[0] == AT + HOUR


def test_an_offer_whose_only_word_was_taken_back_was_not_shown(tmp_path: Path) -> None:
    wrong = version("a", "c1", known=AT + HOUR, outcome="accepted", outcome_at=AT + HOUR, shown_at=AT + HOUR)
    home = shop_with(Home(tmp_path), [version("a", "c1"), wrong, version("a", "c1", known=AT + 2 * HOUR)])

    found = read_decisions(EventLog.open(home))

    assert (found.shown.tolist(), found.outcomes.to_pylist(), found.accepted.tolist()) == ([False], [None], [False])
    assert len(Exposures.read(EventLog.open(home)).final(UNTIL).ids) == 0


def test_what_was_said_later_is_not_told_of_an_earlier_moment(tmp_path: Path) -> None:
    yes = version("a", "c1", known=AT + 3 * DAY, shown_at=AT + HOUR, outcome="accepted", outcome_at=AT + 2 * HOUR)
    home = shop_with(Home(tmp_path), [version("a", "c1"), yes, version("b", "c2", at=AT + 2 * DAY)])

    found = read_decisions(EventLog.open(home), until=AT + DAY)

    assert found.exposures.to_pylist() == ["a/1"]
    assert found.accepted.tolist() == [False]
    assert found.shown_at.tolist() == found.accepted_at.tolist() == found.accepted_heard_at.tolist() == [NEVER]


def test_only_what_was_decided_since_a_moment_is_told(tmp_path: Path) -> None:
    home = shop_with(Home(tmp_path), [version("a", "c1"), version("b", "c2", at=AT + DAY)])

    assert read_decisions(EventLog.open(home), since=AT + HOUR).exposures.to_pylist() == ["b/1"]


def test_a_row_names_the_agent_and_without_one_the_key(tmp_path: Path) -> None:
    asked = [version("a", "c1", agent_id="anna", key_id="k1"), version("b", "c2", key_id="k2"), version("c", "c3")]
    home = shop_with(Home(tmp_path), asked)

    assert sorted(read_decisions(EventLog.open(home)).sources.to_pylist(), key=str) == [None, "agent:anna", "key:k2"]


def test_the_features_are_those_of_the_monday_before(tmp_path: Path) -> None:
    home, company = shop_with(Home(tmp_path), [version("a", "c1"), version("b", "c2", at=AT + 7 * DAY)]), shop_company()

    found = decided_rows(home, company)

    mondays = [monday_at_or_before(at) for at in (AT, AT + 7 * DAY)]
    snapshots = compute_snapshots(home, company.catalogue, mondays)
    wanted = [shot.matrix[shot.ids.to_pylist().index(who)] for shot, who in zip(snapshots, ("c1", "c2"), strict=True)]
    np.testing.assert_array_equal(found.rows, np.array(wanted))


def test_a_decision_for_nobody_known_has_no_features(tmp_path: Path) -> None:
    home = shop_with(Home(tmp_path), [version("a", "stranger"), version("b", "c2")])

    rows = decided_rows(home, shop_company()).rows

    assert np.isnan(rows[0]).all()
    assert not np.isnan(rows[1]).all()


@pytest.mark.parametrize("most", [4, 8])
def test_of_very_many_decisions_whole_customers_are_drawn(tmp_path: Path, most: int) -> None:
    asked = [version(f"{who}-{turn}", f"c{who}", at=AT + turn * DAY) for who in range(12) for turn in range(2)]
    home = shop_with(Home(tmp_path), asked)

    found = read_decisions(EventLog.open(home), most=most)

    turns = pd.Series(found.customers.to_pylist()).value_counts()
    assert 0 < len(found) < len(asked)
    assert (turns == 2).all()
    assert found.drawn_share == most / len(asked)
