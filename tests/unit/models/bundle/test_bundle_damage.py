"""A tenth of the damage campaign (R1): cut files and flipped bits of every kind of artefact."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.damage import damage_campaign, damaged


def test_every_damaged_artefact_is_refused_and_nobody_dies_of_it(tmp_path: Path) -> None:
    campaign = damage_campaign(tmp_path, share=0.1)

    assert campaign.trials >= 40
    assert campaign.accepted == []
    assert campaign.deaths == []


def test_damage_cuts_or_flips_exactly_one_bit() -> None:
    random, content = np.random.default_rng(0), bytes(range(100))

    cut, flipped = (damaged(content, by_truncation=way, random=random) for way in (True, False))

    assert content.startswith(cut)
    assert len(cut) < len(content)
    assert sum((one ^ other).bit_count() for one, other in zip(content, flipped, strict=True)) == 1
