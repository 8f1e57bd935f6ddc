"""How do every customer's predictions become files for a CRM: in parts no larger than it takes, each whole or not there.

A CSV part is what one bulk job uploads. A JSON part holds one request body a line, so that a loop over its lines sends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from features.errors import Conflict
from features.write_once import replace_file
from serving.answering.flat import FlatCustomer, flat_customer
from serving.crm.bodies import body, csv_header, csv_row
from serving.crm.mapping import CrmMapping
from serving.live.state import LiveState


class PartsInTheWay(Conflict):
    """The folder holds parts of an earlier export, which would be sent along with these."""


@dataclass(frozen=True)
class Exported:
    """What was written: the files in their order, and how many customers they hold."""

    files: tuple[Path, ...]
    customers: int


def export(rows: Iterable[FlatCustomer], mapping: CrmMapping, *, folder: Path) -> Exported:
    """Write the rows to `folder` as `<mapping>-0001.csv` (or `.ndjson`) and so on.

    Raises
    ------
    PartsInTheWay
        If parts of the same mapping are there already; a longer export before would leave its last parts behind.
    """
    suffix = "csv" if mapping.format == "csv" else "ndjson"
    if there := sorted(folder.glob(f"{mapping.name}-*.{suffix}")):
        raise PartsInTheWay(f"needed a folder without parts of {mapping.name}, found {there[0]}; remove them or name another")
    counted = _Counted(rows)
    files = []
    for number, content in enumerate(parts(counted, mapping), start=1):
        files.append(folder / f"{mapping.name}-{number:04}.{suffix}")
        replace_file(files[-1], content)
    return Exported(tuple(files), counted.seen)


def everybody(state: LiveState) -> Iterator[FlatCustomer]:
    """Give the row of every customer of the live snapshot whom the service answers about, in the order of the ids."""
    for customer_id in state.predictions.ids.ids:
        found = state.find(customer_id.as_py())
        if found is not None:
            yield flat_customer(state, found)


def parts(rows: Iterable[FlatCustomer], mapping: CrmMapping) -> Iterator[bytes]:
    """Give the content of each part: at most `most_bytes` long, a CSV also at most `most_rows`."""
    is_csv = mapping.format == "csv"
    head = csv_header(mapping) if is_csv else b""
    lines = (csv_row(row, mapping) for row in rows) if is_csv else _bodies(iter(rows), mapping)
    content, held = bytearray(head), 0
    for line in lines:
        if held and (len(content) + len(line) > mapping.most_bytes or (is_csv and held >= mapping.most_rows)):
            yield bytes(content)
            content, held = bytearray(head), 0
        content += line
        held += 1
    if held:
        yield bytes(content)


def _bodies(rows: Iterator[FlatCustomer], mapping: CrmMapping) -> Iterator[bytes]:
    while some := list(islice(rows, mapping.most_rows)):
        yield body(some, mapping)


class _Counted:
    """Rows on their way through, and how many have passed."""

    def __init__(self, rows: Iterable[FlatCustomer]) -> None:
        self._rows = rows
        self.seen = 0

    def __iter__(self) -> Iterator[FlatCustomer]:
        for row in self._rows:
            self.seen += 1
            yield row
