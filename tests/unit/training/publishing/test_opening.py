"""What opens a gate that did not pass, and what stays shut."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.bundle import Live
from training.gates import GateResult, PromotionRefused
from training.publishing.ledger import LedgerEntry, standing_waiver
from training.publishing.opening import AdminMissing, ReasonMissing, check_reasons, opened, refuse_blocked, with_standing_waiver
from training.publishing.pointer import Act

UNFAIR = GateResult("four_fifths", "refused", "0.6", "0.8", "overlooked", waivable=True, about=("small",))
WORSE = GateResult("better_than_prior", "refused", "+0.1", "0", "worse")
BROKEN = GateResult("golden_rows", "refused", "died", "answers", "it died", absolute=True)


def act(**given: str) -> Act:
    return Act(Path("key"), 0, **given)


def promotion(gates: list[GateResult], *, waiver: str | None, model: str = "churn") -> LedgerEntry:
    return LedgerEntry(1, "promote", Live(), {model: "m"}, model=model, waiver=waiver, gates=gates)


def test_a_waiver_opens_the_four_fifths_rule_and_nothing_else() -> None:
    waived = act(waiver="small customers hardly ever leave")

    refuse_blocked([UNFAIR], waived)

    with pytest.raises(PromotionRefused, match="better_than_prior"):
        refuse_blocked([UNFAIR, WORSE], waived)
    assert opened([UNFAIR], waived) == {"waiver": "small customers hardly ever leave"}


def test_an_override_opens_what_is_not_absolute_and_names_the_admin() -> None:
    overridden = act(override="a pilot", admin="k1")

    refuse_blocked([UNFAIR, WORSE], overridden)

    with pytest.raises(PromotionRefused, match="it died"):
        refuse_blocked([BROKEN], overridden)
    assert opened([WORSE], overridden) == {"override": "a pilot", "admin": "k1"}


def test_what_was_not_needed_is_not_recorded() -> None:
    assert opened([], act(override="a pilot", admin="k1", waiver="why")) == {}


def test_an_override_by_nobody_and_reasons_without_words_are_refused() -> None:
    with pytest.raises(AdminMissing, match="LIFECYCLE_ADMIN_KEY"):
        check_reasons(act(override="a pilot"))
    with pytest.raises(ReasonMissing, match="--waiver"):
        check_reasons(act(waiver=" "))


def test_a_written_waiver_stands_at_the_next_promotion_for_the_same_segments() -> None:
    entries = [promotion([UNFAIR], waiver="they hardly ever leave")]

    assert with_standing_waiver(entries, "churn", act(), gates=[UNFAIR]).waiver == "they hardly ever leave"
    assert standing_waiver(entries, "churn", ["small", "large"]) is None
    assert standing_waiver(entries, "value", ["small"]) is None
    assert standing_waiver([*entries, promotion([], waiver=None)], "churn", ["small"]) is None
