"""What does the log say: one pinned version of it, read by bucket or by customer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from features.contracts.schemas import stored_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.buckets import bucket_of
from features.log.files import BucketFile, folder_in, folder_of, is_whole, read_bucket, read_customer
from features.log.manifest import LogManifest, LogMissing, read_manifest


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
        file = self._files.get(folder_of(SOURCES[source], bucket))
        if file is None:
            return stored_schema(SOURCES[source]).empty_table()
        return read_bucket(self.home, SOURCES[source], file=file)

    def customer(self, source: str, customer_id: str) -> pa.Table:
        """Every version of every row of one customer, in the order of `bucket`; an unknown customer has no rows."""
        file = self._files.get(folder_of(SOURCES[source], self.bucket_of(customer_id)))
        if file is None:
            return stored_schema(SOURCES[source]).empty_table()
        return read_customer(self.home, SOURCES[source], file=file, customer_id=customer_id)

    @cached_property
    def _files(self) -> dict[str, BucketFile]:
        return {folder_in(file): file for file in self.manifest.bucket_files}


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
