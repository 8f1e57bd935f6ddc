"""Who is asked about at a month start: what the company published of them, had it published then, and what is true."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.policy_truth.company import Studied
from features.company import Company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.references.ladders import Ladder
from features.times import Timestamp, parse_time
from models.assembly import read_columns, standing_columns
from models.decision import Contacts
from models.decision.published import Published
from models.offer import OfferModel
from models.rows import FloatArray, Rows
from models.uplift import Outlook
from training.decided import contacts_known
from training.publishing.scene import Scene, people_of

ASKED_AT = tuple(parse_time(day) for day in ("2025-10-01", "2025-11-01", "2025-12-01"))


@dataclass(frozen=True)
class Asked:
    """Customers with a contract in force at a month start, a row each.

    `rows`: features. `standing`: features, stages and health as they are published. `contacts`: as the log told by then.
    `effects`: the true effect of every offer of `company` (its file, with the offers alone whose effect is known), currency.
    """

    company: Company
    as_of: Timestamp
    ids: pa.Array
    rows: Rows
    standing: dict[str, FloatArray]
    contacts: Contacts
    effects: FloatArray

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the features."""
        return tuple(self.company.catalogue.names)

    def published(self, model: OfferModel, outlook: Outlook) -> Published:
        """Return all that is published of them; the chance to leave and the margin to come are the outlook's."""
        said, days = model.score(self.rows, names=self.names), self.company.horizon_days
        margin = outlook.expected * np.nan_to_num(said["offer_usual_margin"])
        percentile = Ladder.of(margin).percentile(margin).astype(np.float64)
        scores = {f"churn_{days}": outlook.gone, f"value_{days}": margin, "value_percentile": percentile}
        return Published({**self.standing, **scores, **said}, self.contacts, model.knowledge.evidence)


def asked_of(studied: Studied) -> list[Asked]:
    """Return who is asked about at each of `ASKED_AT`."""
    home, arms = studied.home, studied.trial.arms
    offers = tuple(offer for offer in studied.company.offers if offer.id in arms)
    company = studied.company.model_copy(update={"offers": offers})
    truth = pq.read_table(next((home.root / "truth").glob("*.parquet")))
    scenes = [Scene(shot, company, shot.ids) for shot in compute_snapshots(home, company.catalogue, list(ASKED_AT))]
    return [_asked(home, scene, truth) for scene in scenes]


def _asked(home: Home, scene: Scene, truth: pa.Table) -> Asked:
    company, shot = scene.company, scene.snapshot
    then = _in_force(truth, shot.as_of, f"effect_{company.offers[0].id}")
    then = then.filter(pc.is_in(then["customer_id"], value_set=shot.ids)).combine_chunks()
    ids = then["customer_id"].combine_chunks()
    places: npt.NDArray[np.int64] = pc.index_in(ids, value_set=shot.ids).to_numpy().astype(np.int64)
    people = people_of(home, scene)
    columns = {**read_columns(people), **standing_columns(people)}
    return Asked(
        company=company,
        as_of=shot.as_of,
        ids=ids,
        rows=np.asarray(shot.matrix)[places],
        standing={name: column[places] for name, column in columns.items()},
        contacts=contacts_known(EventLog.open(home), company, ids, as_of=shot.as_of),
        effects=np.column_stack([then[f"effect_{offer.id}"].to_numpy() for offer in company.offers]),
    )


def _in_force(truth: pa.Table, as_of: Timestamp, effect: str) -> pa.Table:
    return truth.filter(pc.and_(pc.equal(truth["as_of"].cast(pa.int64()), as_of), pc.is_valid(truth[effect])))
