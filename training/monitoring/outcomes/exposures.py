"""What became of the offers shown, by channel and month: answered, not answered in time, waited for, or no longer to be told.

No answer within the channel's `response_days` is a no: without that rule, only those who answer would ever be counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from features.at_risk.events import NEVER, IntArray
from features.company import Company
from features.company.offers import RESPONSE_DAYS
from features.reports.figures import Figure
from features.reports.monitor import ExposureOutcomes
from features.times import DAY, Timestamp
from models.rows import BoolArray
from training.labels.acceptance import SOURCE, Exposures
from training.labels.labels import observed_by
from training.measures.ranking import mean_hits
from training.measures.resamples import Resamples, estimates
from training.monitoring.publications import LOOKED_BACK_DAYS, Watched, month_of

UNKNOWN_CHANNEL = "unknown"
_RESAMPLES = 300


def exposures_of(watched: Watched) -> list[ExposureOutcomes]:
    """Return what became of the offers shown in the last year and a half, a line a channel and month, the oldest month first."""
    if SOURCE not in watched.log.manifest.observed_until:
        return []
    observed = observed_by(watched.log, watched.moment, sources=(SOURCE,))[SOURCE]
    shown = _Shown.of(Exposures.read(watched.log), watched.company, observed=observed)
    since = watched.moment - LOOKED_BACK_DAYS * DAY
    recent = shown.where((shown.at >= since) & (shown.at < watched.moment))
    return list(recent.lines(observed=observed, now=watched.moment))


@dataclass(frozen=True)
class _Shown:
    """Exposures as they stand: whose (a code), on which channel, when shown, when first answered, a yes or not, for how long."""

    customers: npt.NDArray[np.int32]
    channels: npt.NDArray[np.str_]
    at: IntArray
    answered_at: IntArray
    accepted: BoolArray
    days: IntArray

    @classmethod
    def of(cls, exposures: Exposures, company: Company, *, observed: Timestamp) -> _Shown:
        """Take the newest version of each exposure and the first answer heard of it."""
        final, heard = exposures.final(observed), exposures.heard(observed)
        channels = np.array(pc.fill_null(final.channels, UNKNOWN_CHANNEL).to_pylist(), dtype=np.str_)
        waits = {channel.name: channel.response_days for channel in company.channels}
        return cls(
            customers=final.customers.dictionary_encode().indices.to_numpy(),
            channels=channels,
            at=final.shown_at,
            answered_at=heard.first_answered(final.ids),
            accepted=final.accepted,
            days=np.array([waits.get(channel, RESPONSE_DAYS) for channel in channels.tolist()], dtype=np.int64),
        )

    def where(self, mask: BoolArray) -> _Shown:
        """Return the rows of a mask."""
        return _Shown(**{name: values[mask] for name, values in vars(self).items()})

    def lines(self, *, observed: Timestamp, now: Timestamp) -> Iterator[ExposureOutcomes]:
        """Give a line a month and channel."""
        months = np.array([month_of(at) for at in self.at.tolist()], dtype=np.str_)
        for month in sorted(set(months.tolist())):
            for channel in sorted(set(self.channels[months == month].tolist())):
                here = self.where((months == month) & (self.channels == channel))
                yield here.line(channel, month, observed=observed, now=now)

    def line(self, channel: str, month: str, *, observed: Timestamp, now: Timestamp) -> ExposureOutcomes:
        """Return what became of exposures of one channel and month."""
        closes = self.at + self.days * DAY
        answered = self.answered_at < NEVER
        matured, over = answered | (closes <= observed), closes <= now
        yes = self.accepted & (self.answered_at <= closes)
        return ExposureOutcomes(
            channel=channel,
            month=month,
            response_days=int(self.days[0]),
            shown=len(self.at),
            matured=int(matured.sum()),
            pending=int((~matured & ~over).sum()),
            censored=int((~matured & over).sum()),
            accepted=int(yes.sum()),
            late=int((self.accepted & ~yes).sum()),
            accepted_share=_share(self.where(matured).customers, yes[matured]),
        )


def _share(customers: npt.NDArray[np.int32], yes: BoolArray) -> Figure | None:
    if not len(yes):
        return None
    draws = mean_hits({"yes": yes.astype(np.float64)}, resamples=Resamples(customers, count=_RESAMPLES, seed=0))
    found = estimates(draws)["yes"]
    return Figure(found.value, found.low, found.high)
