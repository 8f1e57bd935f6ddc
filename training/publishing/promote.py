"""How does a candidate go live: gates, signed bundle, predictions, and last of all the pointer and its line in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from features.company import Company
from features.errors import Damaged
from features.home import Home
from models.bundle import (
    Bundle,
    ContentDamaged,
    Live,
    NotStored,
    Signer,
    load_model,
    model_manifest,
    read_live,
    trial_load,
    write_bundle,
)
from models.bundle.pointer import publishing_lock, settle
from training.gates import GateResult, report_gates
from training.gates.artefact import golden_rows, latency, mature_labels, same_question, same_schema
from training.publishing.later import compared_later, days_until_closed, later_rows
from training.publishing.ledger import LedgerEntry, move_live, read_ledger
from training.publishing.opening import check_reasons, opened, refuse_blocked, with_standing_waiver
from training.publishing.pointer import Act, bundles_before, live_models, signer_of
from training.publishing.publish import publish_predictions
from training.publishing.scene import company_stored, newest_scene
from training.publishing.speed import speed_of
from training.questions.registry import asked, question_for, still_answering
from training.records.candidates import Candidate, stored_candidate


def judge(home: Home, candidate: Candidate, *, company: Company) -> list[GateResult]:
    """Return every gate's verdict on a candidate; nothing is changed."""
    report, sha = candidate.report, candidate.report.model_sha
    loaded = golden_rows(_failed_trial(home, sha))
    if loaded.verdict != "passed":
        return [loaded, *report_gates(report)]
    model, catalogue, made_for = load_model(home, sha), company.catalogue, company_stored(home, report.data.company)
    question = question_for(report.model, company)
    return [
        loaded,
        same_schema((model.signature, *model.feature_names[: len(catalogue.names)]), (catalogue.signature, *catalogue.names)),
        same_question(asked(report.model, company), asked(report.model, made_for)),
        mature_labels(
            report.data.as_of,
            gap_days=days_until_closed(question, report.data.label_means),
            observed_until=report.data.observed_until,
        ),
        latency(speed_of(model)),
        *report_gates(report),
        later_rows(compared_later(home, question, report)),
    ]


def promote(home: Home, model: str, *, act: Act, run_id: str | None = None) -> LedgerEntry:
    """Put the candidate of a run (the newest if none is named) live, if every gate passes or `act` says why it goes all the same.

    Raises
    ------
    PromotionRefused
        If a gate did not pass and nothing in `act` opens it, or the gate is one that nothing opens.
    CandidateMissing, ReasonMissing, AdminMissing, PublishingLocked, ForeignKey
        In these situations; nothing was changed.
    """
    check_reasons(act)
    with publishing_lock(home):
        settle(home)
        candidate = stored_candidate(home, model, run_id=run_id)
        company = _company_for(home, candidate)
        gates = judge(home, candidate, company=company)
        act = with_standing_waiver(read_ledger(home), model, act, gates=gates)
        refuse_blocked(gates, act)
        models = {**_answering(home, company), model: candidate.report.model_sha}
        live = _published(home, models, company=company, signer=signer_of(home, act.signing_key))
        entry = LedgerEntry(
            act.at, "promote", live, models, model=model, run_id=candidate.report.run_id, **opened(gates, act), gates=gates
        )
        move_live(home, entry, before=act.before_move)
    return entry


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
    """Return the live models that answer what this company file asks, from the features computed now.

    One made for another question is not kept live, nor one fitted on features of another meaning: no prediction could be made,
    and since models are promoted one by one, each would be kept out by the others.
    """
    live, models = read_live(home), live_models(home)
    if live is None or live.company is None:
        return models
    same_features = {name: sha for name, sha in models.items() if _signature(home, sha) == company.catalogue.signature}
    return still_answering(same_features, company_stored(home, live.company), company)


def _signature(home: Home, sha: str) -> str:
    return str(model_manifest(home, sha)["signature"])


def _published(home: Home, models: Mapping[str, str], *, company: Company, signer: Signer) -> Live:
    bundle = Bundle(write_bundle(home, models, signer=signer), models)
    for earlier in bundles_before(home, models).values():
        with suppress(NotStored, ContentDamaged):  # there is no way back to a model that is gone
            write_bundle(home, earlier, signer=signer)
    return publish_predictions(home, bundle, scene=newest_scene(home, company))
