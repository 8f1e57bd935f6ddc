"""What speaks for a stage: the numbers that meet its rule, given to whoever asks for reasons, and to nobody else."""

from __future__ import annotations

import re
from dataclasses import replace

from serving.answering.evidence import stage_evidence


def state_of(shop_asker):
    state = shop_asker.service.live.in_service().state
    assert state.workings.wait(60)
    return state


def everybody(state):
    return [state.find(one) for one in state.predictions.ids.ids.to_pylist()]


def test_the_evidence_names_the_numbers_that_meet_the_rule(shop_asker):
    state_of(shop_asker)

    stage = shop_asker.get("/v1/customers/c1?reasons=true").json()["stage"]

    assert stage["evidence"]
    assert any(re.search(r"\(\w+ (= -?[\d.e+-]+|is missing)", each) or "no other stage" in each for each in stage["evidence"])


def test_who_asks_for_no_reasons_gets_no_evidence(shop_asker):
    assert "evidence" not in shop_asker.get("/v1/customers/c1").json()["stage"]


def test_an_unconfirmed_stage_says_so_first(shop_asker):
    state = state_of(shop_asker)
    places = state.places.stage
    found = next(one for one in everybody(state) if one.values[places.code] >= 0)
    values = list(found.values)
    values[places.since] = float("nan")

    assert stage_evidence(state, replace(found, values=values), places)[0] == "unconfirmed"


def test_a_stage_whose_rule_no_longer_holds_tells_which_one_wins_now(shop_asker):
    state = state_of(shop_asker)
    places = state.places.stage
    found = next(one for one in everybody(state) if one.values[places.code] >= 0 and len(stage_evidence(state, one, places)) > 0)
    stages = state.company.stage_set.stages
    told = set()
    for code in range(len(stages)):
        values = list(found.values)
        values[places.code] = float(code)
        told.add(stage_evidence(state, replace(found, values=values), places)[-1].startswith("now "))

    assert told == {True, False}


def test_who_stands_in_no_stage_has_no_evidence(shop_asker):
    state = state_of(shop_asker)
    values = list(everybody(state)[0].values)
    values[state.places.stage.code] = -1.0

    assert stage_evidence(state, replace(everybody(state)[0], values=values), state.places.stage) == ()
