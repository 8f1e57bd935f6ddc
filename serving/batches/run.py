"""Who answers batches: a task of the background process, one batch at a time, the oldest first.

All rows of a batch come from the live state that was in service when it was begun. It is answered into a folder nobody opens;
the folder is published, then the batch is done. Killed before that, it is begun anew; killed between, its results stand and it
is only called done. Results, and folders whose batch was deleted, are dropped when there is nothing else to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from features.errors import LifecycleError
from features.subjects import subject
from features.times import SECOND, Timestamp
from features.write_once import new_folder, publish_folder
from serving.answering.flat import FlatCustomer
from serving.batches.asked import BatchAsked, portions
from serving.batches.results import ResultsFile, drop_results, results_folder, standing_result
from serving.database.audit import AuditEntry, record_in
from serving.database.batches import (
    Batch,
    Begun,
    Result,
    batch_ids,
    begin_next,
    drop_old_batches,
    fail,
    finish,
    note_progress,
)
from serving.database.transactions import reading
from serving.listing.listing import listing_of
from serving.live.state import LiveState

if TYPE_CHECKING:
    from serving.background.office import Office

BATCHES = "/v1/batches"

SWEPT_EVERY: Timestamp = 600 * SECOND
"""How often what is old is looked for."""

Told: TypeAlias = Callable[[Connection, Batch, Result], None]
"""Whom a finished batch is told to, in the transaction that finishes it."""


def nobody(connection: Connection, batch: Batch, result: Result) -> None:
    """Tell nobody."""


class BatchTask:
    """Answers batches. `tell` is called when one is done."""

    every_seconds = 1.0

    def __init__(self, office: Office, tell: Told = nobody) -> None:
        self._office = office
        self._tell = tell
        self._swept_at: Timestamp = 0

    def run(self) -> bool:
        """Answer one batch, or drop what is old; whether another batch may wait."""
        state = self._office.live.in_service().state
        if state is None:
            return False
        with self._office.writing() as connection:
            begun = begin_next(connection, now=self._now())
        if begun is None:
            self._sweep_at_times()
            return False
        try:
            self._answer(begun, state)
        except LifecycleError as fault:
            self._fail(begun, fault.problem)
        except (OSError, SQLAlchemyError):  # a full disk, a database that is away: it is begun anew
            raise
        except Exception:  # a fault of ours would hold up every batch behind this one
            self._fail(begun, "internal")
            raise
        return True

    def _fail(self, begun: Begun, problem: str) -> None:
        with self._office.writing() as connection:
            fail(connection, begun.batch, problem, now=self._now())

    def _answer(self, begun: Begun, state: LiveState) -> None:
        home, batch = self._office.settings.home, begun.batch
        if not begun.was_running:  # whatever stands of it was found before it was sent back to wait
            drop_results(home, batch.id)
        result = standing_result(home, batch.id) or self._publish(batch, state)
        if result is None:
            return
        with self._office.writing() as connection:
            is_ours = finish(connection, batch, result, now=self._now())
            if is_ours:
                self._tell(connection, batch, result)
        if not is_ours:
            drop_results(home, batch.id)

    def _publish(self, batch: Batch, state: LiveState) -> Result | None:
        home = self._office.settings.home
        with new_folder(home.batches) as folder:
            result = self._write(batch, state, folder)
            if result is not None:
                publish_folder(folder, results_folder(home, batch.id))
        return result

    def _write(self, batch: Batch, state: LiveState, folder: Path) -> Result | None:
        """Write all rows; None if the batch was taken away meanwhile."""
        asked = msgspec.json.decode(batch.asked or b"{}", type=BatchAsked)
        with ResultsFile(folder) as file:
            for portion in portions(state, asked, listing=lambda: listing_of(state, self._office.settings.home)):
                file.add(portion.rows)
                with self._office.writing() as connection:
                    if not note_progress(connection, batch, done=file.rows, total=portion.total):
                        return None
                    record_in(connection, self._entries(batch, portion.rows))
            return file.close(msgspec.json.encode(state.versions).decode())

    def _entries(self, batch: Batch, rows: Sequence[FlatCustomer]) -> list[AuditEntry]:
        """Return one entry for each customer answered about, under the id of the batch."""
        now, secret = self._now(), self._office.secret
        ids = dict.fromkeys(row.customer_id for row in rows if row.customer_id is not None)
        return [AuditEntry(now, batch.id, batch.key_id, "read", BATCHES, subject(secret, each), 200) for each in ids]

    def _sweep_at_times(self) -> None:
        if self._now() - self._swept_at >= SWEPT_EVERY:
            self._swept_at = self._now()
            self._sweep()

    def _sweep(self) -> None:
        home = self._office.settings.home
        with self._office.writing() as connection:
            drop_old_batches(connection, now=self._now())
        # The folders are listed first: a batch that is made meanwhile has no folder among them.
        folders = [path.name for path in home.batches.iterdir() if _is_batch(path)] if home.batches.is_dir() else []
        with reading(self._office.engine) as connection:
            standing = frozenset(batch_ids(connection)) if folders else frozenset()
        for name in folders:
            if name not in standing:
                drop_results(home, name)

    def _now(self) -> Timestamp:
        return self._office.clock()


def _is_batch(path: Path) -> bool:
    return path.is_dir() and not path.name.startswith(".")
