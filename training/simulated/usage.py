"""When is which feature of the product used, and by whom? Millions of events, drawn all at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.times import DAY, WEEK, monday_at_or_before
from training.simulated.columns import customer_ids, numbered, numbers, texts, times
from training.simulated.lives import Lives
from training.simulated.moment import Matrix, Scene
from training.simulated.people import Floats, Ints
from training.simulated.world import Engagement

_YEAR_DAYS = 365.25


def usage(scene: Scene, lives: Lives, rng: np.random.Generator) -> pa.Table:
    """Return the usage table without `known_at`, in the order of weeks; people who take long to pay go on using."""
    week, customer = _who_and_when(scene, lives, rng)
    engagement = scene.world.engagement
    feature = _features(engagement, lives.adoption[week, customer], rng)
    user = (rng.random(len(week)) ** engagement.user_skew * _users(scene)[customer]).astype(np.int64)
    quantity = np.round(np.exp(engagement.quantity_spread * rng.standard_normal(len(week))) * (1.0 + feature % 4), 2)
    return pa.table(
        {
            "customer_id": texts(customer, customer_ids(len(scene.people))),
            "event_id": numbered("u", np.arange(len(week)), width=8),
            "occurred_at": times(_moments(scene, lives, week, customer, rng=rng)),
            "feature": texts(feature, engagement.features),
            "quantity": numbers(quantity),
            "user_id": _user_ids(scene, customer, user),
        }
    )


def season(engagement: Engagement, week_starts: Ints) -> Floats:
    """Return the factor of the time of the year: low in summer, lowest around the New Year."""
    day = (week_starts / DAY) % _YEAR_DAYS
    last, first = engagement.holidays
    wave = 1.0 + engagement.season * np.cos(2 * np.pi * (day - engagement.season_peak_day) / _YEAR_DAYS)
    return np.where((day > last) | (day < first), engagement.holiday_factor, wave)


def _who_and_when(scene: Scene, lives: Lives, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return week and customer of every event: counts are Poisson with a gamma factor of the week, as wide as life."""
    engagement, calendar = scene.world.engagement, scene.calendar
    starts = calendar.start + np.arange(calendar.weeks) * WEEK
    rate = engagement.events_a_week * np.exp(lives.level, dtype=np.float64) * (lives.open_to - lives.open_from)
    rate *= season(engagement, starts)[:, None]
    shape = engagement.week_noise_shape
    counts = rng.poisson(rate * rng.gamma(shape, 1.0 / shape, rate.shape))
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    return cells // counts.shape[1], cells % counts.shape[1]


def _features(engagement: Engagement, adoption: Matrix, rng: np.random.Generator) -> Ints:
    """Return codes of features: the better adopted, the deeper; the first features are the plainest and the most used."""
    count, always = len(engagement.features), engagement.features_always
    reach = always + (count - always) * adoption
    return np.minimum(rng.random(len(adoption)) ** engagement.feature_skew * reach, count - 1).astype(np.int64)


def _users(scene: Scene) -> Ints:
    return np.minimum(scene.people.seats, scene.world.engagement.users_cap).astype(np.int64)


def _user_ids(scene: Scene, customer: Ints, user: Ints) -> pa.Array:
    """Return ids of users, unique over customers."""
    users = _users(scene)
    first = np.cumsum(users) - users
    return texts(first[customer] + user, numbered("p", np.arange(users.sum()), width=6))


def _moments(scene: Scene, lives: Lives, week: Ints, customer: Ints, *, rng: np.random.Generator) -> Ints:
    """Return moments inside the part of the week in which the person was a customer; whole weeks follow workdays and daytime."""
    opens, closes = lives.open_from[week, customer], lives.open_to[week, customer]
    anywhere = (opens + rng.random(len(week)) * (closes - opens)) * WEEK
    whole = (opens <= 0.0) & (closes >= 1.0)
    inside = np.where(whole, _office_hours(scene, len(week), rng), anywhere.astype(np.int64))
    return scene.calendar.start + week * WEEK + np.minimum(inside, WEEK - 1)


def _office_hours(scene: Scene, count: int, rng: np.random.Generator) -> Ints:
    """Return moments since the start of a week of the calendar, by weekday and around the early afternoon."""
    offset = (scene.calendar.start - monday_at_or_before(scene.calendar.start)) // DAY
    weights = np.roll(scene.world.engagement.weekday_weights, -offset)
    day = np.searchsorted(np.cumsum(weights) / np.sum(weights), rng.random(count), side="right")
    usual, spread = scene.world.engagement.hour_of_day
    hour = np.clip(usual + spread * rng.standard_normal(count), 0.0, 23.999)
    return np.minimum(day, 6) * DAY + (hour / 24.0 * DAY).astype(np.int64)
