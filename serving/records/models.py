"""Which model answers each question, on what it rests, and which did at any moment of the past."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from features.errors import NotFound
from features.home import Home
from features.times import Timestamp, format_time, to_timestamp
from models.bundle import load_public_key, model_manifest, read_bundle
from models.bundle.erased_since import erased_since
from models.bundle.ledger import GateResult, LedgerEntry, read_ledger
from serving.answering.answers import Caveat
from serving.api.asked import ask
from serving.door.access import READ, access
from serving.door.media import JSON
from serving.door.problems import ForCallers
from serving.door.route import Call
from serving.live.state import Versions
from serving.records.schemas import AtQuery, Question, QuestionPath

MODELS = "/v1/models"
WAS_LIVE = "/v1/models/{name}/live"
QUESTIONS: tuple[Question, ...] = get_args(Question)


class NothingWasLive(ForCallers, NotFound):
    """Nothing was live yet at that moment."""

    problem = "nothing-was-live"


class GateAnswer(Struct, frozen=True):
    """What one gate said."""

    name: str
    verdict: str
    figure: str
    limit: str
    reason: str


class LiveModel(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The model that answers one question."""

    model: str
    model_sha: str
    form: str
    catalogue: str
    gates: Sequence[GateAnswer]
    erased_since: int
    trained_as_of: str | UnsetType = UNSET
    log: str | UnsetType = UNSET
    rows: int | UnsetType = UNSET
    customers: int | UnsetType = UNSET
    promoted_at: str | UnsetType = UNSET
    run_id: str | UnsetType = UNSET
    override: str | UnsetType = UNSET


class ModelsAnswer(Struct, frozen=True):
    """Every model that is live."""

    request_id: str
    as_of: str
    versions: Versions
    warnings: list[Caveat]
    items: list[LiveModel]


class WasLive(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The model of one question that was live at a moment."""

    request_id: str
    model: str
    at: str
    since: str
    action: str
    warnings: list[Caveat]
    versions: Versions | UnsetType = UNSET
    model_sha: str | UnsetType = UNSET


@access(READ)
async def get_models(call: Call) -> Response:
    """List the models that are live: content, what they learned from, when and by which gates they went live."""
    state, home = ask(call).state, call.service.settings.home
    items = await asyncio.to_thread(_live_models, home, state.live.bundle or "")
    missing = [_missing(question) for question in QUESTIONS if question not in state.parts]
    answer = ModelsAnswer(call.exchange.request_id, format_time(state.as_of), state.versions, missing, items)
    return Response(msgspec.json.encode(answer), media_type=JSON)


@access(READ)
async def get_live_model(call: Call, name: QuestionPath, at: AtQuery = None) -> Response:
    """Return which model of a question was live at a moment, and since which move of the live pointer."""
    moment = call.service.clock() if at is None else to_timestamp(at)
    entries = await asyncio.to_thread(read_ledger, call.service.settings.home)
    before = [entry for entry in entries if entry.at <= moment]
    if not before:
        raise NothingWasLive("Nothing was live at that moment, as far as is written down.")
    answer = _was_live(before[-1], name, moment=moment, request_id=call.exchange.request_id)
    return Response(msgspec.json.encode(answer), media_type=JSON)


def _was_live(entry: LedgerEntry, question: str, *, moment: Timestamp, request_id: str) -> WasLive:
    live, sha = entry.live, entry.models.get(question)
    versions = Versions(live.bundle, live.snapshot, live.company) if live.bundle and live.snapshot and live.company else UNSET
    return WasLive(
        request_id=request_id,
        model=question,
        at=format_time(moment),
        since=format_time(entry.at),
        action=entry.action,
        versions=versions,
        model_sha=UNSET if sha is None else sha,
        warnings=[_missing(question)] if sha is None else [],
    )


def _live_models(home: Home, bundle: str) -> list[LiveModel]:
    """Return the models of a bundle, each with the promotion by which it went live, where that was written down."""
    entries, models = read_ledger(home), read_bundle(home, bundle, public_key=load_public_key(home)).models
    return [_live_model(home, model, sha, promoted=_promotion(entries, model, sha)) for model, sha in sorted(models.items())]


def _promotion(entries: Sequence[LedgerEntry], model: str, sha: str) -> LedgerEntry | None:
    found = [entry for entry in entries if entry.action == "promote" and entry.model == model and entry.models.get(model) == sha]
    return found[-1] if found else None


def _live_model(home: Home, model: str, sha: str, *, promoted: LedgerEntry | None) -> LiveModel:
    manifest = model_manifest(home, sha)
    data = manifest.get("provenance", {}).get("data", {})
    return LiveModel(
        model=model,
        model_sha=sha,
        form=manifest["kind"],
        catalogue=manifest["signature"],
        gates=[_gate(gate) for gate in promoted.gates] if promoted else [],
        erased_since=erased_since(home, [sha]).get(sha, 0),
        trained_as_of=_text(data.get("as_of")),
        log=_text(data.get("log_digest")),
        rows=data.get("rows", UNSET),
        customers=data.get("customers", UNSET),
        promoted_at=format_time(promoted.at) if promoted else UNSET,
        run_id=_text(promoted.run_id) if promoted else UNSET,
        override=_text(promoted.override) if promoted else UNSET,
    )


def _gate(gate: GateResult) -> GateAnswer:
    return GateAnswer(gate.name, gate.verdict, gate.figure, gate.limit, gate.reason)


def _text(found: object) -> str | UnsetType:
    """Return a moment or a name as text; what was not kept is absent."""
    if found is None:
        return UNSET
    return format_time(found) if isinstance(found, int) else str(found)


def _missing(question: str) -> Caveat:
    return Caveat("model_missing", f"No {question} model is live.", question)
