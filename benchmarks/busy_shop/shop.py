"""A whole shop to be kept busy: what is live, what goes live next, a key for everything, and its running service."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from benchmarks.whole_states import WholeShop, publish_whole_shop, whole_models
from features.home import Home
from features.times import DAY
from models.bundle import Bundle, Live, export_model, load_public_key, load_signer, read_bundle, write_bundle
from models.bundle.pointer import publishing_lock
from serving.database import database_url, keys, open_database
from serving.fresh.ahead import predict_ahead
from serving.live.shelf import LiveShelf
from serving.service import moment_now
from training.publishing.ledger import LedgerEntry, move_live
from training.publishing.publish import publish_predictions
from training.publishing.scene import newest_scene

CUSTOMERS = 60


@dataclass(frozen=True)
class BusyShop:
    """An installation with one state live and another stored; `secret` is of a key that may do everything."""

    whole: WholeShop
    next: Live
    secret: str

    @property
    def home(self) -> Home:
        """Return where it is."""
        return self.whole.home

    @property
    def lives(self) -> tuple[Live, Live]:
        """Return what is live first, and then."""
        return self.whole.live, self.next

    @property
    def environment(self) -> dict[str, str]:
        """Return what its service is started with."""
        return {**os.environ, "LIFECYCLE_HOME": str(self.home.root), "LIFECYCLE_DRAIN_SECONDS": "1"}

    def promote_next(self) -> None:
        """Move the pointer as a promotion does: whoever is fresh is predicted anew first."""
        entry = LedgerEntry(moment_now(), "promote", self.next, _models(self.home, self.next), model="churn")
        with publishing_lock(self.home):
            move_live(self.home, entry, before=lambda live: _predict_ahead(self.home, live))


def busy_shop(folder: Path) -> BusyShop:
    """Publish a shop whose log ends yesterday, and store what other models would say of it."""
    whole = publish_whole_shop(folder, customers=CUSTOMERS, until=moment_now() // DAY * DAY - DAY)
    home, scene = whole.home, newest_scene(whole.home, whole.company)
    others = {name: export_model(home, model, provenance={}) for name, model in whole_models(home, scene, seed=1).items()}
    bundle = Bundle(write_bundle(home, others, signer=load_signer(whole.signing_key, home)), others)
    following = publish_predictions(home, bundle, scene=scene)
    LiveShelf(home).newest()  # tried here, so that no process of the service needs to
    engine = open_database(database_url(home))
    secret = keys.create_key(engine, name="busy", scopes=["admin", "ingest", "decide", "read"], created_at=0).secret
    engine.dispose()
    return BusyShop(whole, following, secret)


def _predict_ahead(home: Home, live: Live) -> None:
    engine = open_database(database_url(home))
    try:
        predict_ahead(home, engine, live, clock=moment_now)
    finally:
        engine.dispose()


def _models(home: Home, live: Live) -> dict[str, str]:
    return dict(read_bundle(home, str(live.bundle), public_key=load_public_key(home)).models)
