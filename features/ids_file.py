"""Where do the customers of a stored table stand: one Arrow file of ids beside it, mapped by its readers and never copied."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa


def write_ids(path: Path, ids: pa.StringArray) -> None:
    """Write ids, in the order of the table's rows."""
    batch = pa.record_batch({"customer_id": ids})
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)


def map_ids(path: Path) -> pa.StringArray:
    """Return the ids that were written; they stay in the file, and only what is looked at is read."""
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).get_batch(0).column("customer_id")
