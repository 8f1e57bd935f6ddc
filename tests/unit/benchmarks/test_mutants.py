"""Which faults are planted in a module, and that a planted one is the only change."""

from __future__ import annotations

import ast

import pytest

from benchmarks.mutation.mutants import mutants_of, planted
from benchmarks.mutation.rooms import ROOMS
from benchmarks.mutation.trying import ROOT

SOURCE = '''
"""A docstring > 1."""
from typing import Literal
Kind = Literal["a", "b"]

def late(days: int = 3) -> bool:
    """Another."""
    if days <= 7 and not days:
        raise ValueError("no 1")
    return days + 1 > 2
'''


def test_what_runs_is_changed_and_docstrings_annotations_and_errors_are_not() -> None:
    found = {(mutant.before, mutant.after) for mutant in mutants_of(SOURCE)}

    assert {
        ("3", "4"), ("days <= 7", "days < 7"), ("days <= 7", "days > 7"), ("7", "8"), ("not days", "days"),
        ("days <= 7 and (not days)", "days <= 7 or not days"), ("days + 1", "days - 1"), ("days + 1 > 2", "days + 1 >= 2"),
        ("days + 1 > 2", "days + 1 <= 2"), ("2", "3"), ("1", "2"), ("return days + 1 > 2", "return None"),
    } < found  # fmt: skip
    assert len(found) == 13  # the last is the whole condition turned round
    assert not {"'A docstring > 1.'", "'Another.'", "'no 1'", "'a'"} & {before for before, _ in found}


def test_each_fault_changes_the_module_in_one_place() -> None:
    whole = ast.unparse(ast.parse(SOURCE)).splitlines()
    for mutant in mutants_of(SOURCE):
        changed = planted(SOURCE, mutant.number).splitlines()

        assert len(changed) == len(whole)
        assert sum(one != other for one, other in zip(changed, whole, strict=True)) == 1


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_names_files_that_are_there_and_modules_that_can_be_changed(room) -> None:
    for name in (*ROOMS[room].modules, *ROOMS[room].tests):
        assert (ROOT / name).exists()
    assert all(mutants_of((ROOT / name).read_text()) for name in ROOMS[room].modules)
