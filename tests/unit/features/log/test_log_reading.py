"""What is read is what was written: columns by name, customers alone, and not a bit of it changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from features.contracts.schemas import LATEST, delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log import files
from features.log.buckets import bucket_of
from features.log.files import LogFile
from features.log.intake import Receipt, append
from features.log.reading import LogDamaged
from features.log.store import EventLog, verify_log

RECEIPT = Receipt(received_at=LATEST, known_at="given")
COLUMNS = ["event_id", "customer_id", "feature", "superseded_at"]


def uses(*ids: str, of: int = 3, day: int = 0) -> dict[str, pa.Table]:
    """Some uses of each customer on a day, two of which at the same time."""
    rows = [
        {"customer_id": i, "event_id": f"{i}-{day}-{n}", "known_at": 10 + day, "occurred_at": day + n // 2, "feature": f"f{n}"}
        for i in ids
        for n in range(of)
    ]
    return {"usage": pa.Table.from_pylist(rows, schema=delivered_schema(SOURCES["usage"]))}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A log of usage with a delta whose rows tie with those of the base."""
    home = Home(tmp_path_factory.mktemp("whole"))
    append(home, uses(*(f"c{number}" for number in range(40))), receipt=RECEIPT)
    append(home, uses("c1", "c2", "new", of=2, day=1), receipt=RECEIPT)
    return home


def test_the_log_has_a_delta(whole: Home) -> None:
    assert sum(file.is_delta for file in EventLog.open(whole).manifest.log_files) == 1


def test_few_columns_are_those_of_all(whole: Home) -> None:
    log = EventLog.open(whole)

    for bucket in range(log.manifest.buckets):
        few, everything = log.bucket("usage", bucket, COLUMNS), log.bucket("usage", bucket)
        assert few.column_names == COLUMNS
        assert few.cast(everything.select(COLUMNS).schema).equals(everything.select(COLUMNS))


def test_few_columns_of_one_customer_are_those_of_all(whole: Home) -> None:
    log = EventLog.open(whole)

    few = log.customer("usage", "c1", COLUMNS)

    assert few.cast(log.customer("usage", "c1").select(COLUMNS).schema).equals(log.customer("usage", "c1").select(COLUMNS))


@pytest.mark.parametrize("customer", ["c1", "c2", "c30", "new"])
def test_a_customer_is_read_from_base_and_delta_in_stored_order(whole: Home, customer: str) -> None:
    log = EventLog.open(whole)
    bucket = log.bucket("usage", log.bucket_of(customer))

    alone = log.customer("usage", customer)

    assert alone.equals(bucket.filter(pc.equal(bucket["customer_id"], customer)).combine_chunks())
    assert alone.num_rows == {"c30": 3, "new": 2}.get(customer, 5)


def test_only_the_row_groups_of_a_customer_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "ROW_GROUP", 10)
    home, neighbours = Home(tmp_path), [f"c{number}" for number in range(99) if bucket_of(f"c{number}", 16) == 3][:2]
    append(home, uses(*neighbours, of=10), receipt=RECEIPT)
    log = EventLog.open(home)
    damage(home.log / log.manifest.log_files[0].path, 0.01)

    assert log.customer("usage", neighbours[1]).num_rows == 10
    with pytest.raises(LogDamaged, match="row group 0"):
        log.customer("usage", neighbours[0])


def test_no_bit_can_flip_unnoticed(whole: Home) -> None:
    log, random = EventLog.open(whole), np.random.default_rng(0)
    for file in log.manifest.log_files[::5] + tuple(file for file in log.manifest.log_files if file.is_delta):
        content = (whole.log / file.path).read_bytes()
        for place in (*random.integers(len(content), size=20), *range(4), *range(len(content) - 8, len(content))):
            flipped = bytearray(content)
            flipped[place] ^= 1 << int(random.integers(8))
            (whole.log / file.path).write_bytes(flipped)

            assert verify_log(whole) == [file.path]
            with pytest.raises(LogDamaged):
                read_few_columns(EventLog.open(whole), file)
        (whole.log / file.path).write_bytes(content)
    assert verify_log(whole) == []


@pytest.mark.parametrize("left", [0, 3, 40, -1])
def test_a_file_that_was_cut_is_refused(whole: Home, left: int) -> None:
    file = EventLog.open(whole).manifest.log_files[0]
    content = (whole.log / file.path).read_bytes()
    (whole.log / file.path).write_bytes(content[:left])

    with pytest.raises(LogDamaged):
        EventLog.open(whole).bucket("usage", file.runs[0].bucket)
    (whole.log / file.path).write_bytes(content)


def read_few_columns(log: EventLog, file: LogFile) -> None:
    for run in file.runs:
        log.bucket("usage", run.bucket, COLUMNS)


def damage(path: Path, place: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * place)] ^= 4
    path.write_bytes(content)
