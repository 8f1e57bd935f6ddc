"""What is answered about a delivery: how many rows were taken, and for each row whether it was, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from msgspec import UNSET, Struct, UnsetType

from features.times import Timestamp, format_time
from serving.telling.faults import RowFault
from serving.telling.judging import Judged

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Results:
    """What came of each row of one request, received from a moment on."""

    request_id: str
    received_at: Timestamp
    judged: Sequence[Judged]


class _Result(Struct, frozen=True, omit_defaults=True):
    index: int
    status: str
    errors: tuple[RowFault, ...] | UnsetType = UNSET


class _Results(Struct, frozen=True):
    request_id: str
    received_at: str
    accepted: int
    rejected: int
    results: list[_Result]


def results_body(results: Results) -> bytes:
    """Return the answer as JSON."""
    rows = [_result(index, one) for index, one in enumerate(results.judged)]
    accepted = sum(one.row is not None for one in results.judged)
    return _encode(_Results(results.request_id, format_time(results.received_at), accepted, len(rows) - accepted, rows))


def _result(index: int, judged: Judged) -> _Result:
    return _Result(index, "accepted") if judged.row is not None else _Result(index, "rejected", judged.faults)
