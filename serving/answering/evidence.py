"""What speaks for the stage a customer stands in: the parts of its rule that hold, with the numbers they were held against."""

from __future__ import annotations

from collections.abc import Mapping

from features.company.business import Stage
from features.errors import Unavailable
from features.stages.evidence import why_it_holds
from features.stages.winners import features_named_by, stage_winner
from serving.live.places import StagePlaces
from serving.live.state import Found, LiveState


def rule_features(state: LiveState, found: Found) -> Mapping[str, float]:
    """Return the features that stage rules name, of one customer; raising as `LiveState.features` does."""
    row = dict(zip(state.workings.names, state.features(found)[0].tolist(), strict=True))
    return {name: row[name] for name in features_named_by(state.company.stage_set)}


def stage_evidence(state: LiveState, found: Found, places: StagePlaces) -> tuple[str, ...]:
    """Return what speaks for a stage, a sentence each; the first is `unconfirmed` where it is.

    There is none of who stands in no stage, nor where features cannot be read now. A stage that was confirmed before may stand
    while its rule no longer holds: then what wins now is told.
    """
    code, since = found.values[places.code], found.values[places.since]
    if code != code or code < 0:
        return ()
    try:
        stage, row = state.company.stage_set.stages[int(code)], rule_features(state, found)
    except Unavailable:
        return ()
    return (*(("unconfirmed",) if since != since else ()), *_facts(stage, stage_winner(state.company.stage_set, row), row))


def _facts(stage: Stage, winner: Stage, row: Mapping[str, float]) -> tuple[str, ...]:
    if winner is stage:
        return why_it_holds(stage.rule, row)
    now = "; ".join(why_it_holds(winner.rule, row))
    return ("it won two Mondays in a row", f"now {winner.name} wins, which is not confirmed yet: {now}")
