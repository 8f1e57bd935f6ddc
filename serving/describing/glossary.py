"""What does each member of an answer mean: said once for a name that means the same everywhere, so that none goes unexplained.

A schema that says more of its own field is believed. Words that mean something else elsewhere stand with their schema, as
`Schema.member`, and come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving.describing.schema_walk import Schema

WORDS: Mapping[str, str] = {
    "agent_id": "Who makes the offer, gives, or tells.",
    "agrees": "Whether both are the same, byte for byte.",
    "applicability": "The rule for whom the offer makes sense.",
    "arm": "How the first choice came about: by the policy, by trying something out, or in the control group.",
    "bundle": "SHA-256 of the signed set of models.",
    "channel": "A channel of contact, like `email` or `phone`.",
    "company": "SHA-256 of the company file.",
    "complaint": "One of the company's types of complaint.",
    "context_weight": "What the occasion makes of its priority.",
    "contexts": "The occasions a decision may be asked for.",
    "currency": "Code of the company currency, like `EUR`.",
    "customer_id": "Your id of the customer.",
    "decided_at": "When it was decided.",
    "decision_id": "By which the decision is shown, and outcomes are told.",
    "degraded": "True where something needed was missing or old; `warnings` say what.",
    "eligibility": "The rule for who may have the offer.",
    "granted_at": "When it was granted.",
    "horizon_days": "How far ahead it looks, in days from `as_of`.",
    "horizons": "The same for each horizon, the shortest first.",
    "incrementality": "The share of acceptances that would not have come by themselves.",
    "language": "Language of the texts, like `pt-BR`.",
    "offer_id": "The offer, by its name in the company file.",
    "passed_over": "The queues that came before, and why each is not the customer's.",
    "pointer": "JSON Pointer to the place in the body; empty for the whole.",
    "queue": "A queue of the company file.",
    "reasons": "Why, the strongest first.",
    "recovery_id": "By which the grant is found again.",
    "request_id": "Number of this request, as in the header `X-Request-Id`; say it when you ask for help.",
    "script": "What to say, in the customer's language.",
    "skill": "What the agent must be able to do.",
    "snapshot": "Digest of the data answered from.",
    "suitability": "The rule for when the moment is right.",
    "versions": "Which models, data and company file the answer comes from.",
    "waiting_seconds": "The longest wait in the queue.",
    "warnings": "What the answer cannot say, or says with a reservation.",
    "window_start": "Since when the decision holds.",
    "withheld": "The offers that are not made, each with its gate and rule.",
    "first_response_hours": "Until the first answer.",
    "resolution_hours": "Until it is resolved.",
    "update_hours": "Between two messages to the customer.",
    "CaveatSchema.code": "For programs: it stays the same when the text changes.",
    "CaveatSchema.text": "In words, for people.",
    "ComponentSchema.name": "What it is called.",
    "ComponentSchema.score": "0 (ill) to 100 (well).",
    "ComponentSchema.weight": "How much of the whole it counts.",
    "ContactTimesSchema.text": "In words, for people.",
    "DecisionSchema.action": "Whether an offer is suggested, or nothing is.",
    "DecisionSchema.offers": "The best first.",
    "EvidenceSchema.effect": "Whether the effect was measured, or is assumed.",
    "EvidenceSchema.mature": "True where enough was seen to trust the estimate.",
    "EvidenceSchema.ramp": "How far the learned estimate counts already, 0 to 1.",
    "FieldErrorSchema.detail": "What was wrong, in words; it repeats nothing that was sent.",
    "HealthSchema.components": "The parts of the index and how much each weighs.",
    "HealthSchema.score": "0 (ill) to 100 (well).",
    "HorizonSchema.days": "Days from `as_of`.",
    "HorizonSchema.probability": "A chance, 0 to 1.",
    "ItemErrorSchema.detail": "What was wrong, in words; it repeats nothing that was sent.",
    "ItemErrorSchema.status": "The HTTP status of the answer.",
    "ItemErrorSchema.title": "What kind of problem it is, in words.",
    "ItemErrorSchema.type": "What kind of problem it is, for programs; it stays the same.",
    "NextStageSchema.probability": "A chance, 0 to 1.",
    "NextStageSchema.stage": "A stage of the relationship.",
    "OfferReasonSchema.code": "For programs: it stays the same when the text changes.",
    "OfferReasonSchema.text": "In words, for people.",
    "OfferSchema.channels": "On which channels it may be made.",
    "OfferSchema.cost": "Of making the offer, in company currency.",
    "OfferSchema.group": "Offers of one group share their caps.",
    "OfferSchema.kind": "What kind of offer it is.",
    "OfferSchema.name": "What it is called.",
    "OfferSchema.stages": "The stages in which it may be made.",
    "OffersSchema.offers": "Every offer of the company file, whether in force or not.",
    "OutcomeRequest.outcome": "What happened to the offer.",
    "OutcomeSchema.rank": "1 is suggested first.",
    "OutcomeSchema.state": "What has become of the offer so far.",
    "PassedOverSchema.because": "Why the customer is not in this queue.",
    "PredictionItemSchema.index": "Place in the list that was asked for, from 0.",
    "PredictionsSchema.items": "One for each that was asked for, in the same order.",
    "ProblemSchema.detail": "What was wrong, in words; it repeats nothing that was sent.",
    "ProblemSchema.status": "The HTTP status of the answer.",
    "ProblemSchema.title": "What kind of problem it is, in words.",
    "ProblemSchema.type": "What kind of problem it is, for programs; it stays the same.",
    "ReasonSchema.code": "For programs: it stays the same when the text changes.",
    "ReasonSchema.text": "In words, for people.",
    "RecoveryBoundSchema.name": "What it is called.",
    "RecoveryBoundSchema.text": "In words, for people.",
    "RecoveryLimitSchema.bounds": "Every bound that holds, and what it leaves now.",
    "RecoverySchema.amount": "Money in company currency.",
    "RecoveryStepSchema.limit": "The most that may be granted, in company currency.",
    "RecoveryStepSchema.role": "A role on the way up.",
    "SlaSchema.stage": "A stage of the relationship.",
    "SuggestedOfferSchema.benefit": "What the customer has of it, in the customer's language.",
    "SuggestedOfferSchema.effect": "Whether the effect was measured, or is assumed.",
    "SuggestedOfferSchema.kind": "What kind of offer it is.",
    "SuggestedOfferSchema.lever": "What the customer's lever makes of its priority.",
    "SuggestedOfferSchema.mature": "True where enough was seen to trust the estimate.",
    "SuggestedOfferSchema.name": "What it is called.",
    "SuggestedOfferSchema.rank": "1 is suggested first.",
    "SuggestedOfferSchema.state": "What has become of the offer so far.",
    "SuggestedOfferSchema.value": "What an acceptance brings, in company currency.",
    "WithheldSchema.found": "What was found of this customer instead.",
    "WithheldSchema.gate": "Which gate held it back.",
    "WithheldSchema.rule": "The rule that decided.",
    "AliveSchema.status": "`alive`.",
    "ReadySchema.status": "`ready`, `not_ready` or `draining`.",
    "ReasonSchema.effect": "Whether it raises the chance to leave or lowers it.",
    "StageSchema.current": "The stage the customer stands in.",
}


def explained(schemas: Mapping[str, Schema]) -> dict[str, Schema]:
    """Return the schemas of a document, each property with a description: its own, or the word's."""
    return {name: _explained(name, schema) for name, schema in schemas.items()}


def _explained(name: str, schema: Schema) -> Schema:
    if "properties" not in schema:
        return schema
    return {**schema, "properties": {member: _said(each, name, member=member) for member, each in schema["properties"].items()}}


def _said(schema: Schema, name: str, *, member: str) -> dict[str, Any]:
    word = WORDS.get(f"{name}.{member}") or WORDS.get(member)
    return schema if "description" in schema or word is None else {**schema, "description": word}
