"""However sorted rows are spread over runs, merging them gives the order of sorting them all."""

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given
from hypothesis import strategies as st

from features.contracts.schemas import delivered_schema
from features.contracts.sources import MENTIONS
from features.log import runs
from features.log.runs import merge_runs

ORDER = [(name, "ascending", "at_start") for name in ("customer_id", "occurred_at", "mention_id", "known_at")]
YEARS_APART = 10**15

mentions = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from([None, "A", "a", "a_", "b"]),
        "mention_id": st.sampled_from("kKm"),
        "occurred_at": st.sampled_from([0, 1, 2, YEARS_APART]),
        "known_at": st.integers(1, 5),
        "sentiment": st.floats(-1, 1),
    }
)


def in_order(rows: list[dict[str, object]]) -> pa.Table:
    table = pa.Table.from_pylist(rows, schema=delivered_schema(MENTIONS))
    return table.take(pc.sort_indices(table, ORDER))


@given(st.lists(st.tuples(mentions, st.integers(0, 3)), max_size=40), st.sampled_from([63, 8]))
def test_merged_runs_lie_in_the_order_of_all_rows(spread: list[tuple[dict[str, object], int]], bits: int) -> None:
    spread = list({(r["customer_id"], r["mention_id"], r["occurred_at"], r["known_at"]): (r, run) for r, run in spread}.values())
    parts = [in_order([row for row, of_run in spread if of_run == run]) for run in range(4)]
    keys = pa.concat_tables(parts).select(["mention_id", "known_at"])

    with_keys = merge_runs(MENTIONS, parts)
    runs._BITS, kept = bits, runs._BITS
    keys_apart = merge_runs(MENTIONS, [coded(part) for part in parts], keys=lambda: keys)
    runs._BITS = kept

    assert with_keys.equals(in_order([row for row, _ in spread]))
    assert keys_apart["sentiment"].to_pylist() == with_keys["sentiment"].to_pylist()


def coded(rows: pa.Table) -> pa.Table:
    """The rows as a reader of few columns gets them: customers by dictionary, no keys."""
    ids = rows["customer_id"].dictionary_encode()
    return rows.set_column(0, "customer_id", ids).select(["customer_id", "occurred_at", "sentiment"])
