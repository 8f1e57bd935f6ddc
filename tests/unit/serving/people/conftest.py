from __future__ import annotations

import pytest

from serving.people import passwords


class Guess:
    """Hashes that cost nothing, and a count of how often one was looked at; the true ones are tested by their doctest."""

    looked = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, stored: str) -> bool:
        self.looked += 1
        return stored == self.hash(password)


@pytest.fixture(autouse=True)
def hasher(monkeypatch: pytest.MonkeyPatch) -> Guess:
    guess = Guess()
    monkeypatch.setattr(passwords, "_hasher", lambda: guess)
    monkeypatch.setattr(passwords, "_of_nobody", lambda: "hash of nobody's")
    return guess
