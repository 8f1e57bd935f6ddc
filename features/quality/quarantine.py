"""What lies in quarantine: how many rows for which reason. Only reasons and row numbers are read, never what the rows hold."""

from __future__ import annotations

from collections import Counter

import pyarrow.parquet as pq

from features.home import Home
from features.quality.report import Quarantine, six_digits

_EXAMPLES = 5


def quarantine_of(home: Home, source: str, *, kept: int) -> Quarantine:
    """Count the rows of a source that were set aside, beside the `kept` rows of the log; a row may have several reasons.

    Examples name the file below `quarantine/`, the row in its delivery and the reason, newest files first.
    """
    files = sorted((home.quarantine / source).glob("[!.]*.parquet"), key=lambda path: (-path.stat().st_mtime_ns, path.name))
    reasons: Counter[str] = Counter()
    examples: list[str] = []
    rows = 0
    for path in files:
        aside = pq.read_table(path, columns=["row", "reason"])
        rows += aside.num_rows
        for told in aside["reason"].to_pylist():
            reasons.update(told.split("; "))
        some = aside.slice(0, _EXAMPLES - len(examples)).to_pylist()
        examples += [f"{source}/{path.name}, row {row['row']:,}: {row['reason']}" for row in some]
    share = six_digits(rows / max(rows + kept, 1))
    return Quarantine(rows, share, dict(reasons.most_common()), examples)
