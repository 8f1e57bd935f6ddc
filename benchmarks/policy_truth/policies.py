"""What each policy would choose: ours as the product decides, the simpler ones, and the best possible, which knows the truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from benchmarks.policy_truth.asked import Asked
from benchmarks.policy_truth.company import Studied
from models.decision import Policy, Situations, choose
from models.offer import OfferModel, terms_of
from models.offer.fit import OfferRecipe, fit_offers, offer_model
from models.rows import BoolArray, FloatArray
from models.uplift import OutlookModel, Pathways
from training.questions.offer.stack import columns_of
from training.uplift import UpliftReport, assumed_effects, fit_uplift, left_open
from training.uplift.outlooks import fit_outlook

OURS, ASSUMED, ORACLE = "measured effects", "assumed effects", "oracle (knows the truth)"


@dataclass(frozen=True)
class Learned:
    """What was learned by the day of learning: the offer model, the outlook, and the report on effects."""

    model: OfferModel
    outlook: OutlookModel
    report: UpliftReport


@dataclass(frozen=True)
class Ranked:
    """What each policy ranks by, rows x candidates; nothing stands at 0, NaN cannot be chosen.

    `passed`: which candidates the company's gates let through. `truth`: their true effects. `customers`: a number each.
    """

    by_policy: Mapping[str, FloatArray]
    passed: BoolArray
    truth: FloatArray
    customers: np.typing.NDArray[np.int32]


def learned(studied: Studied, *, seed: int) -> Learned:
    """Learn from what was known on the day of learning; there is no truth in it."""
    trial, shown = studied.trial, studied.shown
    fitted_effects = fit_uplift(trial, usual=studied.usual, seed=seed)
    effects = left_open(fitted_effects.model, assumed_effects(trial, studied.company))
    report = replace(fitted_effects, model=effects)
    form = report.model.form
    outlook = form.outlook if isinstance(form, Pathways) else fit_outlook(trial, seed=seed)
    fitted = fit_offers(shown, recipe=OfferRecipe(), seed=seed)
    return Learned(offer_model(fitted, shown, columns=columns_of(studied.company), effects=report.model), outlook, report)


def ranked(known: Learned, months: Sequence[Asked]) -> Ranked:
    """Rank for everybody asked about: priorities and gates are those of `models.decision.choose`."""
    parts = [_ranked(known, asked) for asked in months]
    ids = pa.concat_arrays([asked.ids for asked in months]).dictionary_encode()
    return Ranked(
        by_policy={name: np.concatenate([part.by_policy[name] for part in parts]) for name in parts[0].by_policy},
        passed=np.concatenate([part.passed for part in parts]),
        truth=np.concatenate([part.truth for part in parts]),
        customers=ids.indices.to_numpy(),
    )


def chosen(priority: FloatArray, passed: BoolArray) -> FloatArray:
    """Return the chance of each choice, rows x (nothing, candidates): 1 for the first by priority among what passed."""
    options = np.column_stack([np.zeros(len(priority)), np.where(passed & ~np.isnan(priority), priority, -np.inf)])
    return np.asarray(np.eye(options.shape[1])[options.argmax(axis=1)])


def drawn_by_lot(passed: BoolArray) -> FloatArray:
    """Return the chance of each choice where everything that passed, nothing included, is as likely."""
    options = np.column_stack([np.ones(len(passed)), passed])
    return np.asarray(options / options.sum(axis=1, keepdims=True))


def _ranked(known: Learned, asked: Asked) -> Ranked:
    policy = Policy.of(asked.company)
    published = asked.published(known.model.offering(terms_of(asked.company)), known.outlook(asked.rows, asked.names))
    situations = published.situations(policy, at=asked.as_of)
    choices, truth = choose(policy, situations), asked.effects[:, list(policy.offer_of)]
    priorities = {
        OURS: choices.weighed.priority,
        ASSUMED: choose(policy, _unmeasured(situations)).weighed.priority,
        "acceptance only": situations.estimates.acceptance,
        ORACLE: truth,
    }
    alone = {f"only {offer.id}": _only(policy, place, len(asked)) for place, offer in enumerate(asked.company.offers)}
    return Ranked({**priorities, **alone}, choices.eligible, truth, np.zeros(len(asked), np.int32))


def _unmeasured(situations: Situations) -> Situations:
    estimates = situations.estimates
    return replace(situations, estimates=replace(estimates, uplift=np.full_like(estimates.uplift, np.nan)))


def _only(policy: Policy, offer: int, rows: int) -> FloatArray:
    return np.broadcast_to(np.where(np.array(policy.offer_of) == offer, 1.0, -1.0), (rows, len(policy.offer_of)))
