"""A tenth of the damage campaign (R1): cut files and flipped bits of every kind of artefact; and the same names every time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from benchmarks.damage import build_home, damage_campaign, damaged


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


def test_another_process_with_other_hash_seeds_makes_the_very_same_live_state(tmp_path: Path) -> None:
    script = "import sys, pathlib, benchmarks.damage as d; d.build_home(pathlib.Path(sys.argv[1]))"
    elsewhere = {**os.environ, "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "1"}

    subprocess.run([sys.executable, "-c", script, str(tmp_path / "there")], env=elsewhere, check=True)

    assert (tmp_path / "there" / "var" / "live.json").read_bytes() == build_home(tmp_path / "here").live.read_bytes()
