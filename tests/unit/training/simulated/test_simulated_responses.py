from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from training.simulated import WORLD, Ahead, Standing, draw_log, responses, true_effects
from training.simulated.people import Floats
from training.simulated.responses import situation

OFFERS = [offer.offer_id for offer in WORLD.offers.catalogue]


@pytest.fixture(scope="module")
def effects(crowd: Standing, ahead: Ahead) -> Floats:
    return true_effects(WORLD, crowd, ahead)


@pytest.fixture(scope="module")
def acceptance(crowd: Standing, ahead: Ahead) -> Floats:
    return responses(WORLD.offers, situation(crowd, ahead.as_of)).acceptance


def test_ranking_by_acceptance_is_worse_than_nothing_and_by_effect_better(effects: Floats, acceptance: Floats) -> None:
    rows = np.arange(len(effects))

    by_acceptance = effects[rows, acceptance.argmax(axis=1)].mean()
    by_effect = np.maximum(effects.max(axis=1), 0.0).mean()

    assert by_acceptance < 0.0
    assert by_effect > 1.2 * effects.mean(axis=0).max()


def test_an_upgrade_pressed_on_a_customer_with_an_open_complaint_harms(crowd: Standing, ahead: Ahead) -> None:
    upgrade = OFFERS.index("plan_upgrade")
    unhappy = replace(crowd, state=np.full(len(crowd), 4))
    calm = replace(crowd, state=np.full(len(crowd), 3))

    harmed, helped = (true_effects(WORLD, standing, ahead)[:, upgrade] for standing in (unhappy, calm))

    assert np.median(harmed) < 0.0 < np.median(helped)


def test_an_upgrade_harms_where_the_product_is_little_used(crowd: Standing, ahead: Ahead) -> None:
    upgrade = OFFERS.index("plan_upgrade")
    fading = replace(crowd, state=np.full(len(crowd), 6))
    little, much = (replace(fading, adoption=np.full(len(crowd), share)) for share in (0.2, 0.7))

    assert np.median(true_effects(WORLD, little, ahead)[:, upgrade]) < 0.0
    assert np.median(true_effects(WORLD, much, ahead)[:, upgrade]) > 0.0


@pytest.mark.parametrize("offer_id", OFFERS)
def test_every_offer_harms_somebody_and_pays_with_somebody(effects: Floats, offer_id: str) -> None:
    effect = effects[:, OFFERS.index(offer_id)]

    assert (effect < -0.5).mean() > 0.01
    assert (effect > 0.5).mean() > 0.001


def test_offers_are_accepted_only_sometimes(acceptance: Floats) -> None:
    assert (acceptance > 0.0).all()
    assert (acceptance < 1.0).all()
    assert acceptance.mean() < 0.5


@pytest.mark.parametrize("offer_id", OFFERS)
def test_drawn_rewards_have_the_true_effect_as_their_mean(crowd: Standing, ahead: Ahead, offer_id: str) -> None:
    usual = crowd.take(np.repeat(np.flatnonzero(crowd.monthly_margin < 100.0)[:25], 300))
    offer, nothing = np.full(len(usual), OFFERS.index(offer_id)), np.full(len(usual), -1)
    drawn, left_alone = (
        draw_log(WORLD, usual, chosen, ahead=ahead, rng=np.random.default_rng(9)).reward for chosen in (offer, nothing)
    )

    difference = drawn.mean() - left_alone.mean()

    error = np.sqrt((drawn.var() + left_alone.var()) / len(usual))
    assert abs(difference - true_effects(WORLD, usual, ahead)[:, offer[0]].mean()) < 4.0 * error


def test_what_is_not_offered_is_neither_shown_nor_accepted(crowd: Standing, ahead: Ahead) -> None:
    log = draw_log(WORLD, crowd, np.full(len(crowd), -1), ahead=ahead, rng=np.random.default_rng(1))

    assert not log.shown.any()
    assert not log.accepted.any()
