"""How good were the lists: precision, recall and net gain of every method on the same rows, and the model less each peer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from features.reports.backtest import BY_MONEY, MODEL, ListFigures, Terms
from features.reports.figures import Figure
from models.rows import FloatArray
from training.backtest.lists import Lists
from training.backtest.money import Calls, cost_of_a_call, figure
from training.measures.resamples import Draws, Estimate, differences, estimates
from training.measures.sums import drawn_sums, ratio

LISTED, PRECISION, RECALL, CALLS, KEPT, COST, NET = "listed", "precision", "recall", "calls", "kept", "cost", "net"


def measured(lists: Lists, calls: Calls, *, terms: Terms, seed: int) -> ListFigures:
    """Return the figures of some lists and of the calls they led to; who could not be listed, the lists do not know."""
    draws = _draws(lists, calls, terms=terms, seed=seed)
    return ListFigures(
        customers=len(lists.left),
        leavers=int(lists.left.sum()),
        noticed=0,
        most_recall=most_recall(lists, terms.capacity),
        methods={name: _figures(estimates(each)) for name, each in draws.items()},
        differences={name: _figures(differences(draws[MODEL], each)) for name, each in draws.items() if name != MODEL},
    )


def net_by_money(lists: Lists, calls: Calls, *, terms: Terms, seed: int) -> dict[str, Figure]:
    """Return what the list by money at stake brings more than each other one, paired; nothing where no net is known."""
    draws = _draws(lists, calls, terms=terms, seed=seed)
    own = draws.get(BY_MONEY, {})
    if NET not in own:
        return {}
    others = {name: each for name, each in draws.items() if name != BY_MONEY}
    return {name: figure(differences({NET: own[NET]}, {NET: each[NET]})[NET]) for name, each in others.items()}


def most_recall(lists: Lists, capacity: int) -> float | None:
    """Return the share of leavers whom lists of this length would reach if they knew the future; None if nobody left."""
    leavers = np.bincount(lists.months, weights=lists.left, minlength=len(lists.origins))
    return float(np.minimum(leavers, capacity).sum() / leavers.sum()) if leavers.any() else None


def _draws(lists: Lists, calls: Calls, *, terms: Terms, seed: int) -> dict[str, Draws]:
    left, listed = lists.left.astype(np.float64), np.column_stack(list(lists.listed.values()))
    sums = drawn_sums(np.column_stack([left, listed, listed * left[:, None]]), lists.customers, seed=seed)
    leavers, (places, hits) = sums[:, :1], np.split(sums[:, 1:], 2, axis=1)
    called, kept = calls.sums(lists, seed=seed)
    tables = {LISTED: places, PRECISION: ratio(hits, places), RECALL: ratio(hits, leavers), **_money(called, kept, terms=terms)}
    return {name: {measure: table[:, place] for measure, table in tables.items()} for place, name in enumerate(lists.listed)}


def _money(called: FloatArray, kept: FloatArray, *, terms: Terms) -> dict[str, FloatArray]:
    """Return what is known of money: nothing without amounts, and nothing kept where no share says so."""
    if not terms.money:
        return {}
    cost = called * cost_of_a_call(terms)
    if terms.save_share is None:
        return {CALLS: called, COST: cost}
    return {CALLS: called, KEPT: kept * terms.save_share, COST: cost, NET: kept * terms.save_share - cost}


def _figures(found: Mapping[str, Estimate]) -> dict[str, Figure]:
    return {name: figure(each) for name, each in found.items()}
