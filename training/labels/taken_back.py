"""Was what a version told taken back later: an agent who pressed the wrong button says so, and the log keeps both."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import NEVER, IntArray
from models.rows import BoolArray


def taken_back_at(versions: pa.Table, says: BoolArray) -> IntArray:
    """Return, for each version, when the log learned that it is not so after all; NEVER where it did not.

    `versions`: every version of some exposures, with `exposure_id` and `known_at`, in any order. `says`: which of them tell
    something, such as a yes. It is taken back by the next version of the same exposure that does not tell it; a version that
    tells nothing is not taken back.
    """
    codes = pc.fill_null(versions["exposure_id"].combine_chunks().dictionary_encode().indices, -1).to_numpy(zero_copy_only=False)
    known = versions["known_at"].cast(pa.int64()).to_numpy()
    order = np.lexsort([known, codes])
    # The place of the next silent version in that order, one beyond the end where there is none.
    silent = np.where(says[order], len(order), np.arange(len(order)))
    following = np.minimum.accumulate(silent[::-1])[::-1]
    beyond = np.append(order, -1)[following]
    is_same = (beyond >= 0) & (codes[beyond] == codes[order]) & says[order]
    found = np.full(len(order), NEVER)
    found[order[is_same]] = known[beyond[is_same]]
    return found
