"""That a release is kept with who, when and why, and that nothing is ever taken out of the file."""

from __future__ import annotations

import pytest

from features.home import Home
from training.feedback import Release, read_releases, release
from training.feedback.releases import ReleasesUnreadable, ReleaseWithoutReason

DONE = Release("agent:ana", 5, "k1", "heard the calls")


def test_a_release_is_read_as_it_was_written(tmp_path):
    release(Home(tmp_path), DONE)
    release(Home(tmp_path), Release("key:k9", 6, "k1", "a test system"))

    assert read_releases(Home(tmp_path)) == (DONE, Release("key:k9", 6, "k1", "a test system"))


def test_without_a_reason_nothing_is_released(tmp_path):
    with pytest.raises(ReleaseWithoutReason, match="say what you looked at"):
        release(Home(tmp_path), Release("agent:ana", 5, "k1", "  "))

    assert read_releases(Home(tmp_path)) == ()


def test_a_line_cut_short_is_dropped_by_the_next(tmp_path):
    release(Home(tmp_path), DONE)
    with (tmp_path / "feedback_releases.jsonl").open("ab") as file:
        file.write(b'{"source": "agent:b')

    release(Home(tmp_path), DONE)

    assert read_releases(Home(tmp_path)) == (DONE, DONE)


def test_a_changed_line_is_named(tmp_path):
    (tmp_path / "feedback_releases.jsonl").write_bytes(b'{"source": 1}\n')

    with pytest.raises(ReleasesUnreadable, match="line 1"):
        read_releases(Home(tmp_path))
