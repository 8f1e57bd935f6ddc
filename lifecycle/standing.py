"""How does a running installation stand: its database, the audit, the background process and the clock, each in one finding."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from lifecycle.settings import Settings

_NOT_MADE = "not made yet"
_CLOCK_AHEAD_SECONDS = 300.0
_UNSEALED_WORTH_A_NOTE = 10_000


@dataclass(frozen=True)
class Finding:
    """What one check found: `fault` must be mended, `note` is worth knowing."""

    check: str
    verdict: Literal["ok", "note", "fault"]
    found: str
    remedy: str = ""


def database(settings: Settings) -> Finding:
    """Say which database it is and how many keys are in force."""
    if not _is_made(settings):
        return Finding("database", "note", _NOT_MADE, "the first `lifecycle keys create` or `lifecycle serve` makes it")
    from lifecycle.database import open_operational
    from serving.database import reading
    from serving.database.keys import list_keys

    with open_operational(settings) as engine:
        with reading(engine):
            in_force = sum(key.revoked_at is None for key in list_keys(engine))
        return Finding("database", "ok", f"{engine.dialect.name}, {in_force} API keys in force")


def people(settings: Settings) -> Finding:
    """Say how many people may sign in to the agent page, and how many have."""
    making = "`lifecycle users create NAME` lets somebody sign in to the agent page"
    if not _is_made(settings):
        return Finding("people", "note", "nobody may sign in", making)
    from lifecycle.database import open_operational
    from serving.people.accounts import list_people
    from serving.people.sessions import sessions_open

    with open_operational(settings) as engine:
        in_force = sum(person.disabled_at is None for person in list_people(engine))
        signed_in = sessions_open(engine, now=time.time_ns() // 1000)
    if not in_force:
        return Finding("people", "note", "nobody may sign in", making)
    return Finding("people", "ok", f"{in_force} may sign in, {signed_in} signed in now")


def names(settings: Settings) -> Finding:
    """Say whether customers are found by the names that the log tells now."""
    from features.log.manifest import LogMissing
    from features.log.store import EventLog
    from serving.names.building import customers_digest
    from serving.names.stored import newest_names

    remedy = "the background process stores them: `lifecycle serve`, or `lifecycle work`; until then the page finds ids alone"
    try:
        told = customers_digest(EventLog.open(settings.home).manifest)
    except LogMissing:
        return Finding("names", "note", "no log tells of customers yet")
    stored = newest_names(settings.home)
    if stored is None:
        return Finding("names", "note", "nobody is found by name yet", remedy)
    count = len(stored.told.ids)
    if stored.customers != told:
        return Finding("names", "note", f"{count:,} customers are found by name; the log tells of others since", remedy)
    return Finding("names", "ok", f"{count:,} customers are found by name")


def audit(settings: Settings) -> Finding:
    """Say how much of the audit is sealed; whether it was changed is for `lifecycle verify`, which reads all of it."""
    if not _is_made(settings):
        return Finding("audit", "note", _NOT_MADE)
    from sqlalchemy import func, select

    from lifecycle.database import open_operational
    from serving.database import reading
    from serving.database.chain.links import Head, read_head
    from serving.database.tables import audit_entries

    with open_operational(settings) as engine, reading(engine) as connection:
        waiting = connection.scalar(select(func.count()).where(audit_entries.c.position.is_(None))) or 0
    found = f"{(read_head(settings.home) or Head()).count:,} entries sealed, {waiting:,} wait"
    if waiting > _UNSEALED_WORTH_A_NOTE:
        return Finding(
            "audit", "note", found, "does the background process run? `lifecycle verify` says whether the chain is broken"
        )
    return Finding("audit", "ok", found)


def background(settings: Settings) -> Finding:
    """Say who does the background work, since when, and what waits."""
    from lifecycle.database import open_operational
    from serving.background.standing import standing_of

    if not _is_made(settings):
        return Finding("background", "note", "nothing runs yet", "`lifecycle serve` starts it")
    with open_operational(settings) as engine:
        standing = standing_of(engine, now=time.time_ns() // 1000)
    remedy = "start `lifecycle serve`, or `lifecycle work` where `serve --no-background` runs; its log says what fails"
    return Finding("background", standing.verdict, standing.text, "" if standing.verdict == "ok" else remedy)


def clock(settings: Settings) -> Finding:
    """Say whether this machine's clock can be right: nothing stored comes from its future."""
    ahead = max((path.stat().st_mtime for path in settings.home.root.glob("*")), default=0.0) - time.time()
    if ahead > _CLOCK_AHEAD_SECONDS:
        found = f"a file was written {ahead:.0f} s from now"
        return Finding("clock", "fault", found, "set the clock: rows and decisions get the time of receipt")
    return Finding("clock", "ok", "nothing stored comes from the future")


def spark(_: Settings) -> Finding:
    """Say whether Spark could run here."""
    if shutil.which("java"):
        return Finding("spark", "ok", "Java is here; `pip install lifecycle[spark]` adds `--engine spark`")
    return Finding("spark", "note", "no Java", "only needed for `--engine spark`: install a Java 17 runtime")


def _is_made(settings: Settings) -> bool:
    return settings.database_url is not None or settings.home.database.exists()
