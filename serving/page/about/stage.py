"""In which stage is a customer, what speaks for it, and where do they go next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.company.business import Stage
from features.errors import LifecycleError
from features.rules.rule import Rule
from features.rules.tree import Condition, named_in
from features.rules.wording import holding_parts, worded
from features.stages.winners import stage_winner
from features.times import Timestamp, parse_time
from models.decision.gates.checks import number_worded
from serving.answering.evidence import rule_features
from serving.answering.parts import NextStageAnswer, StageAnswer
from serving.live.state import Found, LiveState
from serving.page.about.chances import in_hundred
from serving.page.about.given import told
from serving.page.frame.facts import Facts
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording

_LEAST_CHANCE = 0.02  # a stage that fewer than one in fifty goes to is not worth a line


@dataclass(frozen=True)
class Next:
    """A stage and how likely it is, in whole customers of a hundred."""

    name: str
    in_hundred: int


@dataclass(frozen=True)
class StageShown:
    """The stage of a customer. `facts`: what of this customer meets the rule; `rule`: the parts of the rule that hold."""

    name: str
    meaning: str
    since: Timestamp | None
    confirmation: str
    facts: tuple[str, ...]
    rule: tuple[str, ...]
    next: tuple[Next, ...]
    days_left: str


def stage_shown(state: LiveState, found: Found, answer: StageAnswer, say: Wording) -> StageShown:
    """Return the stage as an agent reads it; without facts where features cannot be read now."""
    stage, row = state.company.stages_by_name[answer.current], _features(state, found)
    since, facts = told(answer.since, parse_time), Facts(state.company.catalogue, say)
    return StageShown(
        name=said(stage.name, say),
        meaning=stage.text,
        since=since,
        confirmation=_confirmation(state, stage, row, is_confirmed=since is not None, say=say),
        facts=tuple(_found(stage.rule, row, facts)),
        rule=tuple(facts.rule(part) for part in _asked(stage.rule, row)),
        next=told(answer.next, lambda going: _next(going, say)) or (),
        days_left=told(answer.expected_days_left, lambda days: _days_left(days, say)) or "",
    )


def stages_in(state: LiveState, found: Found) -> frozenset[str]:
    """Return the stage a customer is in in every stage set of the company, as far as it is known."""
    at = {name: place for place, name in enumerate(state.predictions.columns)}
    known = [one for one in state.company.stage_sets if f"stage_{one.name}" in at]
    codes = [found.values[at[f"stage_{one.name}"]] for one in known]
    return frozenset(one.stages[int(code)].name for one, code in zip(known, codes, strict=True) if code >= 0)


def _next(going: Sequence[NextStageAnswer], say: Wording) -> tuple[Next, ...]:
    likely = [one for one in going if one.probability >= _LEAST_CHANCE]
    return tuple(Next(said(one.stage, say), in_hundred(one.probability)) for one in likely)


def _features(state: LiveState, found: Found) -> Mapping[str, float]:
    """Return the features that stage rules name; none where they cannot be read now."""
    try:
        return rule_features(state, found)
    except LifecycleError:
        return {}


def _confirmation(state: LiveState, stage: Stage, row: Mapping[str, float], *, is_confirmed: bool, say: Wording) -> str:
    """Say whether this moment alone speaks for the stage, or speaks for another one."""
    if not is_confirmed:
        return say.text(N_("Not confirmed yet: no stage has held on two Mondays in a row."))
    winner = stage_winner(state.company.stage_set, row) if row else stage
    if winner.name == stage.name:
        return ""
    return say.text(
        N_("Today the facts speak for the stage %(stage)s. It counts once it has held on two Mondays in a row."),
        stage=said(winner.name, say),
    )


def _found(rule: Rule, row: Mapping[str, float], facts: Facts) -> Iterator[str]:
    """Tell each number that the parts of the rule which hold are about, once."""
    if rule.always:
        yield facts.say.text(N_("No other stage fits."))
    for name in dict.fromkeys(name for part in _holding(rule, row) for name in named_in(part)):
        yield facts.found(f"{name} {number_worded(row[name])}")


def _asked(rule: Rule, row: Mapping[str, float]) -> Sequence[str]:
    """Return the parts of the rule that hold; all of it where features cannot be read now, nothing of one that asks nothing."""
    if rule.always:
        return ()
    return [worded(part) for part in _holding(rule, row)] if row else [rule.text]


def _holding(rule: Rule, row: Mapping[str, float]) -> Sequence[Condition]:
    columns = {name: np.array([value]) for name, value in row.items()}
    return holding_parts(rule.condition, columns) if row else ()


def _days_left(days: float, say: Wording) -> str:
    return say.plural("About %(count)s day left in this stage.", "About %(count)s days left in this stage.", round(days))
