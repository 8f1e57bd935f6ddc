"""An offer model answers for every offer it is asked about, seen before or new, and says what its answers rest on."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from features.home import Home
from models.bundle import check_golden_rows, export_model, model_file
from models.churn.recipe import OneSided
from models.offer import CONTACT_TIMES, EVIDENCE, OfferModel, Terms
from models.offer.fit import OfferRecipe, fit_offers, offer_model
from models.rows import WrongColumns
from models.uplift import ArmAnswer, UpliftModel


def test_every_offer_has_a_column_for_each_of_its_channels(offers_model, people):
    columns = offers_model.score(people(5), names=offers_model.feature_names)

    assert list(columns) == [
        "offer_acceptance_add_on/email", "offer_acceptance_add_on/phone", "offer_acceptance_gift/email", "offer_usual_margin",
    ]  # fmt: skip


def test_an_offer_nobody_has_seen_has_a_score_from_the_first_day(offers_model, people):
    new = Terms("second_add_on", "email", "cross_sell", 75.0, 1.0, None, 0.05)

    scores = offers_model.offering([new]).predict(people(50), names=offers_model.feature_names)[:, 0]

    assert np.all((scores > 0) & (scores < 1))
    assert np.ptp(scores) > 0.02


def test_a_new_offer_that_is_like_an_old_one_but_for_its_level_scores_like_it(offers_model, people):
    rows, twin = people(50), Terms("twin", "email", "loyalty", 20.0, 7.0, None, 0.05)

    own = replace(offers_model, levels={}).predict(rows, names=offers_model.feature_names)[:, 2]

    assert np.array_equal(offers_model.offering([twin]).predict(rows, names=offers_model.feature_names)[:, 0], own)


def test_an_offer_of_a_kind_and_channel_nobody_knows_has_a_score_too(offers_model, people):
    strange = Terms("strange", "pigeon")

    scores = offers_model.offering([strange]).predict(people(5), names=offers_model.feature_names)

    assert np.isfinite(scores).all()


def test_an_offer_stands_alone_whatever_is_asked_beside_it(offers_model, people):
    rows, names = people(20), offers_model.feature_names

    alone = offers_model.offering(offers_model.offers[1:2]).predict(rows, names=names)

    assert np.array_equal(alone[:, 0], offers_model.predict(rows, names=names)[:, 1])


def test_a_customer_alone_gets_what_they_get_among_others(offers_model, people):
    rows, names = people(20), offers_model.feature_names

    alone = np.concatenate([offers_model.predict(rows[[at]], names=names) for at in range(20)])

    np.testing.assert_allclose(alone, offers_model.predict(rows, names=names), rtol=1e-12)


def test_who_never_bought_has_no_usual_margin(offers_model, people):
    rows, names = people(30), list(offers_model.feature_names)

    usual = offers_model.score(rows, names=names)["offer_usual_margin"]

    assert np.array_equal(np.isnan(usual), np.isnan(rows[:, names.index("purchases_days_since_first")]))


def test_other_columns_are_refused(offers_model, people):
    with pytest.raises(WrongColumns):
        offers_model.predict(people(2), names=offers_model.feature_names[::-1])


def test_it_answers_the_same_to_the_last_bit_after_a_round_trip(offers_model, people):
    again = OfferModel.from_files(offers_model.to_files())

    rows = people(30)
    assert np.array_equal(again.predict(rows, names=again.feature_names), offers_model.predict(rows, names=again.feature_names))
    assert again.to_files() == offers_model.to_files()


def test_a_stored_model_repeats_its_golden_rows_and_shows_its_evidence_unopened(offers_model, tmp_path):
    sha = export_model(Home(tmp_path), offers_model, provenance={})

    check_golden_rows(Home(tmp_path), sha)
    assert set(json.loads(model_file(Home(tmp_path), sha, EVIDENCE))) == {"add_on", "gift"}
    assert set(json.loads(model_file(Home(tmp_path), sha, CONTACT_TIMES))) == {"email", "phone"}


def test_evidence_counts_what_was_shown_and_accepted(offers_model, shown):
    learned = shown(1500)
    gifts = learned.which == 2

    found = offers_model.knowledge.evidence["gift"]

    assert found.shown == gifts.sum()
    assert found.positives == learned.examples.labels[gifts].sum()
    assert asdict(found)["effect"] == "assumed"


def test_the_same_exposures_and_seed_give_the_same_bytes(shown, recipe, offers_model):
    made = []
    for _ in range(2):
        learned = shown(400)
        fitted = fit_offers(learned, recipe=recipe, seed=3)
        made.append(offer_model(fitted, learned, columns=_columns(offers_model), effects=offers_model.usual).to_files())

    assert made[0] == made[1]


def test_rows_of_no_weight_teach_nothing(shown, recipe):
    learned = shown(600)
    loud = np.arange(600) >= 400
    flipped = np.where(loud, 1.0, learned.examples.labels[:, 0])[:, None]
    weighed = replace(learned, examples=replace(learned.examples, labels=flipped, weights=(~loud).astype(np.float64)))

    levels = fit_offers(weighed, recipe=recipe, seed=0).chances(learned)

    quiet, heard = (fit_offers(each, recipe=recipe, seed=0).chances(learned) for each in (learned, _heard(learned, flipped)))
    assert abs(levels.mean() - quiet.mean()) < 0.05 < heard.mean() - quiet.mean()


def test_offers_that_everybody_takes_teach_nothing(shown, recipe):
    learned = shown(50)

    with pytest.raises(OneSided, match="wait for more answers"):
        fit_offers(learned.take(np.arange(50), labels=np.ones((50, 1))), recipe=recipe, seed=0)


def _columns(model):
    from models.offer import OfferColumns

    return OfferColumns(model.feature_names, model.channels)


def _heard(learned, labels):
    return replace(learned, examples=replace(learned.examples, labels=labels))


@pytest.fixture
def measured(offers_model):
    unknown = float("nan")
    answers = (
        ArmAnswer("add_on", "none", 0.01, -0.02, 0.04, 400, 300, "no effect is told apart from 0"),
        ArmAnswer("gift", "refused", unknown, unknown, unknown, 20, 10, "needs 100 decisions drawn by lot, 20 were"),
    )
    return replace(offers_model, uplift=UpliftModel(answers, None, "per_decision", offers_model.usual, "too few"))


def test_only_an_effect_that_was_measured_is_answered(measured, people):
    columns = measured.score(people(4), names=measured.feature_names)

    assert columns["offer_uplift_add_on"].tolist() == [0.0] * 4
    assert "offer_uplift_gift" not in columns


def test_an_effect_is_answered_of_offers_asked_about_alone(measured, people):
    gift = measured.offering(measured.offers[2:])

    assert list(gift.score(people(2), names=gift.feature_names)) == ["offer_acceptance_gift/email", "offer_usual_margin"]


def test_effects_are_the_same_after_a_round_trip(measured, people):
    again = OfferModel.from_files(measured.to_files())

    assert again.to_files() == measured.to_files()
    assert again.predict(people(3), names=again.feature_names).shape == (3, len(measured.offers) + 1)


def test_evidence_calls_an_effect_measured_where_it_was(measured, shown):
    learned = shown(1500)
    fitted = fit_offers(learned, recipe=OfferRecipe(), seed=0)

    made = offer_model(fitted, learned, columns=_columns(measured), effects=measured.uplift)

    assert {offer: each.effect for offer, each in made.knowledge.evidence.items()} == {"add_on": "measured", "gift": "assumed"}
