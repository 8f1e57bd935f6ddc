"""Where do rows go that break their contract: aside, as they came, with the reason, to be corrected and sent again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.contracts.sources import Source
from features.home import Home
from features.write_once import replace_file


def set_aside(home: Home, source: Source, *, bad: pa.Table) -> Path | None:
    """Write bad rows to `quarantine/<source>/`, named by their content so that a repeated delivery is kept once."""
    if not bad.num_rows:
        return None
    content = _parquet_bytes(bad)
    path = home.quarantine / source.name / f"{hashlib.sha256(content).hexdigest()[:12]}.parquet"
    if not path.exists():
        replace_file(path, content)
    return path


def _parquet_bytes(table: pa.Table) -> bytes:
    """Return the rows as Parquet; equal ones give equal bytes, however their chunks lie."""
    sink = pa.BufferOutputStream()
    pq.write_table(table.combine_chunks(), sink, compression="zstd", compression_level=1, write_page_checksum=True)
    content: bytes = sink.getvalue().to_pybytes()
    return content
