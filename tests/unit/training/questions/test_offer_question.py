"""Who takes an offer is learned from what was shown and closed, graded month by month, and published for every offer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pytest

from benchmarks.tiny_shop import orders, shop_company
from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, parse_time
from lifecycle.simulate import simulate_into
from models.bundle import load_model, open_predictions
from models.decision import candidates, features_read
from models.decision.contacts import NEVER, exposure_hash
from models.learners.boosting import BoostingPreset
from models.offer import OfferModel
from models.offer.fit import OfferRecipe
from training.contest import Contest
from training.decided import contacts_known, read_decisions
from training.publishing.champion import champion_of
from training.publishing.ledger import LedgerEntry
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.scene import newest_scene
from training.publishing.score import score, use_company
from training.questions.offer.baselines import BASELINES, POPULARITY
from training.questions.offer.question import OfferQuestion
from training.questions.offer.stack import StackedExposures, TooFewShown, deadlines, stack_exposures
from training.questions.registry import question_for
from training.records.report import CHOSEN
from training.train import TrainingRun, train

TRAINED_AT = parse_time("2026-01-01T09:00:00Z")
TEXT = default_company_text("default").replace("horizons_days = [30, 60, 90]", "horizons_days = [90]")
COMPANY = read_company(TEXT)
TREES = BoostingPreset(leaves=6, rounds=40, bag=1, feature_share=0.8, most_columns=400)
QUICK = OfferRecipe(trees=TREES)
QUESTION = OfferQuestion(COMPANY, QUICK)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("offers") / "home")
    simulate_into(made, customers=700, seed=3, years=2)
    store_company(made, COMPANY)
    return made


@pytest.fixture(scope="module")
def stacked(home: Home) -> StackedExposures:
    return stack_exposures(home, COMPANY)


@pytest.fixture(scope="module")
def contest(stacked: StackedExposures) -> Contest:
    return QUESTION.contest(stacked, seed=0)


@dataclass(frozen=True)
class WentLive:
    """The offer model of the home, and the entry of the ledger by which it went live."""

    model_sha: str
    entry: LedgerEntry


@pytest.fixture(scope="module")
def went_live(home: Home, tmp_path_factory: pytest.TempPathFactory) -> WentLive:
    act = Act(tmp_path_factory.mktemp("keys") / "signing.key", TRAINED_AT, override="a small company", admin="tests")
    trained = train(home, QUESTION, run=TrainingRun(TRAINED_AT))
    return WentLive(trained.model_sha, promote(home, "offer", act=act))


def test_only_offers_that_were_shown_and_have_closed_are_learned_from(stacked: StackedExposures) -> None:
    decisions, newest = stacked.decisions, int(stacked.examples.as_ofs.max())

    assert decisions.shown.all()
    assert "nothing" not in decisions.offers.to_pylist()
    assert newest + QUESTION.gap_days * DAY <= decisions.until
    assert np.all(np.diff(stacked.examples.as_ofs) >= 0)


def test_a_yes_after_the_answer_time_of_the_channel_does_not_count(stacked: StackedExposures) -> None:
    late = replace(stacked.decisions, accepted_at=deadlines(stacked.shown, stacked.decisions) + 1)

    assert replace(stacked, decisions=late).told_then(late.until).sum() == 0
    assert stacked.told_then(late.until).sum() == stacked.examples.labels.sum()


def test_a_yes_of_which_nobody_had_heard_teaches_nothing_yet(stacked: StackedExposures) -> None:
    moment = int(np.median(stacked.decisions.accepted_heard_at[stacked.decisions.accepted]))

    told = stacked.told_then(moment)

    assert 0 < told.sum() < stacked.examples.labels.sum()
    assert not told[stacked.decisions.accepted_heard_at > moment].any()


def test_labels_of_a_moment_are_those_of_the_months_closed_by_then(stacked: StackedExposures) -> None:
    moment = int(np.unique(stacked.examples.as_ofs)[8])

    told = stacked.told_by(moment)

    closed = stacked.examples.as_ofs + QUESTION.gap_days * DAY <= moment
    assert told.shape == (closed.sum(), 1)
    assert closed[: len(told)].all()


def test_a_model_is_graded_beside_named_baselines_and_knows_more_than_one_in_ten(contest: Contest) -> None:
    pooled = contest.tables.pooled

    assert set(pooled) == {CHOSEN, *BASELINES}
    assert contest.tables.differences["declared"]["log_loss"].high < 0
    assert contest.tables.differences["own_answers"]["log_loss"].high < 0
    assert pooled[CHOSEN]["auc"].value > pooled[POPULARITY]["auc"].value - 0.02


def test_the_level_of_every_offer_is_about_right_at_past_months(contest: Contest) -> None:
    for line in contest.findings["offers"]:
        shown, said, came = (float(line[name] or 0) for name in ("shown", "said", "came"))
        assert abs(said - came) < 0.04 + 3 * np.sqrt(came * (1 - came) / shown), line


def test_the_live_recipe_is_the_same_one_and_so_neither_better_nor_worse(stacked: StackedExposures) -> None:
    contest = QUESTION.contest(stacked, seed=0, champion=QUICK.to_json())

    assert contest.tables.differences["champion"]["log_loss"].value == 0


def test_a_live_model_of_another_recipe_is_not_said_to_be_as_good(stacked: StackedExposures) -> None:
    contest = QUESTION.contest(stacked, seed=0, champion={**QUICK.to_json(), "half_believed": 0})

    assert "champion" not in contest.tables.differences


def test_with_too_little_shown_the_model_abstains_and_says_what_it_needs(tmp_path: Path) -> None:
    until = parse_time("2025-06-01")
    receipt = Receipt(received_at=until, known_at="given", observed_until={"purchases": until})
    append(Home(tmp_path), orders(12, until=until), receipt=receipt)

    with pytest.raises(TooFewShown, match=r"needed 200 offers shown .*, 50 of them accepted; found 0 and 0"):
        stack_exposures(Home(tmp_path), shop_company())


def test_the_trained_model_goes_live_and_every_customer_has_what_deciding_reads(home: Home, went_live: WentLive) -> None:
    found = open_predictions(home, str(went_live.entry.live.predictions))
    wanted = {f"offer_acceptance_{pair.name}" for pair in candidates(COMPANY)} | {
        f"feature_{name}" for name in features_read(COMPANY)
    }
    assert wanted | {"offer_usual_margin", "rfmt_score", "days_in_stage", "health_score"} <= set(found.columns)
    assert found.contacts is not None
    assert len(found.contacts) == len(found.ids)
    assert np.isfinite(found.column("offer_acceptance_plan_upgrade/email")).all()
    assert isinstance(load_model(home, went_live.model_sha), OfferModel)
    assert (champion_of(home, QUESTION) or pytest.fail("nothing is live")).sha == went_live.model_sha


@pytest.mark.usefixtures("went_live")
def test_a_new_offer_of_the_company_file_is_scored_without_training(home: Home) -> None:
    text = TEXT.replace('id = "loyalty_gift"', 'id = "spring_gift"')
    entry = use_company(home, read_company(text), at=TRAINED_AT + DAY)

    scores = open_predictions(home, str(entry.live.predictions)).column("offer_acceptance_spring_gift/email")

    assert np.ptp(scores) > 0.05
    assert np.all((scores > 0) & (scores < 1))
    use_company(home, COMPANY, at=TRAINED_AT + 2 * DAY)


@pytest.mark.usefixtures("went_live")
def test_predictions_made_again_are_the_same_bytes(home: Home) -> None:
    first, again = (score(home, at=TRAINED_AT + day * DAY).live.predictions for day in (3, 4))

    assert first == again


def test_published_contacts_are_those_of_the_log_as_far_as_the_policy_looks_back(home: Home) -> None:
    log, ids = EventLog.open(home), newest_scene(home, COMPANY).snapshot.ids

    contacts = contacts_known(log, COMPANY, ids)

    decisions = read_decisions(log, most=None)
    held = pc.is_in(decisions.customers, value_set=ids).to_numpy(zero_copy_only=False)
    late = decisions.decided_at >= decisions.until - COMPANY.contact_policy.looks_back_days * DAY
    shown = decisions.where(decisions.shown & late & held)
    assert len(shown) > 0
    assert {exposure_hash(each) for each in shown.exposures.to_pylist()} <= set(contacts.exposure.tolist())
    assert len(contacts) == len(ids)


def test_contacts_of_a_past_day_hold_nothing_that_was_shown_or_said_since(home: Home) -> None:
    log, ids = EventLog.open(home), newest_scene(home, COMPANY).snapshot.ids
    then = read_decisions(log, most=None).until - 40 * DAY

    contacts = contacts_known(log, COMPANY, ids, as_of=then)

    assert len(contacts.exposure) > 0
    assert contacts.decided_at.max() < then
    assert contacts.outcome_at[contacts.outcome_at < NEVER].max() < then


def test_the_registry_asks_it_of_a_company() -> None:
    assert isinstance(question_for("offer", COMPANY), OfferQuestion)
