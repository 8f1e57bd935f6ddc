"""Whom do the live offers miss: the report on the live predictions, put together."""

from __future__ import annotations

from collections.abc import Mapping

from features.company import Company
from features.errors import Conflict, InvalidInput
from features.home import Home
from features.reports.value_finder import FinderReport
from features.times import format_time
from features.write_once import replace_file
from models.bundle import Predictions, model_file, open_predictions
from models.decision import OfferEvidence, Policy, choose
from models.decision.published import Published
from models.offer import EVIDENCE, evidence_in
from training.publishing.pointer import live_models, live_now
from training.publishing.scene import company_in_use
from training.value_finder.contenders import Contenders
from training.value_finder.fates import fates
from training.value_finder.relevance import available_offers, relevance_by_stage
from training.value_finder.sensitivity import sensitivity

REPORT = "value_finder.json"
"""The name of the report below `reports/`."""


class FeaturesNotPublished(Conflict):
    """The live predictions do not hold the features that deciding reads: they were made before offers were decided on."""


class UnknownContext(InvalidInput):
    """An occasion that the company file does not name."""


def find(home: Home, *, context: str | None = None) -> FinderReport:
    """Return for whom nothing is relevant, which offers never win, and what decides; on the live predictions, as of then.

    Raises
    ------
    NothingLive, NoCompany
        If nothing was promoted yet.
    FeaturesNotPublished
        If the live predictions were made before features were published with them.
    UnknownContext
        If the company file does not name the occasion.
    """
    live, company = live_now(home), company_in_use(home)
    check_context(company, context)
    predictions = open_predictions(home, str(live.predictions))
    published = published_of(home, predictions, models=live_models(home))
    policy = Policy.of(company)
    if lacking := published.features_lacking(policy):
        raise FeaturesNotPublished(
            f"needed the features that deciding reads among the live predictions, found none of {', '.join(lacking)}; run "
            "`lifecycle score`"
        )
    made = choose(policy, published.situations(policy, at=predictions.origin.as_of, context=context))
    contenders = Contenders.of(made)
    stages = published.columns[f"stage_{company.default_stage_set}"]
    return FinderReport(
        as_of=format_time(predictions.origin.as_of),
        bundle=str(live.bundle),
        company=company.sha256,
        context=context,
        customers=len(contenders),
        available=available_offers(contenders),
        stages=relevance_by_stage(contenders, stages, names=[stage.name for stage in company.stage_set.stages]),
        offers=fates(contenders),
        sensitivity=sensitivity(contenders),
        notes=_notes(published, policy),
    )


def keep_report(home: Home, report: FinderReport) -> None:
    """Keep the report where the service looks for it."""
    replace_file(home.reports / REPORT, report.to_json())


def published_of(home: Home, predictions: Predictions, *, models: Mapping[str, str]) -> Published:
    """Return what was published of everybody, with the evidence of the live offer model; without one there is none."""
    columns = {name: predictions.column(name) for name in predictions.columns}
    return Published(columns, predictions.contacts, evidence_of(home, models))


def evidence_of(home: Home, models: Mapping[str, str]) -> dict[str, OfferEvidence]:
    """Return what the live offer model's estimates rest on, by offer; read as JSON, no tree is loaded."""
    if "offer" not in models:
        return {}
    return evidence_in(model_file(home, models["offer"], EVIDENCE))


def check_context(company: Company, context: str | None) -> None:
    """Let an occasion pass that the company file names, or none.

    Raises
    ------
    UnknownContext
        If it is another one.
    """
    if context is not None and context not in company.contexts:
        raise UnknownContext(f"needed one of the occasions {', '.join(company.contexts) or '(none)'}, found {context}")


def _notes(published: Published, policy: Policy) -> list[str]:
    notes = []
    if lacking := published.unpublished(policy):
        notes.append(f"Nothing was published of {', '.join(lacking)}: rules that name them do not hold.")
    if "offer_usual_margin" not in published.columns:
        notes.append("No offer model is live: every offer is presumed to be taken by one in ten, and effects are assumed ones.")
    if published.contacts is None:
        notes.append("No contact history was published: caps and pauses withhold nothing here.")
    return notes
