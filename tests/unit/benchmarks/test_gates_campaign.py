"""That gates stop each planted fault by the gate made for it and let sound candidates pass: the campaign on a small company."""

from __future__ import annotations

from pathlib import Path

from benchmarks.gates import planted
from benchmarks.gates.__main__ import QUICK, gates_campaign

CUSTOMERS = 1_200


def test_eight_bad_candidates_of_eight_are_stopped_and_two_sound_ones_of_two_pass(tmp_path: Path) -> None:
    judged = gates_campaign(tmp_path, customers=CUSTOMERS, preset=QUICK)

    assert [each.told for each in judged if not each.is_right] == []
    assert {each.name for each in judged} >= set(planted.EXPECTED)
    assert len(judged) == len(planted.EXPECTED) + 2
