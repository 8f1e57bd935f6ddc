"""Which alerts stand by what is live: by the predictions of everybody, mapped, and by the rows of who is fresh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from sqlalchemy import Connection, select

from features.company.schema import Company
from features.home import Home
from features.times import Timestamp
from models.alerts import ALERT_CODES, RULES, AlertCode, Known, alert_column
from models.bundle import Predictions, open_predictions
from models.rows import FloatArray
from serving.database.fresh import columns_digest
from serving.database.notices.alerts import Standing
from serving.database.tables import fresh_predictions
from serving.live.state import LiveState


@dataclass(frozen=True)
class FreshSaying:
    """What is predicted of one customer since the snapshot, by the live columns."""

    customer_id: str
    sequence: int
    values: FloatArray


@dataclass(frozen=True)
class Said:
    """What is live, as alerts read it. `fresh`: who is known better than the snapshot knew."""

    state: LiveState
    predictions: Predictions
    fresh: Mapping[str, FloatArray] = field(default_factory=dict)

    @property
    def company(self) -> Company:
        """Return the company file that is live."""
        return self.state.company

    def since(self, code: AlertCode) -> dict[str, Timestamp]:
        """Return for whom an alert stands, and since when."""
        name = alert_column(code)
        if name not in self.predictions.columns:
            return {}
        column = self.predictions.column(name)
        places = np.flatnonzero(np.isfinite(column))
        ids = self.predictions.ids.ids.take(places).to_pylist()
        found = dict(zip(ids, column[places].astype(np.int64).tolist(), strict=True))
        at = self.predictions.columns.index(name)
        for customer_id, values in self.fresh.items():
            found.pop(customer_id, None)
            if np.isfinite(values[at]):
                found[customer_id] = int(values[at])
        return found

    def standing(self, code: AlertCode, since: Mapping[str, Timestamp]) -> list[Standing]:
        """Return the alerts of these customers with their figures."""
        matrix = np.stack([self._values(customer_id) for customer_id in since])
        known = Known({name: matrix[:, place] for place, name in enumerate(self.predictions.columns)}, self.company)
        facts = {name: np.broadcast_to(figures, len(matrix)).tolist() for name, figures in RULES[code](known).facts.items()}
        from_, snapshot = self.state.versions.bundle, self.state.versions.snapshot
        return [
            Standing(customer_id, code, moment, {name: figures[row] for name, figures in facts.items()}, from_, snapshot)
            for row, (customer_id, moment) in enumerate(since.items())
        ]

    def codes(self, values: FloatArray) -> dict[AlertCode, Timestamp]:
        """Return which alerts stand by one row of values, and since when."""
        at = {code: self.predictions.columns.index(alert_column(code)) for code in ALERT_CODES if self._has(code)}
        return {code: int(values[place]) for code, place in at.items() if np.isfinite(values[place])}

    def _has(self, code: AlertCode) -> bool:
        return alert_column(code) in self.predictions.columns

    def _values(self, customer_id: str) -> FloatArray:
        fresh = self.fresh.get(customer_id)
        return self.predictions.matrix[cast(int, self.predictions.row(customer_id))] if fresh is None else fresh


def said_by(home: Home, state: LiveState) -> Said:
    """Open what is live, mapped and hashed once.

    Raises
    ------
    NotStored, ContentDamaged
        If it is not here, or not what it promises.
    """
    return Said(state, open_predictions(home, str(state.live.predictions)))


def fresh_sayings(connection: Connection, said: Said, *, after: int, limit: int | None = None) -> Sequence[FreshSaying]:
    """Return who is known better than the snapshot knew, by rows of what is live, in the order of their sequences."""
    rows, versions = fresh_predictions.c, said.state.versions
    live = (rows.bundle == versions.bundle, rows.company == versions.company, rows.as_of > said.state.as_of)
    named = rows.columns == columns_digest(said.predictions.columns)
    query = select(rows.customer_id, rows.sequence, rows.predictions).where(*live, named, rows.sequence > after)
    return [
        FreshSaying(row.customer_id, row.sequence, np.frombuffer(row.predictions, "<f8"))
        for row in connection.execute(query.order_by(rows.sequence).limit(limit))
    ]
