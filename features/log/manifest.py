"""What is the event log at one moment: which files it consists of, how far each source was observed, and what it grew from.

The manifest is replaced last, in one step, and carries a hash of itself: a reader that has read it has pinned a whole log.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace
from typing import Any

from features.errors import NotFound
from features.home import Home
from features.log.files import LogFile, Run
from features.log.reading import LogDamaged
from features.times import Timestamp, format_time, parse_time
from features.write_once import SealBroken, replace_file, sealed, sha256_of_json, unsealed

DEFAULT_BUCKETS = 16
LONGEST_LINEAGE = 512
_MOST_ERASURES = 10_000  # of more, a model older than them all is not told how many there were
FOREVER: Timestamp = 2**63 - 1


class LogMissing(NotFound):
    """There is no event log yet."""


def log_missing(home: Home) -> LogMissing:
    """Return the error for an installation into which nothing was ever written."""
    return LogMissing(f"no event log below {home.log}; `lifecycle import` brings history, `lifecycle simulate` invents one")


@dataclass(frozen=True)
class LogManifest:
    """One version of the log.

    `observed_until` says for each source up to which moment everything known had arrived; it never moves back. `contents`
    holds for each source the sum over its rows' hashes. `lineage` holds the digests of earlier versions, the newest last, and
    up to which moment what they said is still true. `erasures` are the digests of those versions from which somebody was
    erased, each as often as people were.
    """

    version: int = 0
    buckets: int = DEFAULT_BUCKETS
    observed_until: Mapping[str, Timestamp] = field(default_factory=dict)
    log_files: tuple[LogFile, ...] = ()
    contents: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    lineage: Mapping[str, Timestamp] = field(default_factory=dict)
    erasures: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, str]:
        """SHA-256 of each file's footer by its path below `log/`."""
        return {file.path: file.sha256 for file in self.log_files}

    @property
    def rows(self) -> dict[str, int]:
        """Stored rows (every version of every row) of each source that has any."""
        totals: dict[str, int] = {}
        for file in self.log_files:
            totals[file.source] = totals.get(file.source, 0) + file.rows
        return totals

    def of(self, source: str) -> tuple[LogFile, ...]:
        """Return the files of a source."""
        return tuple(file for file in self.log_files if file.source == source)

    def with_files(self, source: str, files: Iterable[LogFile]) -> LogManifest:
        """Return the log with these as the files of a source; those of which no row counts any more are left out."""
        kept = [file for file in self.log_files if file.source != source]
        kept += [file for file in files if file.runs]
        return replace(self, log_files=tuple(sorted(kept, key=lambda file: file.path)))

    def holds_before(self, digest: str) -> Timestamp | None:
        """Return up to which `as_of` whatever was computed from the log of that digest is still true.

        That is the smallest `known_at` among rows added, dropped or superseded since; an `as_of` of that very moment still
        holds. None if the digest is not, or no longer, known as one of this log.
        """
        return FOREVER if digest == self.digest else self.lineage.get(digest)

    def soon_forgets(self, digest: str) -> bool:
        """Say whether the digest is in the older half of the lineage: who relies on it should name the present one instead."""
        return digest in list(self.lineage)[: -LONGEST_LINEAGE // 2]

    def descending_from(self, before: LogManifest, *, since: Timestamp) -> LogManifest:
        """Return this version as the one that came after `before`; `since` is the smallest `known_at` added or dropped."""
        held = {digest: min(moment, since) for digest, moment in before.lineage.items()} | {before.digest: since}
        return replace(self, lineage=dict(list(held.items())[-LONGEST_LINEAGE:]))

    def erased_from(self, before: LogManifest, *, since: Timestamp, people: int) -> LogManifest:
        """Return this version as `before` without some people; `since` is the smallest `known_at` of what they had brought."""
        after = self.descending_from(before, since=since)
        return replace(after, erasures=(*before.erasures, *[before.digest] * people)[-_MOST_ERASURES:])

    def erased_since(self, digest: str) -> int:
        """Return how many people were erased whom the log of that digest held; of one no longer known, how many at all."""
        known = {earlier: place for place, earlier in enumerate([*self.lineage, self.digest])}
        place = known.get(digest, -1)
        return sum(known.get(erasure, -1) >= place for erasure in self.erasures)

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
        return _from_json(unsealed(path.read_bytes()))
    except (SealBroken, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LogDamaged(
            f"log/{path.name} is not what was written; restore a backup of `log/`, or remove it and import the history again"
        ) from error


def write_manifest(home: Home, manifest: LogManifest) -> None:
    """Make this version of the log the one that readers open from now on."""
    replace_file(home.log / "manifest.json", sealed(_to_json(manifest)))


def _to_json(manifest: LogManifest) -> dict[str, Any]:
    return {
        "version": manifest.version,
        "buckets": manifest.buckets,
        "observed_until": {source: format_time(moment) for source, moment in manifest.observed_until.items()},
        "files": {file.path: {"sha256": file.sha256, "runs": [astuple(run) for run in file.runs]} for file in manifest.log_files},
        "contents": {source: [f"{lane:016x}" for lane in lanes] for source, lanes in manifest.contents.items()},
        "lineage": list(manifest.lineage.items()),
        "erasures": list(manifest.erasures),
    }


def _from_json(body: Mapping[str, Any]) -> LogManifest:
    files = [_file_from_json(path, entry) for path, entry in sorted(body["files"].items())]
    return LogManifest(
        version=body["version"],
        buckets=body["buckets"],
        observed_until={source: parse_time(text) for source, text in body["observed_until"].items()},
        log_files=tuple(files),
        contents={source: tuple(int(lane, 16) for lane in lanes) for source, lanes in body["contents"].items()},
        lineage=dict(body["lineage"]),
        erasures=tuple(body.get("erasures", ())),  # logs of earlier versions have none
    )


def _file_from_json(path: str, entry: Mapping[str, Any]) -> LogFile:
    return LogFile(path, entry["sha256"], tuple(Run(*run) for run in entry["runs"]))
