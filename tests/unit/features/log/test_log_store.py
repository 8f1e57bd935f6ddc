import errno
import multiprocessing
import os
from pathlib import Path

import pyarrow as pa
import pytest

from benchmarks.log_crashes import outlive_old_files
from features.contracts.schemas import LATEST, delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log import store
from features.log.buckets import split_by_bucket
from features.log.files import LogFile
from features.log.intake import Receipt, append
from features.log.manifest import LogMissing, read_manifest
from features.log.reading import LogDamaged, LogMoved
from features.log.store import EventLog, verify_log
from features.log.writer import LogLocked, NoRoomForLog, writer_lock, writing

RECEIPT = Receipt(received_at=LATEST, known_at="given")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def steps(*ids: str, known_at: int = 10) -> dict[str, pa.Table]:
    """One milestone of each customer."""
    rows = [{"customer_id": i, "known_at": known_at, "milestone_id": i, "reached_at": 5, "milestone": "login"} for i in ids]
    return {"milestones": pa.Table.from_pylist(rows, schema=delivered_schema(SOURCES["milestones"]))}


def files_of(home: Home) -> set[str]:
    return {path.relative_to(home.log).as_posix() for path in home.log.glob("*/*/*")}


def hold_lock(home: Home, held: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event") -> None:
    with writer_lock(home):
        held.set()
        done.wait(20)


def test_a_log_that_was_never_written_is_missing(home: Home) -> None:
    with pytest.raises(LogMissing, match="lifecycle import"):
        EventLog.open(home)


def test_a_customer_reads_the_same_alone_as_in_the_bucket(home: Home) -> None:
    append(home, steps(*(f"c{number}" for number in range(50))), receipt=RECEIPT)
    log = EventLog.open(home)

    bucket = log.bucket("milestones", log.bucket_of("c7"))
    alone = log.customer("milestones", "c7")

    assert alone.equals(bucket.filter(pa.compute.equal(bucket["customer_id"], "c7")).combine_chunks())
    assert alone.num_rows == 1
    assert log.customer("milestones", "nobody").num_rows == log.customer("usage", "c7").num_rows == 0


def test_buckets_share_out_all_rows() -> None:
    rows = steps(*(f"c{number}" for number in range(100)))["milestones"]

    shares = dict(split_by_bucket(rows, 8))

    assert sum(share.num_rows for share in shares.values()) == 100
    assert set(shares) == set(range(8))


def test_a_reader_keeps_its_version_through_any_number_of_writes_soon_after(home: Home) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    pinned = EventLog.open(home)

    for moment in range(20, 60, 10):
        append(home, steps("c1", known_at=moment), receipt=RECEIPT)

    assert pinned.customer("milestones", "c1").num_rows == 1


def test_a_quarter_of_an_hour_after_it_became_old_a_file_goes(home: Home) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    pinned = EventLog.open(home)
    append(home, steps("c1", known_at=20), receipt=RECEIPT)

    outlive_old_files(home)

    assert files_of(home) == set(EventLog.open(home).manifest.files)
    with pytest.raises(LogMoved, match="open it again"):
        pinned.bucket("milestones", pinned.bucket_of("c1"))


def test_a_file_that_was_written_long_ago_is_old_only_since_the_log_names_it_no_more(home: Home) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    pinned = EventLog.open(home)
    outlive_old_files(home)

    for moment in range(20, 40, 10):
        append(home, steps("c1", known_at=moment), receipt=RECEIPT)

    assert set(pinned.manifest.files) <= files_of(home)


def test_what_a_write_wrote_and_did_not_need_in_the_end_goes_with_it(home: Home) -> None:
    append(home, steps(*(f"c{number}" for number in range(30))), receipt=RECEIPT)
    ever = set(EventLog.open(home).manifest.files)
    for number in range(30, 36):  # further deltas, of which like ones become one
        append(home, steps(f"c{number}"), receipt=RECEIPT)
        ever |= set(EventLog.open(home).manifest.files)

    assert files_of(home) <= ever


def test_where_the_disk_is_full_old_files_make_room_at_once(home: Home) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    append(home, steps("c1", known_at=20), receipt=RECEIPT)

    with pytest.raises(NoRoomForLog), writing(home):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert files_of(home) == set(EventLog.open(home).manifest.files)


def test_leftovers_of_a_crash_are_swept_by_the_next_writer(home: Home) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    leftover = home.log / "milestones" / "bucket=00" / ".tmp-crashed"
    leftover.parent.mkdir(exist_ok=True)
    leftover.touch()

    append(home, steps("c2"), receipt=RECEIPT)

    assert files_of(home) == set(EventLog.open(home).manifest.files)


def test_a_delivery_that_brings_nothing_new_leaves_the_log_alone(home: Home) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    before = (home.log / "manifest.json").read_bytes()

    append(home, steps("c1"), receipt=RECEIPT)

    assert (home.log / "manifest.json").read_bytes() == before


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.98])
def test_a_flipped_bit_in_any_file_is_refused_and_named(home: Home, place: float) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    log = EventLog.open(home)
    (name,) = log.manifest.files
    content = bytearray((home.log / name).read_bytes())
    content[int(len(content) * place)] ^= 4
    (home.log / name).write_bytes(content)

    assert verify_log(home) == [name]
    with pytest.raises(LogDamaged, match="lifecycle log verify"):
        log.bucket("milestones", log.bucket_of("c1"))


def test_a_missing_file_is_named(home: Home) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    (name,) = EventLog.open(home).manifest.files
    (home.log / name).unlink()

    assert verify_log(home) == [name]


def test_files_that_writers_swept_meanwhile_are_no_damage(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    compare = store.is_whole

    def write_and_compare(home: Home, file: LogFile) -> bool:
        append(home, steps("c1", known_at=20), receipt=RECEIPT)
        outlive_old_files(home)
        return compare(home, file)

    monkeypatch.setattr(store, "is_whole", write_and_compare)

    assert verify_log(home) == []


@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: text.replace('"buckets":16', '"buckets":17')])
def test_a_damaged_manifest_is_not_believed(home: Home, damage: "type[str]") -> None:
    append(home, steps("c1"), receipt=RECEIPT)
    path = home.log / "manifest.json"
    path.write_text(damage(path.read_text()))

    with pytest.raises(LogDamaged, match=r"manifest\.json is not what was written"):
        read_manifest(home)


def test_a_second_writer_is_told_who_holds_the_log(home: Home) -> None:
    context = multiprocessing.get_context("fork")
    held, done = context.Event(), context.Event()
    holder = context.Process(target=hold_lock, args=(home, held, done))
    holder.start()
    held.wait(20)

    with pytest.raises(LogLocked, match=f"by process {holder.pid}"):
        append(home, steps("c1"), receipt=RECEIPT)

    done.set()
    holder.join(20)
    append(home, steps("c1"), receipt=RECEIPT)
    assert f"process {os.getpid()} " in (home.log / "writer.lock").read_text()
