"""What do customers say? Surveys they answer, mentions in public, and the steps of onboarding they reach."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.times import DAY, WEEK
from training.simulated.columns import customer_ids, numbered, numbers, texts, times
from training.simulated.lives import Lives, sometime
from training.simulated.moment import Scene
from training.simulated.people import NEVER, Floats, Ints
from training.simulated.support import Requests
from training.simulated.world import Voice

_NPS, _CSAT, _CES = range(3)
_SURVEYS = ("nps", "csat", "ces")


def satisfaction(scene: Scene, lives: Lives, week: Ints, customer: Ints) -> Floats:
    """Return how satisfied customers are in a week, about -3 to 2: by regime and trouble, and by who they are."""
    state = np.maximum(lives.state[week, customer], 0)
    voice, people = scene.world.voice, scene.people
    mood = np.take(voice.mood_regimes, state // 3) + np.take(voice.mood_troubles, state % 3)
    return np.asarray(mood + voice.mood_frailty * people.frailty[customer] + voice.mood_slow * people.slow[customer])


def surveys(scene: Scene, lives: Lives, asked: Requests, rng: np.random.Generator) -> pa.Table:
    """Return the answered surveys without `known_at`: NPS by calendar, CSAT after a request, CES after a question."""
    parts = [_nps(scene, lives, rng), _after_requests(scene, asked, _CSAT, rng), _after_requests(scene, asked, _CES, rng)]
    kind = np.repeat(np.arange(3), [len(customer) for customer, _ in parts])
    customer, at = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    mood = satisfaction(scene, lives, _week(scene, at), customer) + scene.world.voice.mood_noise * rng.standard_normal(len(at))
    speaks = rng.random(len(at)) < scene.world.voice.comment_share
    topics = scene.world.voice.comment_topics
    return pa.table(
        {
            "customer_id": texts(customer, customer_ids(len(scene.people))),
            "survey_id": numbered("s", np.arange(len(at)), width=7),
            "answered_at": times(at),
            "kind": texts(kind, _SURVEYS),
            "score": numbers(_score(scene.world.voice, kind, mood)),
            "comment_topic": texts(np.where(speaks, rng.integers(0, len(topics), len(at)), -1), topics),
            "comment_sentiment": numbers(np.where(speaks, np.round(np.tanh(scene.world.voice.sentiment * mood), 2), np.nan)),
        }
    )


def mentions(scene: Scene, lives: Lives, rng: np.random.Generator) -> pa.Table:
    """Return public mentions without `known_at`; the very pleased and the angry speak most, some of them unknown."""
    voice = scene.world.voice
    spoken = rng.random(lives.state.shape) < voice.mention_rate * (lives.open_to - lives.open_from)
    week, customer = np.nonzero(spoken)
    mood = satisfaction(scene, lives, week, customer) + voice.mood_noise * rng.standard_normal(len(week))
    chosen = rng.random(len(week)) < voice.mention_share[0] + voice.mention_share[1] * np.abs(mood)
    week, customer, mood = week[chosen], customer[chosen], mood[chosen]
    named = rng.random(len(week)) >= voice.mention_unknown
    return pa.table(
        {
            "customer_id": texts(np.where(named, customer, -1), customer_ids(len(scene.people))),
            "mention_id": numbered("m", np.arange(len(week)), width=6),
            "occurred_at": times(scene.calendar.start + sometime(lives, week, customer, rng=rng)),
            "network": texts(rng.integers(0, len(voice.networks), len(week)), voice.networks),
            "sentiment": numbers(np.asarray(np.round(np.tanh(voice.sentiment * mood), 2), dtype=np.float64)),
        }
    )


def milestones(scene: Scene, lives: Lives, rng: np.random.Generator) -> pa.Table:
    """Return the steps of onboarding reached, without `known_at`: how slowly shows early what raises the hazard for good."""
    voice, people = scene.world.voice, scene.people
    shape = (len(people), len(voice.milestones))
    pace = np.exp(voice.milestone_slow * people.slow[:, None] + voice.milestone_spread * rng.standard_normal(shape))
    reached = people.joins[:, None] + (pace * np.array(voice.milestone_days) * DAY).astype(np.int64)
    counts = (people.joins[:, None] < NEVER) & (reached < scene.calendar.until) & (rng.random(shape) < voice.milestone_share)
    customer, step = np.nonzero(counts)
    at = reached[customer, step]
    there = lives.state[_week(scene, at), customer] >= 0
    customer, step, at = customer[there], step[there], at[there]
    return pa.table(
        {
            "customer_id": texts(customer, customer_ids(len(people))),
            "milestone_id": numbered("k", np.arange(len(at)), width=7),
            "reached_at": times(at),
            "milestone": texts(step, voice.milestones),
        }
    )


def _nps(scene: Scene, lives: Lives, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return who answers the survey that goes out every few weeks of a contract, and when."""
    voice = scene.world.voice
    weeks = np.cumsum(lives.state >= 0, axis=0)
    due = (weeks >= 6) & ((weeks - 6) % voice.nps_every_weeks == 0) & (lives.state >= 0)
    week, customer = np.nonzero(due & (rng.random(due.shape) < voice.nps_answers))
    return customer, scene.calendar.start + sometime(lives, week, customer, rng=rng)


def _after_requests(scene: Scene, asked: Requests, kind: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    voice = scene.world.voice
    share = voice.csat_answers if kind == _CSAT else voice.ces_answers
    at = asked.resolved + (rng.exponential(1.0, len(asked)) * DAY).astype(np.int64)
    answers = (at < scene.calendar.until) & (rng.random(len(asked)) < share)
    return asked.customer[answers], at[answers]


def _score(voice: Voice, kind: Ints, mood: Floats) -> Floats:
    """Return NPS 0..10, CSAT 1..5 or CES 1..7 for a mood around 0."""
    lowest, highest = np.take(((0, 1, 1), (10, 5, 7)), kind, axis=1)
    middle, step = np.take(voice.score_middle, kind), np.take(voice.score_step, kind)
    return np.asarray(np.clip(np.round(middle + step * mood), lowest, highest))


def _week(scene: Scene, at: Ints) -> Ints:
    return np.minimum((at - scene.calendar.start) // WEEK, scene.calendar.weeks - 1)
