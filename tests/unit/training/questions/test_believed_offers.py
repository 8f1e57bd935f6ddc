"""Showings are learned from as far as whoever told of them is believed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.at_risk.events import NEVER
from features.home import Home
from features.times import DAY, HOUR
from training.decided import Decisions
from training.feedback import Release, release
from training.questions.offer.believed import as_believed, believed

AT = 1000 * DAY


def told(by: dict[str, tuple[int, int]]) -> Decisions:
    """Build showings that each source says were accepted, and were not, so often; known an hour after the answer."""
    counts = [count for pair in by.values() for count in pair]
    sources = np.repeat([source for source in by for _ in range(2)], counts).tolist()
    yes = np.repeat([True, False] * len(by), counts)
    rows = len(yes)
    names = {"exposures": [f"d{row}/1" for row in range(rows)], "decisions": [f"d{row}" for row in range(rows)],
             "customers": [f"c{row}" for row in range(rows)], "offers": ["gift"] * rows, "kinds": ["loyalty"] * rows,
             "channels": ["email"] * rows, "arms": ["policy"] * rows, "sources": sources,
             "outcomes": np.where(yes, "accepted", "declined").tolist()}  # fmt: skip
    hours_of = {"decided_at": 0, "shown_at": 1, "outcome_at": 2, "answered_at": 2, "shown_heard_at": 3, "known_at": 3}
    moments = {name: np.full(rows, AT + hours * HOUR) for name, hours in hours_of.items()}
    said = {name: np.where(yes, AT + hours * HOUR, NEVER) for name, hours in (("accepted_at", 2), ("accepted_heard_at", 3))}
    plain = {"ranks": np.ones(rows, np.int64), "probability": np.full(rows, 0.5), "reward": np.full(rows, np.nan)}
    texts = {name: pa.array(column, pa.string()) for name, column in names.items()}
    return Decisions(**texts, **moments, **said, **plain, accepted=yes, until=AT + 90 * DAY)


HONEST = {f"agent:{number}": (20, 80) for number in range(10)}


def test_where_everybody_is_believed_all_rows_weigh_the_same(tmp_path):
    found = believed(Home(tmp_path), told(HONEST))

    assert len(found.decisions) == 1000
    assert found.weights is None
    assert found.findings() == [{"source": None, "sources": 10, "untrue": 0, "capped": 0}]


def test_a_source_that_says_yes_to_everything_is_not_learned_from_until_it_is_released(tmp_path):
    loud = told({**HONEST, "agent:bad": (2000, 0)})

    held = believed(Home(tmp_path), loud)
    release(Home(tmp_path), Release("agent:bad", AT + 30 * DAY, "k1", "heard the calls"))

    assert "agent:bad" not in held.decisions.sources.to_pylist()
    assert held.findings()[1]["rows"] == 2000
    assert len(believed(Home(tmp_path), loud).decisions) == 3000


def test_findings_go_where_models_are_tracked_and_name_nobody(tmp_path):
    findings = believed(Home(tmp_path), told({**HONEST, "agent:bad": (2000, 0)})).findings()

    assert [each["source"] for each in findings] == [None, "held 1"]


def test_among_many_sources_none_weighs_more_than_a_twentieth(tmp_path):
    many = {**{f"agent:{number}": (5, 20) for number in range(60)}, "agent:eager": (100, 400)}

    found = believed(Home(tmp_path), told(many))

    eager = np.array(found.decisions.sources.to_pylist()) == "agent:eager"
    assert found.weights is not None
    assert found.weights[eager].sum() / found.weights.sum() < 0.0501
    assert np.all(found.weights[~eager] == 1.0)


def test_what_is_told_from_the_future_is_not_learned(tmp_path):
    said = told({"agent:1": (1, 1)})
    late = said.known_at - DAY

    found = believed(Home(tmp_path), Decisions(**{**vars(said), "known_at": late}))

    assert len(found.decisions) == 0
    assert found.findings()[0]["untrue"] == 2


def test_of_who_is_held_decisions_stay_and_what_was_said_of_them_goes(tmp_path):
    loud = told({**HONEST, "agent:bad": (2000, 0)})

    found = as_believed(Home(tmp_path), loud)

    bad = np.array(loud.sources.to_pylist()) == "agent:bad"
    assert len(found) == len(loud)
    assert not (found.shown | found.accepted)[bad].any()
    assert found.accepted[~bad].sum() == 200
    assert found.shown[~bad].all()
