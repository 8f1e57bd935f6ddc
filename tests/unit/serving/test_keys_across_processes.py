from __future__ import annotations

import subprocess
import sys

import pytest

from features.times import DAY, SECOND, parse_time
from serving.database import keys

NOW = parse_time("2026-03-01T09:00:00Z")
ASK = """
import asyncio, sys
from serving.auth import KeyRing
from serving.database import open_database
from serving.database.key_uses import KeyUses
from serving.door.access import READ
from serving.door.problems import Unauthenticated
engine, now = open_database(sys.argv[1]), [0]
uses = KeyUses(engine)
ring = KeyRing(engine, lambda: now[0], uses)
for line in sys.stdin:
    moment, secret = line.split()
    now[0] = int(moment)
    try:
        asyncio.run(ring.admit("Bearer " + secret, READ))
        print("admitted", flush=True)
    except Unauthenticated:
        print("refused", flush=True)
uses.close()
engine.dispose()
"""


class Elsewhere:
    """Another process that holds a ring of keys on the same database."""

    def __init__(self, url: str) -> None:
        words = [sys.executable, "-c", ASK, url]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, secret: str, moment: int) -> str:
        self.process.stdin.write(f"{moment} {secret}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.communicate(timeout=30)


@pytest.fixture
def elsewhere(url):
    other = Elsewhere(url)
    yield other
    other.end()


def test_a_key_revoked_here_ends_in_another_process_within_five_seconds(engine, elsewhere):
    made = keys.create_key(engine, name="crm", scopes=["read"], created_at=NOW)
    assert elsewhere.ask(made.secret, NOW) == "admitted"

    keys.revoke_key(engine, made.id, now=NOW)

    assert elsewhere.ask(made.secret, NOW + 5 * SECOND) == "refused"


def test_a_key_rotated_here_works_elsewhere_by_both_secrets_until_the_overlap_ends(engine, elsewhere):
    old = keys.create_key(engine, name="crm", scopes=["read"], created_at=NOW)

    new = keys.rotate_key(engine, old.id, now=NOW, overlap=DAY)

    assert [elsewhere.ask(each.secret, NOW + DAY - SECOND) for each in (old, new)] == ["admitted", "admitted"]
    assert [elsewhere.ask(each.secret, NOW + DAY + SECOND) for each in (old, new)] == ["refused", "admitted"]


def test_a_use_in_another_process_is_seen_here(engine, url):
    made, other = keys.create_key(engine, name="crm", scopes=["read"], created_at=NOW), Elsewhere(url)

    other.ask(made.secret, NOW + SECOND)
    other.end()

    assert [key.last_used_at for key in keys.list_keys(engine)] == [NOW + SECOND]
