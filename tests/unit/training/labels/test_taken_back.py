"""A version tells what is true until the next version of the same exposure no longer tells it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from features.at_risk.events import NEVER
from training.labels.taken_back import taken_back_at

Versions = list[tuple[str, int, bool]]
VERSIONS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.booleans()), unique_by=lambda one: one[:2])


def taken_back(versions: Versions) -> list[int]:
    ids, known, says = zip(*versions, strict=True)
    table = pa.table({"exposure_id": pa.array(ids), "known_at": pa.array(known, pa.int64())})
    return taken_back_at(table, np.array(says)).tolist()


def test_a_word_is_taken_back_by_the_next_version_that_does_not_tell_it() -> None:
    found = taken_back([("a", 3, True), ("a", 1, False), ("b", 4, False), ("a", 5, False), ("a", 2, True), ("a", 9, True)])

    assert found == [5, NEVER, NEVER, NEVER, 5, NEVER]


@given(VERSIONS.filter(len))
def test_it_agrees_with_looking_one_by_one(versions: Versions) -> None:
    def by_hand(version: tuple[str, int, bool]) -> int:
        later = [known for whose, known, says in versions if whose == version[0] and known > version[1] and not says]
        return min(later, default=NEVER) if version[2] else NEVER

    assert taken_back(versions) == [by_hand(version) for version in versions]
