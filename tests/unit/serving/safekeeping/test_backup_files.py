from __future__ import annotations

import shutil

import pyarrow as pa
import pytest

from benchmarks.live_states import AS_OF
from features.contracts.schemas import delivered_schema
from features.contracts.sources import OFFERS
from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog, verify_log
from features.write_once import replace_file
from models.bundle import read_live
from serving.safekeeping import files
from serving.safekeeping.backup import back_up
from serving.safekeeping.files import BackupDisturbed, copy_log, copy_naming


def deliver(home: Home, number: int) -> None:
    row = {"exposure_id": f"d{number}/1", "decision_id": f"d{number}", "customer_id": "c1", "known_at": AS_OF + number}
    row |= {"decided_at": AS_OF + number, "rank": 1.0, "offer_id": "o", "arm": "policy"}
    schema = delivered_schema(OFFERS)
    table = pa.table({field.name: pa.array([row.get(field.name)], field.type) for field in schema})
    append(home, {OFFERS.name: table}, receipt=Receipt(AS_OF + number, known_at="given", observed_until={OFFERS.name: AS_OF}))


def test_the_copied_log_is_whole_and_says_the_same(tmp_path):
    home, copy = Home(tmp_path / "home"), Home(tmp_path / "copy")
    for number in range(3):
        deliver(home, number)

    copied = copy_log(home, copy.root)

    assert verify_log(copy) == []
    assert EventLog.open(copy).digest == EventLog.open(home).digest
    assert {f"log/{path}" for path in EventLog.open(home).manifest.files} | {"log/manifest.json"} == set(copied)


def test_a_writer_that_sweeps_the_log_meanwhile_makes_us_copy_the_next_version(tmp_path, monkeypatch):
    home, copy, whole, swept = Home(tmp_path / "home"), Home(tmp_path / "copy"), files.copy_file, []
    deliver(home, 0)

    def swept_once(source, target):
        if not swept:
            swept.append(source)
            deliver(home, 1)
            raise FileNotFoundError
        return whole(source, target)

    monkeypatch.setattr(files, "copy_file", swept_once)
    copy_log(home, copy.root)

    assert EventLog.open(copy).digest == EventLog.open(home).digest
    assert verify_log(copy) == []


def test_a_pointer_that_never_stands_still_is_not_copied(tmp_path, monkeypatch):
    home, moves = Home(tmp_path / "home"), iter(range(100))
    monkeypatch.setattr(files, "_contents", lambda _: {"live.json": str(next(moves)).encode()})

    with pytest.raises(BackupDisturbed):
        copy_naming(home, tmp_path / "copy")


def test_a_copy_without_what_was_live_is_not_kept(publisher, sqlite_engine, tmp_path, monkeypatch):
    publisher.publish({"c1": 0.3})
    named = publisher.home.predictions / read_live(publisher.home).predictions
    monkeypatch.setattr("serving.safekeeping.backup.dump", lambda *_: shutil.rmtree(named) or {})

    with pytest.raises(BackupDisturbed, match="predictions/"):
        back_up(publisher.home, sqlite_engine, to=tmp_path / "copies" / "copy", now=AS_OF)

    assert list((tmp_path / "copies").iterdir()) == []


def test_what_is_half_written_or_a_lock_is_left_out(tmp_path):
    home = Home(tmp_path / "home")
    for name in ("reports/a.json", "reports/.tmp-b", ".tmp-c/d.json", "publishing.lock", "mlflow/e", "other.db", "other.db-wal"):
        replace_file(home.root / name, b"x")

    copied = files.copy_named(home, tmp_path / "copy", database=str(home.root / "other.db"))

    assert list(copied) == ["reports/a.json"]
