"""How is the whole company simulated? People, lives, what they leave in eight sources, the mess on the way, and the truth."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from features.contracts.sources import SOURCES
from features.errors import InvalidInput
from features.times import Timestamp, parse_time
from training.simulated import mess, offer_rows, profiles, purchases, support, usage, voice
from training.simulated.lives import Lives, live
from training.simulated.moment import Scene
from training.simulated.people import Calendar, draw_people
from training.simulated.truth import Truth, moments_needed, truth, week_of
from training.simulated.world import WORLD, World

UNTIL = parse_time("2026-01-01")
"""Up to when the company is simulated, unless another moment is asked for."""

_STREAMS = ("people", "lives", "requests", *(f"mess in {source}" for source in SOURCES), *SOURCES)


class ImpossibleCompany(InvalidInput):
    """A company of no customers, or of no time."""


@dataclass(frozen=True)
class SimulatedCompany:
    """What a company would deliver to its log, source by source, and the truth it does not know.

    `tables` have the declared columns beside `customer_id` and `known_at`; `observed_until` says up to when each is complete.
    """

    tables: Mapping[str, pa.Table]
    observed_until: Mapping[str, Timestamp]
    truth: Truth


def simulate(customers: int, *, seed: int, until: Timestamp = UNTIL, years: int = 3, world: World = WORLD) -> SimulatedCompany:
    """Simulate a company of so many people (prospects included) over the years before `until`.

    The same arguments give the same tables, bit for bit. Each part draws from its own stream of the one seed, so that a change to
    one part leaves the lives as they are.

    Raises
    ------
    ImpossibleCompany
        If there is nobody, or no year, to simulate.
    """
    if customers < 1 or years < 1:
        raise ImpossibleCompany(f"needed at least one customer and one year, found {customers} customers over {years} years")
    calendar = Calendar(until, weeks=round(years * 365.25 / 7))
    people = draw_people(world, customers, calendar, _stream(seed, "people"))
    scene = Scene.set_up(world, people, calendar, _stream(seed, "lives"))
    lives = live(scene, {week_of(calendar, at) for at in moments_needed(calendar)})
    rows = purchases.in_time_order(lives.contracts)
    tables = {source: _delivered(scene, source, draw, seed) for source, draw in _sources(scene, lives, seed).items()}
    return SimulatedCompany(tables, mess.observed_until(world.mess, calendar), truth(scene, lives, rows))


def _sources(scene: Scene, lives: Lives, seed: int) -> Mapping[str, Callable[[], pa.Table]]:
    """Return for each source what draws its table; drawn one by one, the largest is not held twice."""
    rows = purchases.in_time_order(lives.contracts)
    asked = support.requests(scene, lives, _stream(seed, "requests"))
    rewards = offer_rows.rewards(scene, lives.decisions, rows)
    return {
        "customers": lambda: profiles.customers(scene, _stream(seed, "customers")),
        "usage": lambda: usage.usage(scene, lives, _stream(seed, "usage")),
        "tickets": lambda: support.tickets(scene, asked, _stream(seed, "tickets")),
        "purchases": lambda: purchases.purchases(scene, rows),
        "surveys": lambda: voice.surveys(scene, lives, asked, _stream(seed, "surveys")),
        "mentions": lambda: voice.mentions(scene, lives, _stream(seed, "mentions")),
        "milestones": lambda: voice.milestones(scene, lives, _stream(seed, "milestones")),
        "offers": lambda: offer_rows.offers(scene, lives.decisions, rewards),
    }


def _delivered(scene: Scene, source: str, draw: Callable[[], pa.Table], seed: int) -> pa.Table:
    return mess.delivered(scene.world.mess, source, draw(), calendar=scene.calendar, rng=_stream(seed, f"mess in {source}"))


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, _STREAMS.index(name)])
