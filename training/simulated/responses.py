"""What does an offer do to a customer? The frozen response model: who says yes, and what it does to hazard and margin.

Pure functions of the latent situation, so that a log of decisions can be drawn from it without simulating any history.
Some offers harm: an upgrade pressed on a customer who uses little of the product, or who has an open complaint; and a gift nearly
everybody accepts costs more than it brings, so that ranking offers by acceptance is measurably worse than ranking by effect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from features.times import WEEK, Timestamp
from training.simulated.offer_catalogue import Offer, Offers
from training.simulated.outlook import Ahead, Outlook, lived_outlook, outlook
from training.simulated.people import Bools, Floats, Ints
from training.simulated.standing import Standing
from training.simulated.world import World

_Numbers = TypeVar("_Numbers", Floats, Ints)


@dataclass(frozen=True)
class Responses:
    """One row per customer, one column per offer of the catalogue: what happens if the offer is shown.

    `level_accepted` and `level_declined` index `Offers.levels`, the factor on the hazard for the next quarter; the level 1.0
    leaves what is in force. `margin_now` is earned at acceptance; `price` is a factor on all margin that follows, `renewals` on
    that of terms.
    """

    acceptance: Floats
    level_accepted: Ints
    level_declined: Ints
    margin_now: Floats
    price: Floats
    renewals: Floats
    cost_shown: Floats
    cost_accepted: Floats


@dataclass(frozen=True)
class Situation:
    """What the response model sees of a customer: flags and latent numbers, one element each."""

    growing: Bools
    fading: Bools
    complaint: Bools
    troubled: Bools
    slow: Floats
    adoption: Floats
    price: Floats
    tenure_weeks: Floats
    monthly_margin: Floats

    def __len__(self) -> int:
        return len(self.growing)


@dataclass(frozen=True)
class DrawnLog:
    """What became of decisions drawn without a history: shown, accepted, and the reward (realised margin less cost)."""

    shown: Bools
    accepted: Bools
    reward: Floats


def situation(standing: Standing, as_of: Timestamp) -> Situation:
    """Return what the response model sees of a standing."""
    regime, trouble = standing.state // 3, standing.state % 3
    return Situation(
        growing=regime == 0,
        fading=regime == 2,
        complaint=trouble == 1,
        troubled=trouble > 0,
        slow=standing.slow,
        adoption=standing.adoption,
        price=standing.price_sensitivity,
        tenure_weeks=(as_of - standing.started) / WEEK,
        monthly_margin=standing.monthly_margin,
    )


def responses(offers: Offers, seen: Situation) -> Responses:
    """Return what every offer of the catalogue would do to every customer."""
    catalogue, flat = offers.catalogue, np.ones(len(seen))
    margin = seen.monthly_margin
    earned = {"plan_upgrade": (offers.upgrade_factor - 1.0) * margin, "add_on_pack": offers.add_on_factor * margin}
    accepted, declined = _levels_accepted(offers, seen), _levels_declined(offers, seen)
    unchanged = flat.astype(np.int64) * offers.levels.index(1.0)
    return Responses(
        acceptance=np.stack([_acceptance(offer, seen) for offer in catalogue], axis=1),
        level_accepted=_columns(catalogue, accepted, unchanged),
        level_declined=_columns(catalogue, declined, unchanged),
        margin_now=_columns(catalogue, earned, 0.0 * flat),
        price=_columns(catalogue, {"plan_upgrade": offers.upgrade_factor * flat}, flat),
        renewals=_columns(catalogue, {"retention_discount": offers.discount_factor * flat}, flat),
        cost_shown=np.stack([offer.cost_shown * flat for offer in catalogue], axis=1),
        cost_accepted=np.stack([offer.cost_accepted + offer.cost_share * margin for offer in catalogue], axis=1),
    )


def true_effects(world: World, standing: Standing, ahead: Ahead) -> Floats:
    """Return the expected margin that deciding on each offer adds to deciding on nothing, over the last horizon; rows x offers.

    Exact given the latent situation, costs included, and by intention to treat: an offer is shown with `shown_share`.
    """
    offers, answer = world.offers, responses(world.offers, situation(standing, ahead.as_of))
    ways = _ways(world, standing, ahead)
    left_alone = ways[offers.levels.index(1.0)].margin[:, -1, None]
    yes = answer.margin_now - answer.cost_accepted + _margin_at(ways, answer.level_accepted, answer)
    no = _margin_at(ways, answer.level_declined, None)
    shown = answer.acceptance * yes + (1.0 - answer.acceptance) * no - answer.cost_shown - left_alone
    return np.asarray(offers.shown_share * shown)


def draw_log(world: World, standing: Standing, chosen: Ints, *, ahead: Ahead, rng: np.random.Generator) -> DrawnLog:
    """Draw what becomes of one decision per customer: `chosen` is the column of an offer, -1 for nothing."""
    offers, answer = world.offers, responses(world.offers, situation(standing, ahead.as_of))
    rows, offered = np.arange(len(chosen)), np.maximum(chosen, 0)
    shown = (chosen >= 0) & (rng.random(len(chosen)) < offers.shown_share)
    accepted = shown & (rng.random(len(chosen)) < answer.acceptance[rows, offered])
    level = np.where(accepted, answer.level_accepted[rows, offered], answer.level_declined[rows, offered])
    level = np.where(shown, level, offers.levels.index(1.0))
    terms, extra = _lived(world, standing, ahead, level, rng=rng)
    margin = np.where(accepted, answer.price[rows, offered] * (answer.renewals[rows, offered] * terms + extra), terms + extra)
    gained = np.where(accepted, answer.margin_now[rows, offered] - answer.cost_accepted[rows, offered], 0.0)
    return DrawnLog(shown, accepted, margin + gained - np.where(shown, answer.cost_shown[rows, offered], 0.0))


def _ways(world: World, standing: Standing, ahead: Ahead) -> list[Outlook]:
    """Return the outlook at each level of the hazard; the level 1.0 leaves what is in force."""
    return [outlook(world, standing, _at_level(ahead, level)) for level in world.offers.levels]


def _at_level(ahead: Ahead, level: float) -> Ahead:
    return Ahead(ahead.as_of, ahead.horizons_days, ahead.calendar_start, None if level == 1.0 else level)


def _margin_at(ways: Sequence[Outlook], level: Ints, answer: Responses | None) -> Floats:
    terms = np.take_along_axis(np.stack([way.terms[:, -1] for way in ways], axis=1), level, axis=1)
    extra = np.take_along_axis(np.stack([way.extra[:, -1] for way in ways], axis=1), level, axis=1)
    return terms + extra if answer is None else answer.price * (answer.renewals * terms + extra)


def _lived(world: World, standing: Standing, ahead: Ahead, level: Ints, *, rng: np.random.Generator) -> tuple[Floats, Floats]:
    terms, extra = np.zeros(len(standing)), np.zeros(len(standing))
    for code, factor in enumerate(world.offers.levels):
        rows = np.flatnonzero(level == code)
        life = lived_outlook(world, standing.take(rows), _at_level(ahead, factor), rng)
        terms[rows], extra[rows] = life.terms[:, -1], life.extra[:, -1]
    return terms, extra


def _acceptance(offer: Offer, seen: Situation) -> Floats:
    drivers = {
        "always": np.ones(len(seen)),
        "price": seen.price,
        "slow": seen.slow,
        "adoption": 2.0 * (seen.adoption - 0.5),
        "growing": seen.growing.astype(np.float64),
        "fading": seen.fading.astype(np.float64),
        "trouble": seen.troubled.astype(np.float64),
    }
    score = np.sum([weight * drivers[name] for name, weight in offer.yes.items()], axis=0)
    return np.asarray(1.0 / (1.0 + np.exp(-score)))


def _levels_accepted(offers: Offers, seen: Situation) -> Mapping[str, Ints]:
    best, better, same, _, worst = range(len(offers.levels))
    needs_help = (seen.slow > offers.slow_from) | (seen.adoption < offers.low_adoption)
    return {
        "retention_discount": np.select([seen.fading, ~seen.growing], [best, better], same),
        "training_session": np.select([needs_help & ~seen.complaint, seen.fading], [best, better], same),
        "priority_support": np.select([seen.troubled, seen.fading], [best, better], same),
        "plan_upgrade": np.select([_harmed(offers, seen), seen.adoption > offers.high_adoption], [worst, better], same),
        "add_on_pack": np.select([seen.complaint, seen.adoption > offers.high_adoption], [worst, better], same),
        "loyalty_gift": np.where(~seen.fading & (seen.tenure_weeks > offers.loyal_weeks), better, same),
    }


def _levels_declined(offers: Offers, seen: Situation) -> Mapping[str, Ints]:
    same, worse, worst = range(2, len(offers.levels))
    return {
        "plan_upgrade": np.select([seen.complaint, _harmed(offers, seen)], [worst, worse], same),
        "add_on_pack": np.where(seen.complaint, worse, same),
    }


def _harmed(offers: Offers, seen: Situation) -> Bools:
    return np.asarray(seen.complaint | (seen.adoption < offers.low_adoption))


def _columns(catalogue: Sequence[Offer], known: Mapping[str, _Numbers], otherwise: _Numbers) -> _Numbers:
    return np.stack([known.get(offer.offer_id, otherwise) for offer in catalogue], axis=1)
