"""How does the event log forget people: every file that holds a row of theirs, whether it counts still or not, is written anew.

Older versions are dropped with their files at once, so a reader who pinned one must open the log again. What was computed from
the log before holds where nothing that these people brought was known yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.contracts.schemas import stored_schema
from features.contracts.sources import SOURCES
from features.erasing.among import about
from features.erasing.cleared import Cleared
from features.home import Home
from features.log.files import LogFile, Run, write_base, write_delta
from features.log.manifest import LogManifest
from features.log.reading import Footer, groups_with, read_footer, read_groups
from features.log.versions import NOTHING, content_sum
from features.log.writer import publish, writing
from features.times import Timestamp

STORE = "log"


@dataclass(frozen=True)
class _Rewritten:
    """A file without these people (None: nothing is left of it), and their rows that counted."""

    before: LogFile
    after: LogFile | None
    dropped: pa.Table


@dataclass(frozen=True)
class LogErased:
    """What was done, and the version of the log before and after."""

    cleared: Cleared
    before: LogManifest
    after: LogManifest


def erase_from_log(home: Home, customers: Collection[str], *, seconds: float = 0.0) -> LogErased:
    """Take every row about these people out of the log, and the files in which they stood from the disk.

    Raises
    ------
    LogLocked
        If somebody else writes for longer than so many seconds; ask again.
    NoRoomForLog
        If the disk is full; the log is as it was.
    """
    with writing(home, seconds=seconds, kept_seconds=0.0) as before:
        rewritten = [one for file in before.log_files if (one := _without(home, file, customers)) is not None]
        after = _published(home, before, rewritten)
    rows = sum(one.dropped.num_rows for one in rewritten)
    return LogErased(Cleared(STORE, len(before.log_files), len(rewritten), rows), before, after)


def _without(home: Home, file: LogFile, customers: Collection[str]) -> _Rewritten | None:
    """Write the rows of a file that count anew, without these people; None if it never held one of them."""
    footer = read_footer(home, file)
    whole = Run(0, 0, len(footer.ends), footer.metadata.num_rows)  # rows that count no more lie there still
    groups = groups_with(footer, whole, sorted(customers))
    if not groups or not about(read_groups(footer, groups=groups, columns=["customer_id"])["customer_id"], customers).any():
        return None
    found = [(bucket, part, about(part["customer_id"], customers)) for bucket, part in _parts(footer)]
    dropped = [part.filter(pa.array(gone)) for _, part, gone in found]
    kept = [(bucket, part.filter(pa.array(~gone))) for bucket, part, gone in found if not gone.all()]
    return _Rewritten(file, _written(home, file, kept), pa.concat_tables(dropped))


def _parts(footer: Footer) -> Iterator[tuple[int, pa.Table]]:
    """Give the rows of each run that counts, with their stored types."""
    schema = stored_schema(SOURCES[footer.file.source])
    for run in footer.file.runs:
        yield run.bucket, read_groups(footer, groups=range(run.first, run.end), columns=schema.names).cast(schema)


def _written(home: Home, file: LogFile, parts: list[tuple[int, pa.Table]]) -> LogFile | None:
    if not parts:
        return None
    source = SOURCES[file.source]
    if file.is_delta:
        return write_delta(home, source, parts=parts)
    ((bucket, rows),) = parts
    return write_base(home, source, bucket=bucket, rows=rows)


def _published(home: Home, before: LogManifest, rewritten: list[_Rewritten]) -> LogManifest:
    if not rewritten:
        return before
    gone = {one.before.path for one in rewritten}
    new = tuple(one.after for one in rewritten if one.after is not None)
    kept = tuple(file for file in before.log_files if file.path not in gone)
    files = tuple(sorted((*kept, *new), key=lambda file: file.path))
    after = replace(before, log_files=files, contents=_contents(before, rewritten))
    since = min((moment for one in rewritten if (moment := _earliest(one.dropped)) is not None), default=None)
    people = {each for one in rewritten for each in pc.unique(one.dropped["customer_id"]).to_pylist()}
    return publish(home, before, after if since is None else after.erased_from(before, since=since, people=len(people)))


def _contents(before: LogManifest, rewritten: list[_Rewritten]) -> dict[str, tuple[int, ...]]:
    contents = {source: np.array(lanes, np.uint64) for source, lanes in before.contents.items()}
    for one in rewritten:
        name = one.before.source
        contents[name] = contents.get(name, np.array(NOTHING, np.uint64)) - content_sum(SOURCES[name], one.dropped)
    return {source: tuple(lanes.tolist()) for source, lanes in contents.items()}


def _earliest(rows: pa.Table) -> Timestamp | None:
    earliest: Timestamp | None = pc.min(rows["known_at"].cast(pa.int64())).as_py()
    return earliest
