"""What does the log say: one pinned version of it, read by bucket or by customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from features.home import Home
from features.log.buckets import bucket_of
from features.log.files import folder_of, is_whole, read_rows
from features.log.manifest import LogManifest, LogMissing, read_manifest
from features.log.schemas import stored_schema
from features.log.sources import SOURCES


@dataclass(frozen=True)
class EventLog:
    """One version of the event log; writers do not disturb it until they have written twice."""

    home: Home
    manifest: LogManifest

    @classmethod
    def open(cls, home: Home) -> EventLog:
        """Pin the newest version of the log.

        Raises
        ------
        LogMissing
            If nothing was ever written.
        """
        manifest = read_manifest(home)
        if manifest is None:
            raise LogMissing(
                f"no event log below {home.log}; `lifecycle import` brings history, `lifecycle simulate` invents one"
            )
        return cls(home, manifest)

    @property
    def digest(self) -> str:
        """Hash over what the log says: equal logs have equal digests, however their rows were delivered."""
        return self.manifest.digest

    def bucket_of(self, customer_id: str | None) -> int:
        """Return the bucket a customer lives in."""
        return bucket_of(customer_id, self.manifest.buckets)

    def bucket(self, source: str, bucket: int) -> pa.Table:
        """Every version of every row of one bucket, sorted by (customer_id, event time, key, known_at); none gives no rows."""
        path = self._paths.get(folder_of(SOURCES[source], bucket))
        if path is None:
            return stored_schema(SOURCES[source]).empty_table()
        return read_rows(self.home, SOURCES[source], path=path)

    def customer(self, source: str, customer_id: str) -> pa.Table:
        """Every version of every row of one customer, in the order of `bucket`; an unknown customer has no rows."""
        path = self._paths.get(folder_of(SOURCES[source], self.bucket_of(customer_id)))
        if path is None:
            return stored_schema(SOURCES[source]).empty_table()
        return read_rows(self.home, SOURCES[source], path=path, customer_id=customer_id)

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {path.rpartition("/")[0]: path for path in self.manifest.files}


def verify_log(home: Home) -> list[str]:
    """Return the files of the log (paths below `log/`) that are missing or are not what was written; none is well.

    Raises
    ------
    LogMissing
        If nothing was ever written.
    LogDamaged
        If the manifest itself is not what was written.
    """
    log = EventLog.open(home)
    return [file.path for file in log.manifest.bucket_files if not is_whole(home, file)]
