"""What would calling have brought: the terms it is reckoned by, each with its source, and from which share kept it pays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from features.company.offers import Offer
from features.company.schema import Company
from features.reports.backtest import Saving, Terms
from features.reports.figures import Figure
from models.rows import BoolArray, FloatArray
from training.backtest.lists import Lists, chance_called
from training.measures.resamples import Estimate, estimates
from training.measures.sums import drawn_sums, ratio

_ASKED = "as asked for"
_KIND = "retention"
_SHARES = tuple(np.linspace(0.0, 1.0, 21).round(2).tolist())


@dataclass(frozen=True)
class TermsAsked:
    """What the caller sets of the terms; None leaves it to the company file."""

    capacity: int | None = None
    save_share: float | None = None
    contact_cost: float | None = None


def terms_of(company: Company, asked: TermsAsked, *, money: str | None) -> Terms:
    """Return the terms: as asked for, else those of the first retention offer and the team's capacity in the company file.

    The offer goes out on the dearest of its channels, for caution. Without such an offer nothing says which share stays.
    """
    offer = next((offer for offer in company.offers if offer.kind == _KIND), None)
    share, said = _saved_by(offer) if asked.save_share is None else (asked.save_share, _ASKED)
    found = {
        "capacity": _first(asked.capacity, company.routing.weekly_capacity, "routing.weekly_capacity of the company file"),
        "contact_cost": _first(asked.contact_cost, *_contact_of(company, offer)),
        "offer_cost": (offer.cost, f"cost of the offer {offer.id}") if offer else (0.0, _NO_OFFER),
    }
    return Terms(
        capacity=int(found["capacity"][0]),
        save_share=share,
        contact_cost=float(found["contact_cost"][0]),
        offer_cost=float(found["offer_cost"][0]),
        sources={"save_share": said, **{name: source for name, (_, source) in found.items()}},
        money=money,
        currency=company.currency,
    )


_NO_OFFER = "no retention offer in the company file"


def _first(asked: float | None, otherwise: float, source: str) -> tuple[float, str]:
    return (otherwise, source) if asked is None else (asked, _ASKED)


def _saved_by(offer: Offer | None) -> tuple[float | None, str]:
    return (offer.incrementality, f"incrementality of the offer {offer.id}") if offer else (None, _NO_OFFER)


def _contact_of(company: Company, offer: Offer | None) -> tuple[float, str]:
    costs = {channel.name: channel.contact_cost for channel in company.channels}
    dearest = max(offer.channels if offer else costs, key=costs.__getitem__)
    return costs[dearest], f"a contact by {dearest}, the dearest channel{f' of {offer.id}' if offer else ''}"


@dataclass(frozen=True)
class Calls:
    """What the lists led to, by method, a row a row of the lists: the chance to be called, and what a call brings that keeps."""

    called: Mapping[str, FloatArray]
    kept: Mapping[str, FloatArray]

    @classmethod
    def of(cls, lists: Lists, *, rest_days: int) -> Calls:
        """Return the calls; what is kept is the margin of those called who left afterwards."""
        called = {name: chance_called(lists, name, rest_days=rest_days) for name in lists.listed}
        at_stake = np.where(lists.savable, lists.margin, 0.0)
        return cls(called, {name: chance * at_stake for name, chance in called.items()})

    def where(self, mask: BoolArray) -> Calls:
        """Return the calls of some of the rows."""
        return Calls(*({name: each[mask] for name, each in part.items()} for part in (self.called, self.kept)))

    def sums(self, lists: Lists, *, seed: int) -> tuple[FloatArray, FloatArray]:
        """Return the sums of calls and of what they keep, a row a draw of customers, a column a method."""
        columns = np.column_stack([*self.called.values(), *self.kept.values()])
        called, kept = np.split(drawn_sums(columns, lists.customers, seed=seed), 2, axis=1)
        return called, kept


def break_even(lists: Lists, calls: Calls, *, terms: Terms, seed: int) -> dict[str, Figure]:
    """Return by method the share of the leavers called that must stay for the calls to pay for themselves.

    Above 1 no share does. A method whose leavers would have brought nothing is left out.
    """
    called, kept = calls.sums(lists, seed=seed)
    shares = ratio(called * cost_of_a_call(terms), kept)
    return {name: figure(each) for name, each in estimates(dict(zip(calls.called, shares.T, strict=True))).items()}


def savings(calls: Calls, *, terms: Terms) -> list[Saving]:
    """Return what calling brings over all months at every share from nobody kept to everybody."""
    sums = {name: (float(calls.kept[name].sum()), float(called.sum())) for name, called in calls.called.items()}
    cost = cost_of_a_call(terms)
    return [Saving(share, {name: share * kept - called * cost for name, (kept, called) in sums.items()}) for share in _SHARES]


def cost_of_a_call(terms: Terms) -> float:
    """Return what a call with its offer costs."""
    return terms.contact_cost + terms.offer_cost


def figure(estimate: Estimate) -> Figure:
    """Return an estimate as it stands in the report."""
    return Figure(estimate.value, estimate.low, estimate.high)
