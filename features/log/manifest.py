"""What is the event log at one moment: which files it consists of, and how far each source has been observed.

The manifest is replaced last, in one step, and carries a hash of itself: a reader that has read it has pinned a whole log.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from features.errors import NotFound
from features.home import Home
from features.log.files import BucketFile, LogDamaged
from features.times import Timestamp, format_time, parse_time
from features.write_once import canonical_json, replace_file, sha256_of_json

DEFAULT_BUCKETS = 16


class LogMissing(NotFound):
    """There is no event log yet."""


@dataclass(frozen=True)
class LogManifest:
    """One version of the log.

    `observed_until` says for each source up to which moment everything known had arrived; it never moves back. `contents`
    holds for each source the sum over its rows' hashes. `previous` are the files of the version before, which stay on disk so
    that readers who pinned it can finish.
    """

    version: int = 0
    buckets: int = DEFAULT_BUCKETS
    observed_until: Mapping[str, Timestamp] = field(default_factory=dict)
    bucket_files: tuple[BucketFile, ...] = ()
    contents: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    previous: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 of each file by its path below `log/`."""
        return {file.path: file.sha256 for file in self.bucket_files}

    @property
    def rows(self) -> dict[str, int]:
        """Stored rows (every version of every row) of each source that has any."""
        totals: dict[str, int] = {}
        for file in self.bucket_files:
            source = file.path.split("/")[0]
            totals[source] = totals.get(source, 0) + file.rows
        return totals

    @property
    def digest(self) -> str:
        """Hash over the stored rows alone: not over versions, clocks, buckets or files, so that only new knowledge changes it."""
        return sha256_of_json(
            {source: [f"{lane:016x}" for lane in lanes] for source, lanes in self.contents.items() if any(lanes)}
        )


def read_manifest(home: Home) -> LogManifest | None:
    """Return the manifest of the log, None where nothing was ever written.

    Raises
    ------
    LogDamaged
        If the manifest is not what was written.
    """
    path = home.log / "manifest.json"
    if not path.exists():
        return None
    try:
        document = json.loads(path.read_bytes())
        stated, body = document["sha256"], document["manifest"]
        if stated == sha256_of_json(body):
            return _from_json(body)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path.name) from error
    raise _damaged(path.name)


def write_manifest(home: Home, manifest: LogManifest) -> None:
    """Make this version of the log the one that readers open from now on."""
    body = _to_json(manifest)
    replace_file(home.log / "manifest.json", canonical_json({"manifest": body, "sha256": sha256_of_json(body)}))


def _damaged(name: str) -> LogDamaged:
    return LogDamaged(
        f"log/{name} is not what was written; restore a backup of `log/`, or remove it and import the history again"
    )


def _to_json(manifest: LogManifest) -> dict[str, Any]:
    return {
        "version": manifest.version,
        "buckets": manifest.buckets,
        "observed_until": {source: format_time(moment) for source, moment in manifest.observed_until.items()},
        "files": {file.path: {"sha256": file.sha256, "rows": file.rows} for file in manifest.bucket_files},
        "contents": {source: [f"{lane:016x}" for lane in lanes] for source, lanes in manifest.contents.items()},
        "previous": list(manifest.previous),
    }


def _from_json(body: Mapping[str, Any]) -> LogManifest:
    files = [BucketFile(path, entry["sha256"], entry["rows"]) for path, entry in sorted(body["files"].items())]
    return LogManifest(
        version=body["version"],
        buckets=body["buckets"],
        observed_until={source: parse_time(text) for source, text in body["observed_until"].items()},
        bucket_files=tuple(files),
        contents={source: tuple(int(lane, 16) for lane in lanes) for source, lanes in body["contents"].items()},
        previous=tuple(body["previous"]),
    )
