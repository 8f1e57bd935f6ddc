"""The audit names nobody, and the secret that hides the names is made once, kept private and checked."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import subjects
from features.home import Home

SECRET = bytes(range(32))


def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    home = Home(tmp_path)

    secret = subjects.installation_secret(home)

    path = home.keys / "installation.secret"
    assert secret == path.read_bytes() == subjects.installation_secret(home)
    assert len(secret) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(home.keys.iterdir()) == [path]


def test_two_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    together, found = threading.Barrier(8), set()

    def start() -> None:
        together.wait()
        found.add(subjects.installation_secret(Home(tmp_path)))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 1


def test_a_cut_secret_is_refused_and_not_replaced(tmp_path: Path) -> None:
    home = Home(tmp_path)
    subjects.installation_secret(home)
    (home.keys / "installation.secret").write_bytes(b"short")

    with pytest.raises(subjects.SecretDamaged, match="found 5: restore the file from the backup"):
        subjects.installation_secret(home)


def test_a_secret_everybody_may_read_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    subjects.installation_secret(home)
    (home.keys / "installation.secret").chmod(0o644)

    with pytest.raises(subjects.SecretExposed, match="chmod 600"):
        subjects.installation_secret(home)


@given(one=st.text("a1\0é", max_size=3), another=st.text("a1\0é", max_size=3))
def test_customers_share_a_subject_only_if_they_are_the_same(one: str, another: str) -> None:
    assert (subjects.subject(SECRET, one) == subjects.subject(SECRET, another)) == (one == another)


def test_another_installation_gives_another_subject_and_none_holds_the_id() -> None:
    assert subjects.subject(SECRET, "c1") != subjects.subject(bytes(32), "c1")
    assert "customer-4711" not in subjects.subject(SECRET, "customer-4711")
