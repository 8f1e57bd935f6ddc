from __future__ import annotations

import asyncio
from unittest.mock import Mock

import pytest

from serving.answering.reasoner import Reasoner
from serving.live.state import Found


@pytest.fixture
def state():
    """A live state with a chance to leave at the first place of a row, and no stored reasons."""
    state = Mock()
    state.places.churn.horizons.places, state.places.churn.horizons.main = (0,), 0
    state.predictions.digest, state.reasons.return_value = "d" * 64, ()
    return state


@pytest.mark.parametrize("why", [("a reason",), ()], ids=["some reasons", "none"])
def test_whoever_was_explained_is_not_explained_again(state, monkeypatch, why):
    explained = Mock(return_value=why)
    monkeypatch.setattr("serving.answering.reasoner.explained", explained)
    reasoner, found = Reasoner(), Found("c1", 0, 5, [0.3])

    async def asked_twice():
        return [await reasoner.reasons(state, found) for _ in range(2)]

    assert asyncio.run(asked_twice()) == [why, why]
    assert explained.call_count == 1
    reasoner.close()
