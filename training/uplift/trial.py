"""From what are effects learned: decisions with what was known before and what came after, as shares of the usual margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from models.decision.candidates import NOTHING
from models.rows import BoolArray, FloatArray, Rows
from models.uplift import UsualMargin
from training.decided import Decided
from training.rewards import Rewards

_SHARES = (-3.0, 8.0)  # one term paid for years ahead must not decide what an offer is worth


@dataclass(frozen=True)
class Trial:
    """Mature decisions at rank 1, a row each.

    `arm`: the place in `arms` of what was decided on, -1 for nothing. `random`: drawn by lot; `options`: from so many things,
    NaN where the log does not tell. `usual`: company currency. `total` and its part `terms`: shares of it, within reason. `gone`:
    1.0 where no bought term runs at the end; NaN where none was ever bought.
    """

    rows: Rows
    names: tuple[str, ...]
    arms: tuple[str, ...]
    arm: npt.NDArray[np.int64]
    customers: npt.NDArray[np.int32]
    random: BoolArray
    options: FloatArray
    shown: BoolArray
    accepted: BoolArray
    usual: FloatArray
    total: FloatArray
    terms: FloatArray
    gone: FloatArray

    def __len__(self) -> int:
        return len(self.arm)

    @property
    def by_lot(self) -> BoolArray:
        """Return which rows were drawn by lot from several things: where only `nothing` could be, the lot compares nothing.

        What is expected of others contains what the policy does for them; of who can be offered nothing it does not. Counted
        among those left alone they would hide that part of every effect.
        """
        return np.asarray(self.random & (self.options != 1.0))

    def take(self, places: npt.NDArray[np.intp]) -> Trial:
        """Return the rows of these places, in their order."""
        fixed = ("names", "arms")
        return Trial(**{name: each if name in fixed else each[places] for name, each in vars(self).items()})

    def where(self, mask: BoolArray) -> Trial:
        """Return the rows of a mask."""
        return self.take(np.flatnonzero(mask))

    def of_arms(self, places: Sequence[int]) -> Trial:
        """Return what was decided on nothing or on one of these arms, which take new places in their order."""
        moved = np.full(len(self.arms) + 1, -2)
        moved[[*places, -1]] = [*range(len(places)), -1]
        renamed = replace(self, arm=moved[self.arm], arms=tuple(self.arms[place] for place in places))
        return renamed.where(renamed.arm >= -1)


def trial_of(decided: Decided, rewards: Rewards, company: Company, *, usual: UsualMargin) -> Trial:
    """Return the mature decisions of customers whose usual margin is known, on offers of the company file or on nothing."""
    made, arms = decided.decisions, tuple(offer.id for offer in company.offers)
    arm = pc.fill_null(pc.index_in(made.offers, value_set=pa.array(arms)), -2).to_numpy(zero_copy_only=False).astype(np.int64)
    arm[pc.fill_null(pc.equal(made.offers, NOTHING), False).to_numpy(zero_copy_only=False).astype(np.bool_)] = -1
    typical = usual(decided.rows, decided.names)
    kept = np.flatnonzero((made.ranks == 1) & rewards.mature & (typical > 0) & (arm > -2) & np.isfinite(rewards.margin))
    typical = typical[kept]
    options = options_of(made.probability[kept], control=company.control_share, exploration=company.exploration_share)
    return Trial(
        rows=decided.rows[kept],
        names=decided.names,
        arms=arms,
        arm=arm[kept],
        customers=made.customer_codes[kept],
        random=made.random[kept],
        options=options,
        shown=made.shown[kept],
        accepted=made.accepted[kept] & made.shown[kept],
        usual=typical,
        total=np.clip(rewards.margin[kept] / typical, *_SHARES),
        terms=np.clip(np.nan_to_num(rewards.terms[kept]) / typical, *_SHARES),
        gone=rewards.gone[kept],
    )


def options_of(probability: FloatArray, *, control: float, exploration: float) -> FloatArray:
    """Return from how many things each was drawn, `nothing` included, where drawn by lot; NaN where the logged figure fits none.

    What is logged is the marginal probability c/n + (1-c)(e/n + (1-e)[greedy]), which contains the policy's own choice. Given
    that a row was drawn by lot its probability is 1/n, whatever the policy would have chosen. That n is read back here.

    >>> options_of(np.array([0.029, 0.884, 0.5]), control=0.05, exploration=0.10).round(6).tolist()
    [5.0, 5.0, nan]
    """
    by_lot, by_policy = control + (1 - control) * exploration, (1 - control) * (1 - exploration)
    greedy = probability > max(by_policy, by_lot / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        options = by_lot / np.where(greedy, probability - by_policy, probability)
    whole = np.round(options)
    return np.where((np.abs(options - whole) < 0.05 * whole) & (whole >= 1), whole, np.nan)
