"""What do customers ask support for, and how well is it handled? Two versions a request: opened, and resolved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.times import HOUR, SECOND, WEEK
from training.simulated.columns import customer_ids, flags, numbered, numbers, texts, times
from training.simulated.lives import Lives
from training.simulated.moment import Scene
from training.simulated.people import NEVER, Bools, Floats, Ints


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
    """Draw all requests, in the order of their opening: each complaint of the latent state is one, the others are questions."""
    parts = [_complaints(scene, lives, rng), _questions(scene, lives, rng)]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Requests.__dataclass_fields__}
    order = np.argsort(columns["opened"], kind="stable")
    return Requests(**{name: column[order] for name, column in columns.items()})


def tickets(scene: Scene, asked: Requests, rng: np.random.Generator) -> pa.Table:
    """Return the tickets with `known_at`: as opened, and once more as resolved; what is not resolved before the end stays open."""
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
    opened = _inside_week(scene, lives, week, customer, rng=rng)
    resolved = np.maximum(opened + HOUR, scene.calendar.start + (week + lasts) * WEEK - _part(WEEK, len(week), rng))
    badness = np.clip(np.where(soured, 0.75, 0.35) + 0.18 * rng.standard_normal(len(week)), 0.0, 1.0)
    return Requests(
        customer, opened, np.ones(len(week), dtype=bool), badness, np.where(week + lasts > len(open_) - 1, NEVER, resolved)
    )


def _questions(scene: Scene, lives: Lives, rng: np.random.Generator) -> Requests:
    voice = scene.world.voice
    age = np.cumsum(lives.state >= 0, axis=0)
    rate = np.where(age <= 8, voice.new_ticket_rate, voice.ticket_rate) * (lives.open_to - lives.open_from)
    rate = rate * np.sqrt(np.minimum(scene.people.seats, 16.0)) * np.exp(0.3 * (lives.state // 3 == 2))
    week, customer = np.nonzero(rng.random(rate.shape) < -np.expm1(-rate))
    opened = _inside_week(scene, lives, week, customer, rng=rng)
    badness = np.clip(0.30 + 0.18 * rng.standard_normal(len(week)), 0.0, 1.0)
    lasting = (np.exp(1.8 + 2.0 * badness + rng.standard_normal(len(week))) * HOUR).astype(np.int64)
    complaint = rng.random(len(week)) < 0.03
    return Requests(customer, opened, complaint, badness, opened + lasting)


def _run_lengths(flags_by_week: Bools) -> Ints:
    """Return for each week how many weeks in a row, this one included, are true."""
    lengths = np.zeros(flags_by_week.shape, dtype=np.int64)
    following = np.zeros(flags_by_week.shape[1], dtype=np.int64)
    for week in range(len(flags_by_week) - 1, -1, -1):
        following = np.where(flags_by_week[week], following + 1, 0)
        lengths[week] = following
    return lengths


def _inside_week(scene: Scene, lives: Lives, week: Ints, customer: Ints, *, rng: np.random.Generator) -> Ints:
    opens, closes = lives.open_from[week, customer], lives.open_to[week, customer]
    share = opens + rng.random(len(week)) * (closes - opens)
    return scene.calendar.start + week * WEEK + np.minimum((share * WEEK).astype(np.int64), WEEK - 1)


def _resolved_rows(scene: Scene, asked: Requests, rng: np.random.Generator) -> pa.Table:
    voice, count, bad = scene.world.voice, len(asked), asked.badness
    answered = asked.opened + np.minimum(
        (np.exp(0.4 + 3.6 * bad + 0.9 * rng.standard_normal(count)) * HOUR).astype(np.int64), asked.resolved - asked.opened
    )
    channel = rng.choice(len(voice.ticket_channels), count, p=(0.4, 0.25, 0.2, 0.15))
    waiting = np.where(np.isin(channel, (1, 2)), np.round(np.exp(3.6 + 2.8 * bad + 0.7 * rng.standard_normal(count))), np.nan)
    delighted = rng.random(count) < 0.25 * np.clip(0.6 - bad, 0.0, 1.0)
    contacts = 1.0 + rng.poisson(2.2 * bad)
    known = asked.resolved < NEVER
    return pa.table(
        {
            "customer_id": texts(asked.customer, customer_ids(len(scene.people))),
            "ticket_id": numbered("t", np.arange(count), width=7),
            "opened_at": times(asked.opened),
            "channel": texts(channel, voice.ticket_channels),
            "topic": texts(_topics(asked, len(voice.ticket_topics), rng), voice.ticket_topics),
            "complaint": pa.array(asked.complaint),
            "first_response_at": times(np.where(known, answered, NEVER)),
            "resolved_at": times(asked.resolved),
            "last_update_at": times(np.where(known, answered + (asked.resolved - answered) // 2, NEVER)),
            "contacts": numbers(contacts),
            "hand_overs": numbers(_whole(contacts / 2.0 * rng.random(count) + bad)),
            "waiting_seconds": numbers(waiting),
            "abandoned": flags(rng.random(count) < 0.15 * bad, ~np.isnan(waiting)),
            "delighted": pa.array(delighted),
            "delight_factor": texts(np.where(delighted, rng.integers(0, 4, count), -1), voice.delight_factors),
            "known_at": times(np.where(known, asked.resolved + _part(300 * SECOND, count, rng), NEVER)),
        }
    )


def _whole(values: Floats) -> Floats:
    return np.asarray(np.floor(values))


def _topics(asked: Requests, count: int, rng: np.random.Generator) -> Ints:
    usual = rng.integers(0, count, len(asked))
    return np.where(asked.complaint, rng.integers(1, 3, len(asked)), usual)


def _as_opened(whole: pa.Table) -> pa.Table:
    """Return the version of each request that was known when it was opened."""
    later = whole.column_names[whole.column_names.index("first_response_at") : -1]
    for name in later:
        whole = whole.set_column(whole.column_names.index(name), name, pa.nulls(len(whole), whole[name].type))
    return whole.set_column(len(whole.column_names) - 1, "known_at", whole["opened_at"])


def _part(of: int, count: int, rng: np.random.Generator) -> Ints:
    return (rng.random(count) * of).astype(np.int64)
