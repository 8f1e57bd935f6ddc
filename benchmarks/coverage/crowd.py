"""Whom are decisions drawn for, by which policies, and what are those truly worth: a simulated crowd and the response model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from features.times import DAY, WEEK, parse_time
from models.rows import BoolArray, FloatArray
from training.policy_value import LoggedDecisions
from training.simulated import WORLD, Ahead, Standing, draw_crowd, draw_log, responses, true_effects
from training.simulated.decisions import draw_first
from training.simulated.outlook import outlook
from training.simulated.responses import situation

DECISIONS = 2_000
CUSTOMERS = 5_000
TIMES_DECIDED = (1, 2, 3, 4, 5)
ONCE, SEVERAL_TIMES = "once", "several times"
AS_OF = parse_time("2025-03-01")
_AHEAD = Ahead(AS_OF, (WORLD.offers.reward_days,), AS_OF - 104 * WEEK)
_CONSENT = 0.75
_DRAWN = 1.0 - (1.0 - WORLD.offers.control_share) * (1.0 - WORLD.offers.exploration_share)
"""The chance that the old policy draws from all that passed: for the control group, or to explore."""

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Policy:
    """A policy over the crowd: the chance of each action (column 0 is `nothing`) with each customer, and its true value."""

    chances: FloatArray
    value: float


@dataclass(frozen=True)
class Pool:
    """Whom decisions are drawn for, a row a customer: what is known of them, what may be offered, and by which policies.

    `priority` is what the logging policy ranks by, minus infinity where a gate withheld the offer. `features` are what a company
    could know; the latent state is not among them.
    """

    standing: Standing
    features: FloatArray
    priority: FloatArray
    logging: Policy
    policies: Mapping[str, Policy]


def crowd(seed: int) -> Pool:
    """Draw the customers and lay out the policies."""
    rng = np.random.default_rng([seed, 0])
    standing = draw_crowd(WORLD, CUSTOMERS, as_of=AS_OF, seed=seed)
    answer = responses(WORLD.offers, situation(standing, AS_OF))
    effects = true_effects(WORLD, standing, _AHEAD)
    listed = np.array([offer.list_value for offer in WORLD.offers.catalogue])
    passed = rng.random(effects.shape) < _CONSENT
    priority = np.where(passed, answer.acceptance * listed - WORLD.offers.least_value, -np.inf)
    alone = outlook(WORLD, standing, _AHEAD).margin[:, -1]
    means = np.column_stack([alone, alone[:, None] + effects])
    laid = partial(_policy, passed=np.column_stack([np.ones(CUSTOMERS, bool), passed]), means=means)
    old, best = _first(priority), _first(np.where(passed, effects, -np.inf))
    changed = rng.random(CUSTOMERS)
    ways = {
        "same": laid(old),
        "explores more": laid(old, drawn=0.5),
        "a tenth changed": laid(np.where(changed < 0.10, best, old)),
        "a fifth changed": laid(np.where(changed < 0.20, best, old)),
        "an eighth changed, no exploration": laid(np.where(changed < 0.125, best, old), drawn=0.0),
        "uniform": laid(old, drawn=1.0),
    }
    return Pool(standing, _known(standing), priority, ways["same"], ways)


def drawn_logs(pool: Pool, part: str, *, count: int, rng: np.random.Generator) -> Iterator[tuple[LoggedDecisions, IntArray]]:
    """Draw so many logs at once, and give each with the rows of the pool its decisions are about."""
    people = np.concatenate([_people(part, rng) + log * DECISIONS for log in range(count)])
    rows = rng.integers(len(pool.standing), size=count * DECISIONS)[people]
    control = (rng.random(count * DECISIONS) < WORLD.offers.control_share)[people]
    first = draw_first(WORLD, control, pool.priority[rows], rng)
    reward = draw_log(WORLD, pool.standing.take(rows), first.first, ahead=_AHEAD, rng=rng).reward
    for log in range(count):
        here = slice(log * DECISIONS, (log + 1) * DECISIONS)
        chances = pool.logging.chances[rows[here]]
        yield (
            LoggedDecisions(people[here], first.first[here] + 1, first.probability[here], reward[here], chances, chances > 0),
            rows[here],
        )


def _people(part: str, rng: np.random.Generator) -> IntArray:
    """Return a code of the customer for each decision of a log."""
    if part == ONCE:
        return np.arange(DECISIONS)
    times = rng.choice(TIMES_DECIDED, DECISIONS)
    return np.repeat(np.arange(DECISIONS), times)[:DECISIONS]


def _policy(greedy: IntArray, *, passed: BoolArray, means: FloatArray, drawn: float = _DRAWN) -> Policy:
    """Return the policy that takes its first choice, and draws from all that passed with the chance `drawn`."""
    uniform = passed / passed.sum(axis=1, keepdims=True)
    first = np.eye(passed.shape[1])[greedy]
    chances = drawn * uniform + (1 - drawn) * first
    return Policy(chances, float((chances * means).sum(axis=1).mean()))


def _first(priority: FloatArray) -> IntArray:
    return np.asarray(np.column_stack([np.zeros(len(priority)), priority]).argmax(axis=1))


def _known(standing: Standing) -> FloatArray:
    yearly, ends = standing.term > 31 * DAY, (standing.term_end - AS_OF) / DAY
    due = ends < WORLD.offers.reward_days
    margin = standing.monthly_margin
    tenure = (AS_OF - standing.started) / WEEK
    return np.column_stack(
        [margin, margin * yearly, margin * yearly * due, margin * standing.adoption, standing.adoption, tenure]
    )


def toward(log: LoggedDecisions, chances: FloatArray) -> LoggedDecisions:
    """Return the same log with another new policy."""
    return LoggedDecisions(log.customer, log.action, log.logged_probability, log.reward, chances, log.possible)
