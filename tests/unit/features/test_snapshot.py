"""A snapshot is written once, verified when opened, and the same whoever computes it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from features.log.manifest import LogManifest
from features.snapshot import (
    Provenance,
    SnapshotDamaged,
    SnapshotMissing,
    find_snapshot,
    newest_snapshot,
    newest_whole_day,
    open_snapshot,
    read_snapshot,
    write_snapshot,
)
from features.times import DAY, HOUR, parse_time

AS_OF = parse_time("2026-03-01")
LOG = LogManifest(contents={"usage": (1, 1)})
NEWER_LOG = LogManifest(contents={"usage": (2, 2)})


def provenance(as_of=AS_OF, log=LOG, version=1, signature="meaning-1"):
    return Provenance(as_of, log.digest, version, signature, {"usage": as_of + HOUR})


def frame(**rows):
    return pd.DataFrame.from_dict(
        rows or {"b": [1.0, 2.0], "a": [3.0, np.nan]}, orient="index", columns=["one", "two"], dtype="float32"
    )


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_rows_stand_in_bytewise_order_of_ids(home):
    snapshot = write_snapshot(home, frame(b=[1, 1], a=[2, 2], B=[3, 3], a_=[4, 4]), provenance=provenance())

    assert snapshot.ids.to_pylist() == ["B", "a", "a_", "b"]
    assert snapshot.matrix[:, 0].tolist() == [3, 2, 4, 1]


def test_what_is_read_is_what_was_written(home):
    snapshot = write_snapshot(home, frame(), provenance=provenance())

    pd.testing.assert_frame_equal(
        read_snapshot(snapshot.path), frame().sort_index().rename_axis("customer_id"), check_index_type=False
    )
    assert (snapshot.as_of, snapshot.names, snapshot.manifest) == (AS_OF, ("one", "two"), provenance())


def test_a_snapshot_of_nobody_can_be_written_and_read(home):
    snapshot = write_snapshot(home, frame().iloc[:0], provenance=provenance())

    assert snapshot.matrix.shape == (0, 2)


def test_its_folder_is_named_by_moment_and_content(home):
    first = write_snapshot(home, frame(), provenance=provenance())
    other = write_snapshot(home, frame(b=[1, 2.5], a=[3, 4]), provenance=provenance())

    assert first.path.name == f"20260301T000000Z-{first.digest[:12]}"
    assert other.path != first.path


def test_equal_values_from_a_newer_log_are_the_same_snapshot_known_to_hold_for_it(home):
    first = write_snapshot(home, frame(), provenance=provenance())
    again = write_snapshot(home, frame(), provenance=provenance(log=NEWER_LOG, version=2))

    assert again.path == first.path
    assert find_snapshot(home, AS_OF, log=NEWER_LOG, signature="meaning-1").manifest.log_version == 2


def test_a_stored_snapshot_is_found_by_moment_log_and_meaning(home):
    write_snapshot(home, frame(), provenance=provenance())

    assert find_snapshot(home, AS_OF, log=LOG, signature="meaning-1") is not None
    assert find_snapshot(home, AS_OF + DAY, log=LOG, signature="meaning-1") is None
    assert find_snapshot(home, AS_OF, log=NEWER_LOG, signature="meaning-1") is None
    assert find_snapshot(home, AS_OF, log=LOG, signature="meaning-2") is None


@pytest.mark.parametrize(("changed_since", "holds"), [(AS_OF - 1, False), (AS_OF, True), (AS_OF + DAY, True)])
def test_a_snapshot_survives_what_was_known_at_its_moment_or_later(home, changed_since, holds):
    write_snapshot(home, frame(), provenance=provenance())

    found = find_snapshot(home, AS_OF, log=NEWER_LOG.descending_from(LOG, since=changed_since), signature="meaning-1")

    assert (found is not None) == holds


def test_the_newest_snapshot_is_the_one_of_the_latest_moment(home):
    assert newest_snapshot(home) is None

    late = write_snapshot(home, frame(), provenance=provenance(AS_OF + DAY))
    write_snapshot(home, frame(), provenance=provenance(AS_OF))

    assert newest_snapshot(home).path == late.path


@pytest.mark.parametrize("name", ["ids.arrow", "matrix.npy", "columns.json", "manifest.json"])
@pytest.mark.parametrize("damage", ["flip", "truncate", "remove"])
def test_a_damaged_file_is_refused_by_name(home, name, damage):
    path = write_snapshot(home, frame(), provenance=provenance()).path
    content = bytearray((path / name).read_bytes())
    content[len(content) // 2] ^= 4
    changed = {"flip": content, "truncate": content[: len(content) // 2], "remove": None}[damage]
    (path / name).unlink() if changed is None else (path / name).write_bytes(changed)

    with pytest.raises((SnapshotDamaged, SnapshotMissing), match=name if damage != "remove" else path.name):
        open_snapshot(path)


def test_a_manifest_of_another_snapshot_is_refused(home):
    path = write_snapshot(home, frame(), provenance=provenance()).path
    other = write_snapshot(home, frame(b=[1, 2.5], a=[3, 4]), provenance=provenance()).path
    (path / "manifest.json").write_bytes((other / "manifest.json").read_bytes())

    with pytest.raises(SnapshotDamaged, match=r"manifest\.json"):
        open_snapshot(path)


def test_columns_are_taken_by_name(home):
    snapshot = write_snapshot(home, frame(), provenance=provenance())

    assert snapshot.columns(["two"])[1, 0] == 2
    with pytest.raises(SnapshotMissing, match="three"):
        snapshot.columns(["one", "three"])


def test_the_manifest_holds_no_clock_of_the_machine(home):
    path = write_snapshot(home, frame(), provenance=provenance()).path
    body = json.loads((path / "manifest.json").read_bytes())["manifest"]

    assert set(body) == {
        "as_of",
        "digest",
        "files",
        "log_digest",
        "log_version",
        "observed_until",
        "only_events",
        "rows",
        "signature",
    }


def test_the_newest_whole_day_is_one_that_every_source_with_rows_has_reached(monkeypatch):
    monkeypatch.setattr(LogManifest, "rows", property(lambda _: {"usage": 4, "tickets": 1, "surveys": 0}))
    manifest = LogManifest(observed_until={"usage": AS_OF + 30 * HOUR, "tickets": AS_OF + 12 * HOUR, "surveys": AS_OF - DAY})

    assert newest_whole_day(manifest) == AS_OF


def test_an_empty_log_has_no_newest_day():
    with pytest.raises(SnapshotMissing, match="empty"):
        newest_whole_day(LogManifest())
