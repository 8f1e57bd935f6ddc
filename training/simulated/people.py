"""Who are the people, before anything happens to them? Traits that never change, and the day they are first seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.times import DAY, WEEK, Timestamp
from training.simulated.world import World

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]

NEVER: Timestamp = np.iinfo(np.int64).max // 4
"""A moment after everything; a quarter of the range, so that adding days never overflows."""


@dataclass(frozen=True)
class People:
    """One element per person; codes point into the tuples of the world.

    `hazard` is the weekly hazard of leaving in the state (steady, calm) out of season; `slow` is how slowly the person finds into
    the product (standard normal, higher = slower); `openness`, one column per offer, is the taste the old policy knows.
    """

    first_seen: Ints
    joins: Ints
    channel: Ints
    segment: Ints
    country: Ints
    consent: Bools
    frailty: Floats
    slow: Floats
    hazard: Floats
    term: Ints
    late: Ints
    seats: Floats
    monthly_margin: Floats
    margin_rate: Floats
    level: Floats
    adoption: Floats
    price_sensitivity: Floats
    openness: Floats

    def __len__(self) -> int:
        return len(self.first_seen)


@dataclass(frozen=True)
class Calendar:
    """The weeks of the simulated time: `weeks` of them, the last one ending at `until`."""

    until: Timestamp
    weeks: int

    @property
    def start(self) -> Timestamp:
        """Return the start of the first week."""
        return self.until - self.weeks * WEEK


def draw_people(world: World, count: int, calendar: Calendar, rng: np.random.Generator) -> People:
    """Draw `count` people, in the order in which they are first seen."""
    arrivals = world.arrivals
    channel = rng.choice(len(arrivals.channels), count, p=arrivals.channel_shares)
    segment = rng.choice(len(arrivals.segments), count, p=arrivals.segment_shares)
    frailty = world.leaving.frailty_spread * rng.standard_normal(count)
    frailty += np.take(arrivals.channel_frailty, channel) + np.take(arrivals.segment_frailty, segment)
    slow = rng.standard_normal(count)
    first_seen = _first_seen(world, count, calendar, rng)
    seats = _seats(world, segment, rng)
    margin_rate = rng.uniform(world.contracts.margin_low, world.contracts.margin_high, count)
    price = _monthly_price(world, seats, rng)
    return People(
        first_seen=first_seen,
        joins=_joins(world, first_seen, rng),
        channel=channel,
        segment=segment,
        country=rng.choice(len(arrivals.countries), count, p=arrivals.country_shares),
        consent=_consent(world, count, rng),
        frailty=frailty,
        slow=slow,
        hazard=world.leaving.weekly * np.exp(frailty + world.leaving.slow_onboarding * slow),
        term=_terms(world, segment, rng),
        late=_late(world, count, rng),
        seats=seats,
        monthly_margin=price * margin_rate,
        margin_rate=margin_rate,
        level=world.engagement.level_spread * rng.standard_normal(count) + world.engagement.level_seats * np.log(seats),
        adoption=_adoption(world, frailty, slow, rng),
        price_sensitivity=rng.standard_normal(count) + world.offers.price_frailty * frailty,
        openness=world.offers.taste_spread * rng.standard_normal((count, len(world.offers.catalogue))),
    )


def _adoption(world: World, frailty: Floats, slow: Floats, rng: np.random.Generator) -> Floats:
    engagement = world.engagement
    usual = engagement.adoption_usual + engagement.adoption_frailty * frailty + engagement.adoption_slow * slow
    return np.asarray(np.clip(usual + engagement.adoption_spread * rng.standard_normal(len(slow)), *engagement.adoption_limits))


def _first_seen(world: World, count: int, calendar: Calendar, rng: np.random.Generator) -> Ints:
    """Return arrivals over the whole time, denser every year; the founding share is there in the first eight weeks."""
    years = calendar.weeks * WEEK / (365.25 * DAY)
    growth = np.log(world.arrivals.growth_a_year) * years
    share = np.log1p(rng.random(count) * np.expm1(growth)) / growth
    founding = rng.random(count) < world.arrivals.founding_share
    weeks = np.where(founding, rng.random(count) * min(8, calendar.weeks), share * calendar.weeks)
    return np.sort(calendar.start + (weeks * WEEK).astype(np.int64))


def _joins(world: World, first_seen: Ints, rng: np.random.Generator) -> Ints:
    waiting = (rng.exponential(world.arrivals.weeks_to_join, len(first_seen)) * WEEK).astype(np.int64)
    never = rng.random(len(first_seen)) < world.arrivals.prospect_share
    return np.where(never, NEVER, first_seen + waiting)


def _consent(world: World, count: int, rng: np.random.Generator) -> Bools:
    given = rng.random((count, len(world.arrivals.consent_shares))) < np.array(world.arrivals.consent_shares)
    none = rng.random(count) < world.arrivals.no_consent_share
    return np.asarray(given & ~none[:, None])


def _terms(world: World, segment: Ints, rng: np.random.Generator) -> Ints:
    yearly = rng.random(len(segment)) < np.take(world.arrivals.segment_annual, segment)
    return np.take(np.array(world.contracts.term_days, dtype=np.int64), yearly.astype(np.int64)) * DAY


def _late(world: World, count: int, rng: np.random.Generator) -> Ints:
    """Return by how much each person always pays late: a fixed habit, so that the next term is known from the last."""
    late = rng.random(count) < world.contracts.late_payer_share
    return np.where(late, rng.integers(1, world.contracts.late_days + 1, count), 0) * DAY


def _seats(world: World, segment: Ints, rng: np.random.Generator) -> Floats:
    spread = np.where(segment == 0, 0.0, world.arrivals.seat_spread)
    return np.maximum(
        1.0, np.round(np.take(world.arrivals.segment_seats, segment) * np.exp(spread * rng.standard_normal(len(segment))))
    )


def _monthly_price(world: World, seats: Floats, rng: np.random.Generator) -> Floats:
    """Return the price of 30 days: nearly proportional to seats, log-normal, with a few very large accounts."""
    contracts = world.contracts
    price = contracts.seat_price * seats**contracts.seat_power * np.exp(contracts.price_spread * rng.standard_normal(len(seats)))
    tail = rng.random(len(seats)) < contracts.tail_share
    return np.where(tail, price * (1.0 + rng.pareto(contracts.tail_index, len(seats))), price)
