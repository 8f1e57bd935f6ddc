"""How a candidate goes live: gates first, the pointer last, everything signed; and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.company import Company
from features.company.business import ActivitySource
from features.home import Home
from features.log.store import EventLog
from features.reports.stored import ReportUnreadable
from features.times import DAY, Timestamp, parse_time, to_timestamp
from models.bundle import (
    LiveBundle,
    NothingLive,
    Signer,
    create_signing_key,
    export_model,
    load_live,
    load_public_key,
    load_signer,
    read_live,
    write_bundle,
)
from models.bundle.pointer import PublishingLocked, publishing_lock
from training.gates import PromotionRefused
from training.publishing import publish as publish_room
from training.publishing.files import UnknownFormat
from training.publishing.ledger import move_live, read_ledger
from training.publishing.opening import ReasonMissing
from training.publishing.pointer import Act, ForeignKey
from training.publishing.promote import judge, promote
from training.publishing.scene import NoCompany, NothingReceived, company_in_use, newest_scene
from training.publishing.score import AnotherQuestion, score, score_to_file, use_company
from training.records.candidates import CandidateMissing, stored_candidate

UNTIL: Timestamp = parse_time("2025-12-20")
PROMOTED_AT: Timestamp = parse_time("2025-12-21")
Make = Callable[..., Company]


def act(shop: Any, *, override: str | None = "a test's small shop need not be better than MBG/NBD") -> Act:
    return Act(shop.signing_key, PROMOTED_AT, override, admin="a1")


def signer_of(shop: Any) -> Signer:
    return load_signer(shop.signing_key, shop.home)


def live_state(shop: Any) -> LiveBundle:
    return load_live(shop.home, public_key=load_public_key(shop.home), trial=False)


def orders_within(home: Home, since: Timestamp) -> set[str]:
    log = EventLog.open(home)
    tables = [log.bucket("purchases", bucket) for bucket in range(log.manifest.buckets)]
    return {row["customer_id"] for table in tables for row in table.to_pylist() if to_timestamp(row["occurred_at"]) >= since}


class TestPromotion:
    def test_what_is_promoted_is_live_signed_and_answers_for_every_customer(self, shop: Any) -> None:
        done = promote(shop.home, "churn", act=act(shop))

        state = load_live(shop.home, public_key=load_public_key(shop.home))
        assert state.bundle.models == {"churn": shop.trained.model_sha}
        assert state.live == done.live == read_live(shop.home)
        assert len(state.predictions.ids) == 150
        assert state.predictions.origin.as_of == UNTIL

    def test_who_is_not_at_risk_gets_no_probability(self, promoted: Any) -> None:
        predictions = live_state(promoted).predictions
        ids = np.array(predictions.ids.ids.to_pylist())

        asked = set(ids[~np.isnan(predictions.column("churn_90"))])

        assert 0 < len(asked) < 150
        assert asked == orders_within(promoted.home, UNTIL - 120 * DAY)

    def test_everybody_stands_in_a_stage_of_every_set_and_has_a_health_score(self, promoted: Any) -> None:
        predictions, company = live_state(promoted).predictions, company_in_use(promoted.home)

        for stage_set in company.stage_sets:
            codes = predictions.column(f"stage_{stage_set.name}")
            assert set(codes) <= set(range(len(stage_set.stages)))
        scores = predictions.column("health_score")
        assert ((scores >= 0) & (scores <= 100) | np.isnan(scores)).all()

    def test_the_riskiest_have_their_reasons_beside_their_chance(self, promoted: Any) -> None:
        predictions = live_state(promoted).predictions
        chances = predictions.column("churn_90")

        held = predictions.reasons.table["row"]

        assert len(held) == np.ceil(publish_room.REASONED_SHARE * (~np.isnan(chances)).sum())
        assert chances[held].min() >= np.nanmax(np.delete(chances, held))
        assert all(1 <= len(predictions.reasons.of(row)) <= 3 for row in held)

    @pytest.mark.usefixtures("graded_on_too_few")
    def test_a_refused_candidate_changes_nothing_and_says_why(self, shop: Any) -> None:
        with pytest.raises(PromotionRefused, match=r"enough_data refused: too few customers were graded"):
            promote(shop.home, "churn", act=act(shop, override=None))

        assert read_live(shop.home) is None
        assert not shop.signing_key.exists()
        assert read_ledger(shop.home) == []

    @pytest.mark.usefixtures("graded_on_too_few")
    def test_an_override_is_recorded_with_its_reason_and_the_gates(self, shop: Any) -> None:
        promote(shop.home, "churn", act=act(shop, override="a small shop"))

        (entry,) = read_ledger(shop.home)
        assert (entry.override, entry.run_id) == ("a small shop", shop.trained.run_id)
        assert "enough_data" in {gate.name for gate in entry.gates if gate.verdict == "refused"}

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_an_override_needs_a_reason(self, shop: Any, reason: str) -> None:
        with pytest.raises(ReasonMissing):
            promote(shop.home, "churn", act=act(shop, override=reason))

    def test_no_override_opens_the_way_for_a_damaged_model(self, shop: Any) -> None:
        learned = shop.home.models / shop.trained.model_sha / "model.json"
        learned.write_bytes(learned.read_bytes()[:-7])

        with pytest.raises(PromotionRefused, match="golden_rows refused"):
            promote(shop.home, "churn", act=act(shop))

    def test_another_run_than_those_trained_is_not_found(self, shop: Any) -> None:
        with pytest.raises(CandidateMissing, match=shop.trained.run_id):
            promote(shop.home, "churn", act=act(shop), run_id="no-such-run")

    def test_a_candidate_of_another_version_blocks_no_other(self, shop: Any) -> None:
        damaged = shop.home.root / "candidates" / "older-version"
        damaged.mkdir()
        (damaged / "report.json").write_text('{"model": "churn"}')

        assert stored_candidate(shop.home, "churn").report.run_id == shop.trained.run_id
        with pytest.raises(ReportUnreadable, match="train again"):
            stored_candidate(shop.home, "churn", run_id="older-version")

    def test_the_newest_candidate_is_promoted_unless_a_run_is_named(self, promoted: Any) -> None:
        named, newest = read_ledger(promoted.home)

        assert named.models == {"churn": promoted.trained.model_sha}
        assert newest.models == {"churn": stored_candidate(promoted.home, "churn").report.model_sha}
        assert named.models != newest.models

    def test_a_live_model_of_features_computed_no_more_makes_room(self, promoted: Any) -> None:
        old = export_model(promoted.home, replace(promoted.trained.model, signature="0" * 64), provenance={})
        newest, bundle = read_ledger(promoted.home)[-1], {"churn": promoted.trained.model_sha, "purchase": old}
        with publishing_lock(promoted.home):
            live = replace(newest.live, bundle=write_bundle(promoted.home, bundle, signer=signer_of(promoted)))
            move_live(promoted.home, replace(newest, at=newest.at + 1, live=live, models=bundle))

        done = promote(promoted.home, "churn", act=act(promoted))

        assert list(done.models) == ["churn"]
        assert live_state(promoted).bundle.models == done.models

    def test_a_kill_before_the_pointer_moves_leaves_the_old_state(self, promoted: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        before = live_state(promoted).live
        monkeypatch.setattr(publish_room, "write_predictions", _killed)

        with pytest.raises(KeyboardInterrupt):
            promote(promoted.home, "churn", act=act(promoted), run_id=promoted.trained.run_id)

        assert live_state(promoted).live == before

    def test_two_promotions_at_once_are_one_too_many(self, shop: Any) -> None:
        with publishing_lock(shop.home), pytest.raises(PublishingLocked, match="nothing was changed"):
            promote(shop.home, "churn", act=act(shop))

    def test_another_private_key_may_not_publish_here(self, promoted: Any) -> None:
        other = promoted.folder / "other.key"
        create_signing_key(other, Home(promoted.folder / "elsewhere"))

        with pytest.raises(ForeignKey, match="LIFECYCLE_SIGNING_KEY"):
            promote(promoted.home, "churn", act=Act(other, PROMOTED_AT, "mine", admin="a1"))

    def test_a_candidate_trained_for_another_meaning_of_churn_is_refused_for_good(self, shop: Any, make_company: Make) -> None:
        gates = judge(shop.home, stored_candidate(shop.home, "churn"), company=make_company(at_risk_days=60))

        (refused,) = [gate for gate in gates if gate.absolute and gate.verdict != "passed"]
        assert refused.name == "same_question"
        assert "differs in at_risk_days" in refused.reason

    def test_the_verdicts_can_be_asked_for_without_promoting(self, shop: Any) -> None:
        gates = judge(shop.home, stored_candidate(shop.home, "churn"), company=shop.company)

        assert [gate.name for gate in gates if gate.absolute and gate.verdict != "passed"] == []
        assert read_live(shop.home) is None


class TestScoring:
    def test_scoring_publishes_on_the_newest_snapshot_without_the_private_key(self, promoted: Any) -> None:
        before = live_state(promoted).live
        promoted.signing_key.unlink()

        entry = score(promoted.home, at=PROMOTED_AT + 2 * DAY)

        assert entry.live == before
        assert [each.action for each in read_ledger(promoted.home)] == ["promote", "promote", "score"]

    def test_nothing_live_cannot_be_scored(self, shop: Any) -> None:
        with pytest.raises(NothingLive):
            score(shop.home, at=PROMOTED_AT)

    @pytest.mark.parametrize(("name", "read"), [("all.csv", pd.read_csv), ("all.parquet", pd.read_parquet)])
    def test_a_file_of_scores_holds_the_published_probabilities(
        self, promoted: Any, name: str, read: Callable[[Path], pd.DataFrame]
    ) -> None:
        assert score_to_file(promoted.home, promoted.folder / "out" / name) == 150

        found, live = read(promoted.folder / "out" / name), live_state(promoted).predictions
        assert found["customer_id"].tolist() == live.ids.ids.to_pylist()
        assert np.allclose(found["churn_90"], live.column("churn_90"), rtol=0, atol=1e-15, equal_nan=True)

    def test_a_file_of_no_known_format_is_refused(self, shop: Any) -> None:
        with pytest.raises(UnknownFormat, match=r"\.csv or \.parquet"):
            score_to_file(shop.home, shop.folder / "scores.xlsx")

    def test_a_source_that_was_never_received_does_not_set_the_clock_back(self, shop: Any) -> None:
        activity = [*shop.company.churn.activity, ActivitySource(source="surveys")]
        churn = shop.company.churn.model_copy(update={"activity": tuple(activity)})

        scene = newest_scene(shop.home, shop.company.model_copy(update={"churn": churn}))

        assert scene.snapshot.as_of == UNTIL

    def test_without_a_row_of_what_churn_reads_nothing_can_be_predicted(self, shop: Any) -> None:
        churn = shop.company.churn.model_copy(update={"activity": (ActivitySource(source="surveys"),)})

        with pytest.raises(NothingReceived, match="rows of surveys"):
            newest_scene(shop.home, shop.company.model_copy(update={"churn": churn}))


class TestCompanyFile:
    def test_before_any_promotion_only_the_company_is_live(self, shop: Any, make_company: Make) -> None:
        with pytest.raises(NoCompany):
            company_in_use(shop.home)

        use_company(shop.home, make_company(), at=PROMOTED_AT)

        assert company_in_use(shop.home) == make_company()

    def test_a_new_company_file_is_live_with_predictions_made_with_it(self, promoted: Any, make_company: Make) -> None:
        new = make_company(edition=2)

        use_company(promoted.home, new, at=PROMOTED_AT + 2 * DAY)

        assert new.sha256 != promoted.company.sha256
        assert live_state(promoted).predictions.origin.company == new.sha256

    def test_a_file_with_another_meaning_of_churn_waits_for_its_model(self, promoted: Any, make_company: Make) -> None:
        before, stored = read_live(promoted.home), sorted(promoted.home.companies.iterdir())

        with pytest.raises(AnotherQuestion, match="at_risk_days"):
            use_company(promoted.home, make_company(at_risk_days=90), at=PROMOTED_AT)

        assert read_live(promoted.home) == before
        assert sorted(promoted.home.companies.iterdir()) == stored


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
