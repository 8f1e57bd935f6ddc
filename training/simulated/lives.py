"""How do the people live, week by week? Contracts begin, run, are changed, end; engagement drifts; offers leave their mark.

All people take each week together, in arrays. The order inside a week is the one `outlook` assumes: who comes, who stays, what is
bought beside the terms, what is offered; only then do state, price and engagement move.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.times import WEEK
from training.simulated.chain import next_states
from training.simulated.contracts import ContractRows, after_passage, bought_beside, concatenated, contract_rows, passage
from training.simulated.decisions import Decisions, OldPolicy, all_decisions, decide, marks
from training.simulated.moment import Matrix, Moment, Scene, Week, first_states, newcomers, nobody_yet
from training.simulated.people import Ints


@dataclass(frozen=True)
class Lives:
    """Everything that was lived: matrices of weeks x people, and the rows of contracts and decisions in the order of weeks.

    `state` is -1 outside a contract. `open_from` and `open_to` (0 to 1) are the part of the week in which the person was a
    customer. `moments` holds the latent situation at the start of the weeks asked for (arrivals of the week included).
    """

    state: npt.NDArray[np.int8]
    level: Matrix
    adoption: Matrix
    open_from: Matrix
    open_to: Matrix
    contracts: ContractRows
    decisions: Decisions
    moments: dict[int, Moment]


@dataclass(frozen=True)
class _LivedWeek:
    moment: Moment
    left_at: Ints
    contracts: list[ContractRows]
    decisions: Decisions


def live(scene: Scene, weeks_to_keep: Collection[int]) -> Lives:
    """Live through every week of the calendar."""
    policy, moment = OldPolicy.drawn(scene), nobody_yet(scene.world, scene.people)
    lives = _Journal(scene, set(weeks_to_keep))
    for number in range(scene.calendar.weeks):
        week = Week(number, scene.calendar.start + number * WEEK)
        lived, moment = _live_week(scene, policy, moment, week)
        lives.write(lived, week)
    return lives.closed()


def sometime(lives: Lives, week: Ints, customer: Ints, *, rng: np.random.Generator) -> Ints:
    """Return a moment for each pair of week and customer, since the start of the calendar: while the customer was one."""
    opens, closes = lives.open_from[week, customer], lives.open_to[week, customer]
    share = opens + rng.random(len(week)) * (closes - opens)
    return week * WEEK + np.minimum((share * WEEK).astype(np.int64), WEEK - 1)


def _live_week(scene: Scene, policy: OldPolicy, before: Moment, week: Week) -> tuple[_LivedWeek, Moment]:
    begins = newcomers(scene, before, week)
    moment = before.with_new_contracts(scene.world, scene.people, begins, first_states(scene))
    way = passage(scene, moment, week)
    rows = contract_rows(scene, moment, week, way)
    stayed = after_passage(scene.people, moment, way)
    beside, changed = bought_beside(scene, stayed, week, way)
    made, answer = decide(scene, policy, stayed, week)
    bought, marked = marks(scene, changed, made, answer, week)
    return _LivedWeek(moment, way.left_at, [*rows, *beside, *bought], made), _drifted(scene, marked)


def _drifted(scene: Scene, moment: Moment) -> Moment:
    """Return the moment with the state of the next week: engagement moves with the regime of the week that ends."""
    engagement, regime = scene.world.engagement, moment.state // 3
    target = scene.people.level + engagement.slow_level * scene.people.slow + np.take(engagement.targets, regime)
    noise = engagement.level_noise * scene.rng.standard_normal(len(regime))
    adoption = moment.adoption + np.take(engagement.adoption_drifts, regime)
    return replace(
        moment,
        state=next_states(scene.chain, moment.state, scene.draws()),
        level=moment.level + engagement.pull * (target - moment.level) + noise,
        adoption=np.clip(adoption, *engagement.adoption_limits),
    )


class _Journal:
    """What was lived so far; written week by week because it is too large to hold twice."""

    def __init__(self, scene: Scene, weeks_to_keep: set[int]) -> None:
        shape = (scene.calendar.weeks, len(scene.people))
        self._weeks_to_keep = weeks_to_keep
        self._state = np.full(shape, -1, dtype=np.int8)
        self._numbers = {name: np.zeros(shape, dtype=np.float32) for name in ("level", "adoption", "open_from", "open_to")}
        self._contracts: list[ContractRows] = []
        self._decisions: list[Decisions] = []
        self._moments: dict[int, Moment] = {}

    def write(self, lived: _LivedWeek, week: Week) -> None:
        moment, inside = lived.moment, lived.moment.inside
        self._state[week.number] = np.where(inside, moment.state, -1)
        self._numbers["level"][week.number] = moment.level
        self._numbers["adoption"][week.number] = moment.adoption
        self._numbers["open_from"][week.number] = np.where(inside, np.maximum(moment.started - week.start, 0) / WEEK, 0.0)
        self._numbers["open_to"][week.number] = np.where(inside, np.minimum(lived.left_at - week.start, WEEK) / WEEK, 0.0)
        self._contracts += lived.contracts
        self._decisions.append(lived.decisions)
        if week.number in self._weeks_to_keep:
            self._moments[week.number] = moment

    def closed(self) -> Lives:
        rows, made = concatenated(self._contracts), all_decisions(self._decisions)
        return Lives(state=self._state, contracts=rows, decisions=made, moments=self._moments, **self._numbers)
