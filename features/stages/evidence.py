"""Why is a customer in this stage: the parts of its rule that hold, with the values they were held against, and when it won."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.company.business import Stage, StageSet
from features.rules.rule import Rule
from features.rules.tree import named_in
from features.rules.wording import holding_parts, worded
from features.stages.course import WEEKS_LOOKED_BACK
from features.stages.winners import StageCodes
from features.times import Timestamp, format_time


@dataclass(frozen=True)
class Look:
    """What one customer's stage was found from: winners at `moments` (the last is now), and the features the rules name now."""

    stage_set: StageSet
    winners: StageCodes
    moments: tuple[Timestamp, ...]
    row: Mapping[str, float]

    @property
    def winner(self) -> Stage:
        """Return the stage the rules name now."""
        return self.stage_set.stages[int(self.winners[-1])]


def evidence(look: Look, stage: Stage, *, confirmed: bool) -> tuple[str, ...]:
    """Return what speaks for a stage, a sentence each; the first is `unconfirmed` where only this moment does."""
    if not confirmed:
        why = f"no stage won two successive Mondays of the last {WEEKS_LOOKED_BACK} weeks"
        return ("unconfirmed", *why_it_holds(stage.rule, look.row), why)
    if stage is look.winner:
        return (*why_it_holds(stage.rule, look.row), _second_look(look, stage))
    now = "; ".join(why_it_holds(look.winner.rule, look.row))
    return (_last_pair(look, stage), f"now {look.winner.name} wins, which is not confirmed yet: {now}")


def why_it_holds(rule: Rule, row: Mapping[str, float]) -> tuple[str, ...]:
    """Return the parts of a rule that hold for a row of features, each with the values of the features it names.

    >>> from features.rules import parse_rule
    >>> why_it_holds(parse_rule("a > 1 OR b < 2", {"a", "b"}), {"a": 3.0, "b": 5.0})
    ('a > 1 (a = 3)',)
    """
    if rule.always:
        return ("no other stage's rule holds",)
    columns = {name: np.array([value]) for name, value in row.items()}
    return tuple(f"{worded(part)}{_values(named_in(part), row)}" for part in holding_parts(rule.condition, columns))


def _values(names: tuple[str, ...], row: Mapping[str, float]) -> str:
    return f" ({', '.join(f'{name} {_shown(row[name])}' for name in names)})" if names else ""


def _shown(value: float) -> str:
    return "is missing" if np.isnan(value) else f"= {value:.6g}"


def _second_look(look: Look, stage: Stage) -> str:
    if look.winners.size > 1 and look.winners[-2] == look.winners[-1]:
        return f"it also won on Monday {_day(look.moments[-2])}"
    return f"{stage.name} counts at once" if stage.immediate else _last_pair(look, stage)


def _last_pair(look: Look, stage: Stage) -> str:
    mondays = look.winners[:-1]
    pairs = np.flatnonzero((mondays[1:] == mondays[:-1]) & (mondays[1:] == look.stage_set.stages.index(stage)))
    first = int(pairs[-1])
    return (
        f"it won on Mondays {_day(look.moments[first])} and {_day(look.moments[first + 1])}, the newest stage to win two in a row"
    )


def _day(moment: Timestamp) -> str:
    return format_time(moment)[:10]
