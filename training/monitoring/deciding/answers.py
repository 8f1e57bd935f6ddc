"""Which offers are shown and never answered, not even declined? Then it is likelier that answers get lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from features.at_risk.events import NEVER
from features.company.offers import RESPONSE_DAYS
from features.company.schema import Company
from features.times import DAY, Timestamp
from training.labels.acceptance import Exposures

LOOKED_BACK_DAYS = 90
"""Offers shown in the newest so many days before the moment are looked at."""

FEWEST_SHOWN = 20
"""An offer shown less often whose time is over is not judged: nobody may have had a reason to answer."""


@dataclass(frozen=True)
class Answered:
    """One offer: how many of those shown had time for an answer, and how many gave one (yes or no)."""

    shown: int
    answered: int


def answers_by_offer(exposures: Exposures, company: Company, *, observed: Timestamp) -> dict[str, Answered]:
    """Return how often each offer of the newest days was answered, of those whose channel's time is over by `observed`.

    `observed`: until when the log is complete; what came to be known later is not read.
    """
    final = exposures.final(observed)
    heard = exposures.heard(observed).first_answered(final.ids) < NEVER
    over = final.shown_at + _days(final, company) * DAY <= observed
    asked = over & (final.shown_at >= observed - LOOKED_BACK_DAYS * DAY)
    names = np.array(final.offers.to_pylist(), dtype=np.str_)
    return {
        name: Answered(int((names[asked] == name).sum()), int((names[asked & heard] == name).sum()))
        for name in sorted(set(names[asked].tolist()))
    }


def share_without_answers(found: Mapping[str, Answered]) -> tuple[float, int] | None:
    """Return the share of the offers shown often enough that nobody answered, and of how many; None where there is none.

    >>> share_without_answers({"gift": Answered(40, 0), "upgrade": Answered(90, 12), "rare": Answered(2, 0)})
    (0.5, 2)
    """
    judged = [each for each in found.values() if each.shown >= FEWEST_SHOWN]
    return (sum(not each.answered for each in judged) / len(judged), len(judged)) if judged else None


def _days(exposures: Exposures, company: Company) -> np.typing.NDArray[np.int64]:
    waits = {channel.name: channel.response_days for channel in company.channels}
    names = pc.fill_null(exposures.channels, "").to_pylist()
    return np.array([waits.get(name, RESPONSE_DAYS) for name in names], dtype=np.int64)
