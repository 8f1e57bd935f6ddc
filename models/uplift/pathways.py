"""An offer's effect by the ways it takes: who accepts stays or leaves more, pays more or less while staying, buys beside.

Margin itself is so noisy that an effect on it drowns: in the simulated company the standard deviation of what is left after the
best prediction is half of a customer's usual margin, and a good offer moves it by a twentieth. Its parts are much quieter. Who is
gone at the end of the reward days is a yes or no; what is paid by those who stay is nearly fixed; what is bought beside is rare.
So each part has one number an offer, *per acceptance*: on the log-odds to be gone, on what staying customers pay, on what is
bought beside. How much each way is worth differs by customer, and is predicted: the chance to accept, to be gone, and the money.

    effect = -(change of the chance to be gone) x (paid when staying - paid when gone)
             + acceptance x staying x (chance to stay) x (paid when staying) + acceptance x beside

The first two lines are the total effect written by the law of total expectation over being gone; no further assumption is in it
but that the numbers per acceptance are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from models.learners.boosting import Boosting
from models.learners.special import expit, logit
from models.rows import BoolArray, FloatArray, Rows, check_columns

_CERTAIN = (1e-3, 0.95)
_MOST_SHARES = 3.0


@dataclass(frozen=True)
class Outlook:
    """What is predicted of customers were nothing special done, a row each; amounts are shares of their usual margin.

    `acceptance`: rows x arms. `gone`: chance that no term runs at the end of the reward days. `staying`, `leaving`: what terms
    bring of who stays, of who is gone by then. `beside`: what else is bought.
    """

    acceptance: FloatArray
    gone: FloatArray
    staying: FloatArray
    leaving: FloatArray
    beside: FloatArray

    @property
    def expected(self) -> FloatArray:
        """Return the expected margin."""
        return (1.0 - self.gone) * self.staying + self.gone * self.leaving + self.beside

    @property
    def gone_log_odds(self) -> FloatArray:
        """Return the log-odds to be gone, never certain."""
        return np.asarray(logit(np.clip(self.gone, *_CERTAIN)))

    @property
    def paid(self) -> FloatArray:
        """Return what staying customers pay, within reason: a term paid for a year is many times the usual margin."""
        return np.clip(self.staying, 0.0, _MOST_SHARES)

    def where(self, mask: BoolArray) -> Outlook:
        """Return the rows of a mask."""
        return Outlook(*(getattr(self, name)[mask] for name in ("acceptance", "gone", "staying", "leaving", "beside")))


@dataclass(frozen=True)
class PerAcceptance:
    """What one acceptance of each arm changes: log-odds to be gone, share of what is paid staying, share bought beside."""

    gone: tuple[float, ...]
    staying: tuple[float, ...]
    beside: tuple[float, ...]

    def effects(self, outlook: Outlook) -> FloatArray:
        """Return the effect of deciding on each arm as a share of the usual margin, rows x arms."""
        log_odds, accepted = outlook.gone_log_odds[:, None], outlook.acceptance
        leaves_less = expit(log_odds) - expit(log_odds + accepted * np.array(self.gone))
        at_stake = np.maximum(outlook.staying - outlook.leaving, 0.0)[:, None]
        pays_more = accepted * np.array(self.staying) * ((1.0 - outlook.gone) * outlook.paid)[:, None]
        return np.asarray(leaves_less * at_stake + pays_more + accepted * np.array(self.beside))


@dataclass(frozen=True)
class OutlookModel:
    """What predicts the outlook: trees for each arm's acceptance, and for the four parts; the first three None without terms."""

    names: tuple[str, ...]
    acceptance: tuple[Boosting, ...]
    gone: Boosting | None
    staying: Boosting | None
    leaving: Boosting | None
    beside: Boosting

    def __call__(self, rows: Rows, names: Sequence[str]) -> Outlook:
        """Predict.

        Raises
        ------
        WrongColumns
            If `names` are not those it learned from, in their order.
        """
        check_columns(rows, names, self.names)
        whole = np.ascontiguousarray(rows, dtype=np.float32)
        accepted = [expit(each.log_odds(whole)) for each in self.acceptance]
        acceptance = np.column_stack(accepted) if accepted else np.zeros((len(rows), 0))
        staying, leaving = (_amounts(each, whole) for each in (self.staying, self.leaving))
        gone = np.zeros(len(rows)) if self.gone is None else expit(self.gone.log_odds(whole))
        return Outlook(acceptance, gone, staying, leaving, self.beside.scores(whole))

    def to_json(self) -> dict[str, Any]:
        """Return names and LightGBM texts as a JSON object."""
        parts = {name: _texts(getattr(self, name)) for name in ("gone", "staying", "leaving", "beside")}
        return {"names": self.names, "acceptance": [each.texts for each in self.acceptance], **parts}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> OutlookModel:
        """Open what `to_json` wrote; its hash must have been checked before."""
        gone, staying, leaving = (_opened(value[name]) for name in ("gone", "staying", "leaving"))
        acceptance = tuple(Boosting.from_texts(texts) for texts in value["acceptance"])
        return cls(tuple(value["names"]), acceptance, gone, staying, leaving, Boosting.from_texts(value["beside"]))


@dataclass(frozen=True)
class Pathways:
    """The effect of each arm by the ways it takes, for whom the outlook says what these ways are worth."""

    outlook: OutlookModel
    per_acceptance: PerAcceptance

    def effects(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return what each arm adds as a share of the usual margin, rows x arms."""
        return self.per_acceptance.effects(self.outlook(rows, names))

    def to_json(self) -> dict[str, Any]:
        """Return all of it as a JSON object."""
        return {"form": "pathways", "outlook": self.outlook.to_json(), "per_acceptance": asdict(self.per_acceptance)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Pathways:
        """Open what `to_json` wrote."""
        numbers = {name: tuple(each) for name, each in value["per_acceptance"].items()}
        return cls(OutlookModel.from_json(value["outlook"]), PerAcceptance(**numbers))


def _amounts(trees: Boosting | None, rows: Rows) -> FloatArray:
    return np.zeros(len(rows)) if trees is None else trees.scores(rows)


def _texts(trees: Boosting | None) -> tuple[str, ...] | None:
    return None if trees is None else trees.texts


def _opened(texts: Sequence[str] | None) -> Boosting | None:
    return None if texts is None else Boosting.from_texts(texts)
