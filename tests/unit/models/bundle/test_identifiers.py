"""Every id is found at its row, and no other, whatever it is made of."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from models.bundle.identifiers import IdIndex, read_ids, write_ids


@given(st.lists(st.text(min_size=1, max_size=12), unique=True), st.text(max_size=12))
def test_every_id_is_found_at_its_row_and_no_other(texts: list[str], other: str) -> None:
    ids = sorted((text for text in texts), key=str.encode)
    index = IdIndex(pa.array(ids, pa.string()))

    assert [index.row(text) for text in ids] == list(range(len(ids)))
    assert (index.row(other) is not None) == (other in ids)


def test_ids_sliced_from_a_longer_array_keep_their_places(tmp_path: Path) -> None:
    write_ids(tmp_path / "ids.arrow", pa.array(["a", "b", "c", "d"])[1:3])

    index = read_ids(tmp_path / "ids.arrow")

    assert (index.row("b"), index.row("c"), index.row("a"), len(index)) == (0, 1, None, 2)
    assert IdIndex(pa.array(["a", "b", "c"])[1:]).row("c") == 1
