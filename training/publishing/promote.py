"""How does a candidate go live: gates, signed bundle, predictions, and last of all the pointer and its line in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from features.company import Company
from features.errors import Damaged, InvalidInput
from features.home import Home
from models.bundle import (
    Bundle,
    ContentDamaged,
    Live,
    NotStored,
    Signer,
    load_model,
    read_live,
    trial_load,
    write_bundle,
)
from training.publishing.gates import GateResult, PromotionRefused, blocked, golden_rows, report_gates, same_question, same_schema
from training.publishing.ledger import LedgerEntry, move_live, settle
from training.publishing.pointer import Act, bundles_before, live_models, publishing_lock, signer_of
from training.publishing.publish import publish_predictions
from training.publishing.scene import company_stored, newest_scene
from training.questions.registry import asked, still_answering
from training.records.candidates import Candidate, stored_candidate


class ReasonMissing(InvalidInput):
    """An override without a reason."""


def judge(home: Home, candidate: Candidate, *, company: Company) -> list[GateResult]:
    """Return every gate's verdict on a candidate; nothing is changed."""
    report, sha = candidate.report, candidate.report.model_sha
    loaded = golden_rows(_failed_trial(home, sha))
    if loaded.verdict != "passed":
        return [loaded, *report_gates(report)]
    model, catalogue, made_for = load_model(home, sha), company.catalogue, company_stored(home, report.data.company)
    return [
        loaded,
        same_schema((model.signature, *model.feature_names[: len(catalogue.names)]), (catalogue.signature, *catalogue.names)),
        same_question(asked(report.model, company), asked(report.model, made_for)),
        *report_gates(report),
    ]


def promote(home: Home, model: str, *, act: Act, run_id: str | None = None) -> LedgerEntry:
    """Put the candidate of a run (the newest if none is named) live, if every gate passes or `act.override` says why not.

    Raises
    ------
    PromotionRefused
        If a gate did not pass and there is no override, or the gate is one that no override opens.
    CandidateMissing, ReasonMissing, PublishingLocked, ForeignKey
        In these situations; nothing was changed.
    """
    if act.override is not None and not act.override.strip():
        raise ReasonMissing("needed the reason why the gates are overridden, found none; write it after --override")
    with publishing_lock(home):
        settle(home)
        candidate = stored_candidate(home, model, run_id=run_id)
        company = _company_for(home, candidate)
        gates = judge(home, candidate, company=company)
        _refuse_blocked(gates, act.override)
        models = {**_answering(home, company), model: candidate.report.model_sha}
        live = _published(home, models, company=company, signer=signer_of(home, act.signing_key))
        entry = LedgerEntry(
            act.at, "promote", live, models, model=model, run_id=candidate.report.run_id,
            override=act.override if blocked(gates) else None, gates=gates,
        )  # fmt: skip
        move_live(home, entry)
    return entry


def _refuse_blocked(gates: list[GateResult], override: str | None) -> None:
    stopping = [result for result in blocked(gates) if result.absolute or override is None]
    if stopping:
        raise PromotionRefused(gates)


def _failed_trial(home: Home, sha: str) -> str | None:
    try:
        trial_load(home, sha)
    except Damaged as error:
        return str(error)
    return None


def _company_for(home: Home, candidate: Candidate) -> Company:
    """Return the company file that is live, unless the candidate answers another question than it asks: then the candidate's own.

    So a company file that changes what churn means goes live together with the model that was trained for it.
    """
    own = company_stored(home, candidate.report.data.company)
    live = read_live(home)
    if live is None or live.company is None:
        return own
    used, model = company_stored(home, live.company), candidate.report.model
    return used if asked(model, used) == asked(model, own) else own


def _answering(home: Home, company: Company) -> dict[str, str]:
    """Return the live models that answer what this company file asks; one made for another question is not kept live with it."""
    live, models = read_live(home), live_models(home)
    if live is None or live.company is None:
        return models
    return still_answering(models, company_stored(home, live.company), company)


def _published(home: Home, models: Mapping[str, str], *, company: Company, signer: Signer) -> Live:
    bundle = Bundle(write_bundle(home, models, signer=signer), models)
    for earlier in bundles_before(home, models).values():
        with suppress(NotStored, ContentDamaged):  # there is no way back to a model that is gone
            write_bundle(home, earlier, signer=signer)
    return publish_predictions(home, bundle, scene=newest_scene(home, company))
