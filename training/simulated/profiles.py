"""Who is in the customer table, in which versions? As first seen, as joined, and corrected once somebody moved."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.times import DAY, HOUR
from training.simulated.columns import customer_ids, nulls, numbers, texts, times
from training.simulated.moment import Scene
from training.simulated.people import NEVER, Bools, Floats, Ints


def customers(scene: Scene, rng: np.random.Generator) -> pa.Table:
    """Return the customers table with `known_at`."""
    people, arrivals = scene.people, scene.world.arrivals
    joined = people.joins < scene.calendar.until
    moved = joined & (rng.random(len(people)) < scene.world.mess.moved_share)
    cost = np.take(arrivals.channel_costs, people.channel) * np.exp(
        arrivals.channel_cost_spread * rng.standard_normal(len(people))
    )
    new_country = rng.choice(len(arrivals.countries), len(people), p=arrivals.country_shares)
    moved_at = people.joins + (rng.exponential(scene.world.mess.moved_days, len(people)) * DAY).astype(np.int64)
    nothing, never = np.full(len(people), np.nan), np.full(len(people), NEVER)
    return pa.concat_tables(
        [
            _version(scene, people.country, nothing, joins=never, known_at=people.first_seen + HOUR // 2),
            _version(scene, people.country, cost, joins=people.joins, known_at=people.joins + HOUR // 6).filter(pa.array(joined)),
            _version(scene, new_country, cost, joins=people.joins, known_at=moved_at + DAY).filter(pa.array(moved)),
        ]
    )


def _version(scene: Scene, country: Ints, cost: Floats, *, joins: Ints, known_at: Ints) -> pa.Table:
    people, arrivals = scene.people, scene.world.arrivals
    count = len(people)
    return pa.table(
        {
            "customer_id": customer_ids(count),
            "first_seen_at": times(people.first_seen),
            "joined_at": times(joins),
            "profile_known_at": nulls(count, pa.timestamp("us", tz="UTC")),
            "channel": texts(people.channel, arrivals.channels),
            "acquisition_cost": numbers(np.round(cost, 2)),
            "segment": texts(people.segment, arrivals.segments),
            "country": texts(country, arrivals.countries),
            "language": texts(country, arrivals.languages),
            "consent": _consents(people.consent, arrivals.consent_channels),
            "display_name": pa.array([f"Customer {code:06d}" for code in range(count)]),
            "known_at": times(known_at),
        }
    )


def _consents(given: Bools, channels: tuple[str, ...]) -> pa.Array:
    """Return the lists of channels; nobody's list is null: no consent is an empty list."""
    _, channel = np.nonzero(given)
    offsets = np.concatenate([[0], np.cumsum(given.sum(axis=1))])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), texts(channel, channels))
