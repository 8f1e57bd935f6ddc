"""What do customers ask support for, and how well is it handled? Two versions a request: opened, and resolved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.times import HOUR, SECOND, WEEK
from training.simulated.columns import customer_ids, flags, numbered, numbers, texts, times
from training.simulated.lives import Lives, sometime
from training.simulated.moment import Scene
from training.simulated.people import NEVER, Bools, Floats, Ints
from training.simulated.world import Support


@dataclass(frozen=True)
class Requests:
    """One element per request. `badness` (0 to 1) is how badly it is handled; a resentful customer remembers it."""

    customer: Ints
    opened: Ints
    complaint: Bools
    badness: Floats
    resolved: Ints

    def __len__(self) -> int:
        return len(self.customer)


def requests(scene: Scene, lives: Lives, rng: np.random.Generator) -> Requests:
    """Draw all requests, in the order of their opening: complaints of the latent state, and questions."""
    parts = [_complaints(scene, lives, rng), _questions(scene, lives, rng)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Requests.__dataclass_fields__}
    order = np.argsort(columns["opened"], kind="stable")
    return Requests(**{name: column[order] for name, column in columns.items()})


def tickets(scene: Scene, asked: Requests, rng: np.random.Generator) -> pa.Table:
    """Return the tickets with `known_at`: as opened, and once more as resolved; what is not resolved by the end stays open."""
    whole = _resolved_rows(scene, asked, rng)
    opened = _as_opened(whole)
    resolved = whole.filter(pa.array(asked.resolved < scene.calendar.until))
    return pa.concat_tables([opened, resolved])


def _complaints(scene: Scene, lives: Lives, rng: np.random.Generator) -> Requests:
    """Return a request for every week in which the latent trouble begins, resolved in the week in which it ends."""
    open_ = (lives.state >= 0) & (lives.state % 3 == 1)
    begins = open_ & ~np.vstack([np.zeros_like(open_[:1]), open_[:-1]])
    week, customer = np.nonzero(begins)
    lasts = _run_lengths(open_)[week, customer]
    after = np.minimum(week + lasts, len(open_) - 1)
    soured = (lives.state[after, customer] % 3 == 2) & (lives.state[after, customer] >= 0)
    opened = scene.calendar.start + sometime(lives, week, customer, rng=rng)
    resolved = np.maximum(opened + HOUR, scene.calendar.start + (week + lasts) * WEEK - _part(WEEK, len(week), rng))
    badness = _badness(scene, np.where(soured, 2, 1), rng)
    return Requests(
        customer, opened, np.ones(len(week), dtype=bool), badness, np.where(week + lasts > len(open_) - 1, NEVER, resolved)
    )


def _questions(scene: Scene, lives: Lives, rng: np.random.Generator) -> Requests:
    support = scene.world.support
    age = np.cumsum(lives.state >= 0, axis=0)
    rate = np.where(age <= support.new_weeks, support.new_rate, support.rate) * (lives.open_to - lives.open_from)
    rate = rate * np.sqrt(np.minimum(scene.people.seats, support.seats_cap)) * np.exp(support.fading * (lives.state // 3 == 2))
    week, customer = np.nonzero(rng.random(rate.shape) < -np.expm1(-rate))
    opened = scene.calendar.start + sometime(lives, week, customer, rng=rng)
    badness = _badness(scene, np.zeros(len(week), dtype=np.int64), rng)
    lasting = (_duration(support.hours_lasting, badness, rng) * HOUR).astype(np.int64)
    complaint = rng.random(len(week)) < support.unlucky_complaints
    return Requests(customer, opened, complaint, badness, opened + lasting)


def _run_lengths(flags_by_week: Bools) -> Ints:
    """Return for each week how many weeks in a row, this one included, are true."""
    lengths = np.zeros(flags_by_week.shape, dtype=np.int64)
    following = np.zeros(flags_by_week.shape[1], dtype=np.int64)
    for week in range(len(flags_by_week) - 1, -1, -1):
        following = np.where(flags_by_week[week], following + 1, 0)
        lengths[week] = following
    return lengths


def _resolved_rows(scene: Scene, asked: Requests, rng: np.random.Generator) -> pa.Table:
    support, count, bad = scene.world.support, len(asked), asked.badness
    first = (_duration(support.hours_to_answer, bad, rng) * HOUR).astype(np.int64)
    answered = asked.opened + np.minimum(first, asked.resolved - asked.opened)
    channel = rng.choice(len(support.channels), count, p=support.channel_shares)
    live = channel >= len(support.channels) - support.live_channels
    waiting = np.where(live, np.round(_duration(support.seconds_waiting, bad, rng)), np.nan)
    delighted = rng.random(count) < support.delighted * np.maximum(support.delighted_below - bad, 0.0)
    contacts = np.asarray(1.0 + rng.poisson(support.contacts * bad), dtype=np.float64)
    hand_overs = np.asarray(np.floor(contacts / 2.0 * rng.random(count) + bad))
    known = asked.resolved < NEVER
    return pa.table(
        {
            "customer_id": texts(asked.customer, customer_ids(len(scene.people))),
            "ticket_id": numbered("t", np.arange(count), width=7),
            "opened_at": times(asked.opened),
            "channel": texts(channel, support.channels),
            "topic": texts(_topics(support, asked, rng), support.topics),
            "complaint": pa.array(asked.complaint),
            "first_response_at": times(np.where(known, answered, NEVER)),
            "resolved_at": times(asked.resolved),
            "last_update_at": times(np.where(known, answered + (asked.resolved - answered) // 2, NEVER)),
            # every fourth contact undid a resolution: no draw of its own, since the draws of this world are frozen
            "reopened": numbers(np.floor(contacts / 4.0)),
            "contacts": numbers(contacts),
            "hand_overs": numbers(hand_overs),
            "waiting_seconds": numbers(waiting),
            "abandoned": flags(rng.random(count) < support.abandoned * bad, live),
            "delighted": pa.array(delighted),
            "delight_factor": texts(np.where(delighted, rng.integers(0, 4, count), -1), support.delight_factors),
            "known_at": times(np.where(known, asked.resolved + _part(300 * SECOND, count, rng), NEVER)),
        }
    )


def _topics(support: Support, asked: Requests, rng: np.random.Generator) -> Ints:
    """Return codes of topics; complaints are about the last few."""
    count = len(support.topics)
    usual = rng.integers(0, count, len(asked))
    return np.where(asked.complaint, rng.integers(count - support.complaint_topics, count, len(asked)), usual)


def _badness(scene: Scene, what: Ints, rng: np.random.Generator) -> Floats:
    support = scene.world.support
    return np.clip(np.take(support.badness, what) + support.badness_spread * rng.standard_normal(len(what)), 0.0, 1.0)


def _duration(of: tuple[float, float, float], badness: Floats, rng: np.random.Generator) -> Floats:
    """Return log-normal durations, longer the worse the handling."""
    usual, by_badness, spread = of
    return np.asarray(np.exp(usual + by_badness * badness + spread * rng.standard_normal(len(badness))))


def _as_opened(whole: pa.Table) -> pa.Table:
    """Return the version of each request that was known when it was opened."""
    later = whole.column_names[whole.column_names.index("first_response_at") : -1]
    for name in later:
        whole = whole.set_column(whole.column_names.index(name), name, pa.nulls(len(whole), whole[name].type))
    return whole.set_column(len(whole.column_names) - 1, "known_at", whole["opened_at"])


def _part(of: int, count: int, rng: np.random.Generator) -> Ints:
    return (rng.random(count) * of).astype(np.int64)
