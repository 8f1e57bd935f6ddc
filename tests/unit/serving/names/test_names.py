"""Customers are found by what they are called, whatever the case and the accents, and forgotten when they must be."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.subjects import installation_secret, subject
from features.times import DAY, Timestamp, parse_time
from features.tombstones import add_tombstone
from serving.names.building import LONGEST_NAME, bring_up_to_date
from serving.names.erasing import erase_from_names
from serving.names.shelf import LOOK_SECONDS, NameShelf
from serving.names.stored import Names, ToldNames, folders_of, names_lock, newest_names, publish_names

NOW = parse_time("2026-01-01")
CALLED = {"a": "Ana Silva", "b": "José da Silva-Gonçalves", "c": "Łucja KOWALSKA", "d": "Anastasia O'Neill", "e": "🎉"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def tell(home: Home, names: dict[str, str | None], *, at: Timestamp = NOW) -> None:
    moments = pd.to_datetime([NOW - DAY] * len(names), unit="us", utc=True)
    known = pd.to_datetime([at] * len(names), unit="us", utc=True)
    profile = {"customer_id": list(names), "first_seen_at": moments, "known_at": known, "display_name": list(names.values())}
    append(home, {"customers": pd.DataFrame(profile)}, receipt=Receipt(at, known_at="given"))


def stored(home: Home) -> Names:
    bring_up_to_date(home)
    found = newest_names(home)
    assert found is not None
    return found.opened()


def plain(names: dict[str, str]) -> ToldNames:
    return ToldNames(pa.array(names), pa.array(list(names.values())))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ana", ["a", "d"]),
        ("SILVA", ["a", "b"]),
        ("goncal", ["b"]),
        ("silva jose", ["b"]),
        ("łuc kow", ["c"]),
        ("lucja", ["c"]),
        ("o'neill", ["d"]),
        ("ilva", []),
        ("ana kowalska", []),
        ("🎉", []),
        ("", []),
    ],
)
def test_a_customer_is_found_by_the_beginnings_of_words_of_the_name(home: Home, text: str, found: list[str]) -> None:
    tell(home, CALLED)

    assert list(stored(home).called(text)) == found


def test_who_is_called_just_so_comes_before_whoever_is_called_longer(home: Home) -> None:
    tell(home, {"a": "Lisa Li", "b": "Lisa Long", "c": "Bo Li"})

    assert list(stored(home).called("li")) == ["a", "c", "b"]


def test_the_name_of_the_newest_version_counts_whatever_came_last(home: Home) -> None:
    tell(home, {"a": "Ana Silva"}, at=NOW + DAY)
    tell(home, {"a": "Ana Souza", "b": "Bo"}, at=NOW)
    tell(home, {"b": None}, at=NOW + DAY)

    names = stored(home)

    assert (names.name_of("a"), names.name_of("b"), names.name_of("nobody")) == ("Ana Silva", None, None)


def test_names_are_stored_again_only_when_the_log_tells_others(home: Home) -> None:
    tell(home, CALLED)

    assert [bring_up_to_date(home), bring_up_to_date(home)] == [True, False]
    tell(home, {"f": "Fay"})
    assert bring_up_to_date(home)
    assert len(folders_of(home)) == 1


def test_no_log_has_no_names(home: Home) -> None:
    assert not bring_up_to_date(home)
    assert NameShelf(home).now() is None


def test_a_log_in_which_nobody_has_a_name_has_none_to_search(home: Home) -> None:
    tell(home, {"a": None})

    assert list(stored(home).called("a")) == []


def test_of_a_very_long_name_the_beginning_is_kept(home: Home) -> None:
    tell(home, {"a": "x " * 900})

    assert stored(home).name_of("a") == ("x " * 900)[:LONGEST_NAME]


def test_a_name_that_was_told_meanwhile_is_known_at_the_next_look(home: Home) -> None:
    now = [0.0]
    shelf = NameShelf(home, clock=lambda: now[0])
    assert shelf.now() is None
    tell(home, CALLED)
    bring_up_to_date(home)

    now[0] += LOOK_SECONDS

    known = shelf.now()
    assert known is not None
    assert known.names.name_of("a") == "Ana Silva"


@pytest.mark.parametrize("file", ["ids.arrow", "names.arrow", "words.arrow", "begins.npy", "places.npy", "manifest.json"])
def test_damaged_names_are_not_read_and_stored_anew(home: Home, file: str) -> None:
    tell(home, CALLED)
    bring_up_to_date(home)
    path = home.names / folders_of(home)[0] / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    assert NameShelf(home).now() is None
    assert bring_up_to_date(home)
    assert NameShelf(home).now() is not None


def test_who_is_erased_is_in_no_file_of_names_and_the_others_are_found_still(home: Home) -> None:
    tell(home, CALLED)
    bring_up_to_date(home)

    cleared = erase_from_names(home, ["b"], seconds=1)

    assert cleared.rows == 1
    assert not any(token in path.read_bytes() for path in home.names.rglob("*.*") for token in (b"Jos", b"jose", b"gonc"))
    found = newest_names(home)
    assert found is not None
    assert list(found.opened().called("silva")) == ["a"]
    assert erase_from_names(home, ["b"], seconds=1).changed == 0


def test_names_that_a_killed_process_left_behind_are_removed_with_whoever_stands_in_them(home: Home) -> None:
    publish_names(home, plain({"a": "Ana", "b": "Bo"}), customers="x")
    left = home.names / folders_of(home)[0]
    aside = left.rename(home.root / "aside")
    publish_names(home, plain({"a": "Ana"}), customers="y")
    publish_names(home, plain({"a": "Ana"}), customers="z")
    aside.rename(left)

    erase_from_names(home, ["b"], seconds=1)

    assert left.name not in folders_of(home)
    assert len(folders_of(home)) == 1


def test_who_was_erased_while_the_log_was_read_is_left_out(home: Home) -> None:
    tell(home, CALLED)
    add_tombstone(home, subject(installation_secret(home), "a"), at=NOW)

    assert stored(home).name_of("a") is None


def test_only_one_process_at_a_time_writes_names(home: Home) -> None:
    tell(home, CALLED)

    with names_lock(home), pytest.raises(Exception, match="are being written"):
        bring_up_to_date(home)
