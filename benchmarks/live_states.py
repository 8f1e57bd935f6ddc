"""Tiny live states: a signed bundle of one small model with hand-written predictions, for tests and benchmarks of the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.records import full_record
from features.catalogue import CATALOGUE, Catalogue
from features.company import Company, default_company_text, read_company, store_company
from features.home import Home
from features.rfmt import RfmtEdges
from features.row_file import digests_of
from features.snapshot import Provenance, Snapshot, draft_snapshot, publish_draft
from features.times import Timestamp, parse_time
from models.assembly import PopulationReferences
from models.bundle import (
    Beside,
    Live,
    PredictionsOrigin,
    Signer,
    create_signing_key,
    export_model,
    load_signer,
    write_bundle,
    write_live,
    write_predictions,
)
from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.churn.model import CHURN_RESTS_ON_TOO_LITTLE
from models.decision import Contacts
from models.examples import Examples
from models.explanation import Reasons
from models.value.levers import GoodCustomer

HORIZONS_DAYS = (30, 60, 90)
AS_OF = parse_time("2026-01-01")
SNAPSHOT = "5" * 64
ALIKE = PopulationReferences(RfmtEdges((), (), (), ()), GoodCustomer(np.nan, np.nan, np.nan))
"""What customers are held against where nothing is known of any."""


@dataclass(frozen=True)
class Publisher:
    """Publishes live states in `home`, signed with the key at `signing_key`."""

    home: Home
    signing_key: Path

    def publish(self, chances: Mapping[str, float], *, as_of: Timestamp = AS_OF) -> Live:
        """Make these chances to leave (NaN: not at risk) what is live; the shorter horizons are parts of the longest.

        The model is another one for other chances, so every publication has its own versions.
        """
        live = self.store(chances, as_of=as_of)
        self.point_to(live)
        return live

    def point_to(self, live: Live) -> None:
        """Move the pointer to what was stored."""
        write_live(self.home, live)

    def store(
        self,
        chances: Mapping[str, float],
        *,
        as_of: Timestamp = AS_OF,
        company_text: str | None = None,
        beside: Mapping[str, float] | None = None,
        reasons: Reasons | None = None,
        contacts: Contacts | None = None,
        with_features: bool = False,
    ) -> Live:
        """Store everything `publish` does and leave the pointer where it is; a customer named `thin...` is hardly known.

        `beside`: further columns of the predictions, the same for everybody. `reasons` and `contacts`: by the places of the
        sorted ids. `with_features`: a snapshot stands behind them, the same row for everybody, so that a what-if is answered.
        """
        known = np.array(sorted(chances.items()), dtype=object)
        longest = known[:, 1].astype(np.float64)
        text = company_text or default_company_text("default")
        read = _read(text)
        company, catalogue = store_company(self.home, read), read.catalogue
        model = export_model(self.home, small_model(float(np.nanmean(longest)), catalogue), provenance={})
        bundle = write_bundle(self.home, {"churn": model}, signer=self._signer())
        ids = pa.array(known[:, 0].tolist(), pa.string())
        snapshot = _snapshot(self.home, ids, catalogue, as_of=as_of) if with_features else None
        digest = SNAPSHOT if snapshot is None else snapshot.digest
        origin = PredictionsOrigin(digest, as_of, catalogue.signature, bundle, company)
        columns = {f"churn_{days}": longest * (days / HORIZONS_DAYS[-1]) for days in HORIZONS_DAYS}
        columns[CHURN_RESTS_ON_TOO_LITTLE] = np.array([float(str(name).startswith("thin")) for name in known[:, 0]])
        columns |= {name: np.full(len(known), value) for name, value in (beside or {}).items()}
        around = Beside(reasons, contacts, ALIKE, None if snapshot is None else digests_of(snapshot.matrix))
        predictions = write_predictions(self.home, origin=origin, ids=ids, columns=columns, beside=around)
        return Live(bundle, company, digest, predictions)

    def _signer(self) -> Signer:
        make = load_signer if self.signing_key.exists() else create_signing_key
        return make(self.signing_key, self.home)


def _snapshot(home: Home, ids: pa.StringArray, catalogue: Catalogue, *, as_of: Timestamp) -> Snapshot:
    row = np.array(list(full_record(catalogue).values()), np.float32)
    with draft_snapshot(home, ids, catalogue.names) as draft:
        draft.write(np.tile(row, (len(ids), 1)))
        return publish_draft(home, draft, Provenance(as_of, "0" * 64, 1, catalogue.signature, {}))


@cache
def _read(text: str) -> Company:
    return read_company(text)


def small_model(rate: float, catalogue: Catalogue = CATALOGUE) -> ChurnModel:
    """Return a model that answers about `rate` for everybody."""
    leavers = max(1, min(99, round(rate * 100)))
    labels = np.zeros((100, len(HORIZONS_DAYS)))
    labels[:leavers] = 1.0
    rows = np.full((100, len(catalogue.names)), rate, dtype=np.float32)
    codes, as_ofs = np.arange(100, dtype=np.int32), np.full(100, AS_OF, dtype=np.int64)
    examples = Examples(rows, catalogue.names, labels, codes, as_ofs, catalogue.signature)
    recipe = ChurnRecipe("prior", (("prior", 1.0),), "contract", HORIZONS_DAYS)
    return fit_churn(examples, recipe=recipe, seed=0)
