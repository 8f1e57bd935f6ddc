"""How does one go back: to the model that was live before, on the current snapshot, by moving the pointer alone.

A model that was made for another question (other horizons, another meaning of churn) takes its company file back with it, and
live models that do not answer what that file asks leave. What computing needs is imported only where predictions must be made
anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from features.errors import NotFound
from features.home import Home
from models.bundle import Bundle, Live, open_predictions, write_bundle
from models.bundle.pointer import publishing_lock, settle
from training.publishing.ledger import LedgerEntry, last_live, move_live, predecessor, read_ledger
from training.publishing.pointer import Act, live_models, live_now, signer_of, stored_predictions


class NoPredecessor(NotFound):
    """There is no earlier model to go back to."""


def rollback(home: Home, model: str, *, act: Act) -> LedgerEntry:
    """Put the model live that was live before, on the current snapshot; with its predictions stored, only the pointer moves.

    The company file stays, unless the earlier model answers another question than it asks: then that file is live again, without
    the models made for another one.

    Raises
    ------
    NoPredecessor
        If there is none.
    """
    with publishing_lock(home):
        settle(home)
        models, entries = live_models(home), read_ledger(home)
        before = predecessor(entries, model, above=models.get(model, ""))
        if before is None:
            raise NoPredecessor(
                f"needed a model for {model} that was live before, found none; `lifecycle models` shows what was live when"
            )
        company = _answered_for(home, model, last_live(entries, model, before))
        earlier = {**_kept(home, models, company=company), model: before}
        live = _gone_back(home, earlier, company=company, act=act)
        entry = LedgerEntry(act.at, "rollback", live, earlier, model=model, override=act.override)
        move_live(home, entry, before=act.before_move)
    return entry


def _answered_for(home: Home, model: str, then: Live) -> str:
    """Return the company file in use, unless the model was live for another question than it asks: then the one of that time."""
    now = live_now(home).company or ""
    if then.company in (None, now):
        return now
    from training.publishing.scene import company_stored
    from training.questions.registry import asked

    same = asked(model, company_stored(home, now)) == asked(model, company_stored(home, then.company))
    return now if same else then.company


def _kept(home: Home, models: Mapping[str, str], *, company: str) -> dict[str, str]:
    """Return the live models that stay: where the company file goes back, only those that answer what it asks."""
    used = live_now(home).company or company
    if used == company:
        return dict(models)
    from training.publishing.scene import company_stored
    from training.questions.registry import still_answering

    return still_answering(models, company_stored(home, used), company_stored(home, company))


def _gone_back(home: Home, models: Mapping[str, str], *, company: str, act: Act) -> Live:
    bundle = Bundle(write_bundle(home, models, signer=signer_of(home, act.signing_key)), models)
    now = live_now(home)
    origin = replace(open_predictions(home, now.predictions or "", verify=False).origin, bundle=bundle.sha256, company=company)
    predictions = stored_predictions(home, origin)
    if predictions is None:
        from training.publishing.publish import publish_predictions
        from training.publishing.scene import company_stored, newest_scene

        return publish_predictions(home, bundle, scene=newest_scene(home, company_stored(home, company)))
    open_predictions(home, predictions)  # verified before the pointer moves
    return replace(now, bundle=bundle.sha256, company=company, predictions=predictions)
