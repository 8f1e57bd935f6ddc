"""How do predictions follow new rows, or a new company file: made anew on the newest snapshot, with the live bundle."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from features.company import Company, store_company
from features.errors import Conflict
from features.home import Home
from features.times import Timestamp
from models.bundle import Bundle, Live, read_live
from models.bundle.pointer import publishing_lock, settle
from training.publishing.files import check_format, write_table
from training.publishing.ledger import BeforeMove, LedgerEntry, move_live, nothing_before
from training.publishing.pointer import live_models, live_now
from training.publishing.publish import Predictor, publish_predictions
from training.publishing.scene import company_in_use, newest_scene
from training.publishing.spread import Spread
from training.questions.registry import asked


class AnotherQuestion(Conflict):
    """The company file asks what the live model does not answer."""


def score(home: Home, *, at: Timestamp, spread: Spread | None = None, before_move: BeforeMove = nothing_before) -> LedgerEntry:
    """Publish predictions of the live bundle on the newest snapshot; needs no private key, as the bundle stays.

    `spread` deals the rows out to tasks elsewhere, such as Spark's. `before_move` is done before the pointer moves.

    Raises
    ------
    NothingLive
        If nothing was promoted yet.
    """
    with publishing_lock(home):
        settle(home)
        now, models = live_now(home), live_models(home)
        bundle = Bundle(now.bundle or "", models)
        live = publish_predictions(home, bundle, scene=newest_scene(home, company_in_use(home)), spread=spread)
        entry = LedgerEntry(at, "score", live, models)
        move_live(home, entry, before=before_move)
    return entry


def score_to_file(home: Home, out: Path, *, spread: Spread | None = None) -> int:
    """Write the live bundle's predictions on the newest snapshot to a CSV or Parquet file, whole or not at all; return the rows.

    Nothing is published. One row per customer, sorted by id; churn is empty for who is not at risk.

    Raises
    ------
    UnknownFormat
        If the name ends neither in `.csv` nor in `.parquet`.
    """
    check_format(out)
    live_now(home)
    scene = newest_scene(home, company_in_use(home))
    columns = Predictor(home, scene, spread).columns(live_models(home))
    return write_table(pd.DataFrame({"customer_id": scene.snapshot.ids.to_pandas(), **columns}), out)


def use_company(home: Home, company: Company, *, at: Timestamp, before_move: BeforeMove = nothing_before) -> LedgerEntry:
    """Take a company file into use: stored, predictions made anew with it, and the pointer moved last.

    Raises
    ------
    AnotherQuestion
        If a live model was trained for another question; training with the new file and promoting takes both into use.
    """
    with publishing_lock(home):
        settle(home)
        live, models = read_live(home), live_models(home)
        if live is None or live.bundle is None:
            entry = LedgerEntry(at, "company", Live(company=company.sha256), {})
        else:
            _refuse_another_question(company_in_use(home), company, models)
            entry = LedgerEntry(
                at, "company", publish_predictions(home, Bundle(live.bundle, models), scene=newest_scene(home, company)), models
            )
        store_company(home, company)  # last, so that a refusal leaves nothing behind
        move_live(home, entry, before=before_move)
    return entry


def _refuse_another_question(used: Company, new: Company, models: Iterable[str]) -> None:
    for model in models:
        before, after = asked(model, used), asked(model, new)
        differing = ", ".join(name for name in before if before[name] != after[name])
        if differing:
            raise AnotherQuestion(
                f"needed a company file that asks what the live {model} model answers, found another {differing}. `lifecycle "
                f"train {model} --company FILE` and then `lifecycle promote {model}` take both into use together"
            )
