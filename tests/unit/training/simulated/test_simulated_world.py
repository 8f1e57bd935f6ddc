from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from training.simulated.chain import latent_chain
from training.simulated.world import PARAMETERS_SHA256, STATES, WORLD


def test_the_numbers_of_the_world_are_frozen() -> None:
    assert WORLD.sha256 == PARAMETERS_SHA256, "a change needs a decision record: docs/decisions/0006-frozen-simulator.md"


@pytest.mark.parametrize("section", [section.name for section in fields(WORLD)])
def test_every_section_counts_in_the_hash(section: str) -> None:
    part = getattr(WORLD, section)
    number = next(one.name for one in fields(part) if isinstance(getattr(part, one.name), float))

    changed = replace(WORLD, **{section: replace(part, **{number: 0.123})})

    assert changed.sha256 != PARAMETERS_SHA256


@pytest.mark.parametrize("shares", ["channel_shares", "segment_shares", "country_shares"])
def test_shares_of_people_sum_to_one(shares: str) -> None:
    assert sum(getattr(WORLD.arrivals, shares)) == pytest.approx(1.0)


def test_the_latent_chain_goes_somewhere_from_every_state() -> None:
    moves = latent_chain(WORLD).moves

    assert moves.shape == (STATES, STATES)
    assert (moves >= 0.0).all()
    assert np.allclose(moves.sum(axis=1), 1.0)


def test_trouble_and_fading_raise_the_hazard() -> None:
    hazard = latent_chain(WORLD).hazard.reshape(3, 3)

    assert (np.diff(hazard, axis=0) > 0.0).all()
    assert (np.diff(hazard, axis=1) > 0.0).all()
