"""Who was erased while something was computed from a version of the log that still held them, so that they are left out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.erasing.among import Mask, about
from features.home import Home
from features.log.manifest import read_manifest
from features.tombstones import read_tombstones


def erased_meanwhile(home: Home, ids: pa.StringArray, *, log_digest: str) -> Mask:
    """Return which of these customers must not be published, as they were erased since the log of that digest was pinned.

    Where the log is still that one nobody is: whoever was erased from it is in no table made from it, and whoever is about to be
    will be erased from what is published now too.
    """
    none = np.zeros(len(ids), np.bool_)
    tombstones = read_tombstones(home)
    manifest = read_manifest(home) if tombstones else None
    if manifest is None or manifest.digest == log_digest:
        return none
    gone = tombstones.among(ids.to_pylist())
    return about(ids, gone) if gone else none
