"""How does one go back: to the model that was live before, on the current snapshot, by moving the pointer alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from features.errors import NotFound
from features.home import Home
from models.bundle import Bundle, Live, open_predictions, write_bundle
from training.publishing.ledger import LedgerEntry, move_live, predecessor, read_ledger, settle
from training.publishing.pointer import Act, live_models, live_now, publishing_lock, signer_of, stored_predictions


class NoPredecessor(NotFound):
    """There is no earlier model to go back to."""


def rollback(home: Home, model: str, *, act: Act) -> LedgerEntry:
    """Put the model live that was live before, on the current snapshot; with its predictions stored, only the pointer moves.

    Raises
    ------
    NoPredecessor
        If there is none.
    """
    with publishing_lock(home):
        settle(home)
        models = live_models(home)
        before = predecessor(read_ledger(home), model, above=models.get(model, ""))
        if before is None:
            raise NoPredecessor(
                f"needed a {model} model that was live before, found none; `lifecycle models` shows what was live when"
            )
        earlier = {**models, model: before}
        entry = LedgerEntry(act.at, "rollback", _gone_back(home, earlier, act=act), earlier, model=model, override=act.override)
        move_live(home, entry)
    return entry


def _gone_back(home: Home, models: Mapping[str, str], *, act: Act) -> Live:
    bundle = Bundle(write_bundle(home, models, signer=signer_of(home, act.signing_key)), models)
    now = live_now(home)
    origin = replace(open_predictions(home, now.predictions or "", verify=False).origin, bundle=bundle.sha256)
    stored = stored_predictions(home, origin)
    if stored is None:
        from training.publishing.publish import company_in_use, newest_scene, publish_predictions

        return publish_predictions(home, bundle, scene=newest_scene(home, company_in_use(home)))
    open_predictions(home, stored)  # verified before the pointer moves
    return replace(now, bundle=bundle.sha256, predictions=stored)
