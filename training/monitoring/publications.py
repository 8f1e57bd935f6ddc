"""What was live until a moment, and which predictions count: of each question and calendar month the first that were published.

Predictions are published again with every promotion and as often as somebody scores. Each asks the same customers about nearly
the same time, so all together would count a customer many times. Of several publications as of one month the first counts that
can still be told: its files are there, and it asked what the company file asks now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from features.company import Company
from features.errors import Damaged, InvalidInput, NotFound
from features.home import Home
from features.log.store import EventLog
from features.times import DAY, Timestamp, to_datetime
from models.bundle import NothingLive, Predictions, PredictionsOrigin, open_predictions, predictions_origin
from training.publishing.ledger import LedgerEntry, read_ledger
from training.publishing.scene import company_stored
from training.questions.registry import asked

LOOKED_BACK_DAYS = 549
"""A year and a half: twelve months have matured, and those that wait for their outcome are beside them."""

_WHAT_IS_READ = "features"
"""Of all that decides what a model answers, what does not change which question it is."""


@dataclass(frozen=True)
class Publication:
    """Predictions of one model that were live since `at`; `origin` is None where they are gone.

    `lost`: why it can no longer be told what came of them; None where nothing stands in the way.
    """

    at: Timestamp
    model_sha: str
    digest: str
    origin: PredictionsOrigin | None
    lost: str | None = None

    @property
    def month(self) -> str:
        """Return the calendar month they were made as of; of those that are gone, the month they were published in."""
        return month_of(self.at if self.origin is None else self.origin.as_of)


@dataclass(frozen=True)
class Counted:
    """The publications of one model that count, one a month, the oldest first; `repeated` further ones asked again."""

    publications: tuple[Publication, ...]
    repeated: int


@dataclass(frozen=True)
class Watched:
    """What is watched at a moment: the log, every move of the live pointer until then, the newest last, and the company file."""

    home: Home
    moment: Timestamp
    log: EventLog
    entries: tuple[LedgerEntry, ...]
    company: Company

    @classmethod
    def at(cls, home: Home, moment: Timestamp) -> Watched:
        """Open what was live at a moment.

        Raises
        ------
        NothingLive
            If nothing had been promoted by then.
        """
        entries = tuple(entry for entry in read_ledger(home) if entry.at <= moment)
        if not entries or entries[-1].live.bundle is None or entries[-1].live.company is None:
            raise NothingLive(
                "needed predictions that are live, found none to watch at this moment; run `lifecycle train churn`, then "
                "`lifecycle promote churn`, or take a later moment (`--as-of`)"
            )
        return cls(home, moment, EventLog.open(home), entries, company_stored(home, entries[-1].live.company))

    @property
    def live(self) -> LedgerEntry:
        """Return the newest move: what is live."""
        return self.entries[-1]

    @cached_property
    def predictions(self) -> Predictions:
        """Return the live predictions, verified."""
        return open_predictions(self.home, self.live.live.predictions or "")

    def counted(self, model: str) -> Counted:
        """Return the predictions of a model that count."""
        recent = [each for each in self.published(model) if (self.moment - each.at) / DAY <= LOOKED_BACK_DAYS]
        companies = {each.origin.company for each in recent if each.origin is not None}
        other = {company: self._other_question(model, company) for company in companies}
        judged = [each if each.origin is None else replace(each, lost=other[each.origin.company]) for each in recent]
        months = dict.fromkeys(each.month for each in judged)
        chosen = [_first_not_lost([each for each in judged if each.month == month]) for month in months]
        return Counted(tuple(chosen), len(judged) - len(chosen))

    def published(self, model: str) -> list[Publication]:
        """Return every publication of predictions of a model, the oldest first."""
        made = [entry for entry in self.entries if model in entry.models and entry.live.predictions is not None]
        return [publication(self.home, entry, model=model) for entry in made]

    def _other_question(self, model: str, company: str) -> str | None:
        """Say why what a company file asked of a model cannot be told by what is asked now; None where it is the same."""
        try:
            then, now = (asked(model, each) for each in (company_stored(self.home, company), self.company))
        except (NotFound, Damaged, InvalidInput) as error:
            return str(error)
        same = all(then[part] == now[part] for part in now if part != _WHAT_IS_READ)
        return None if same else "the company file asks another question since"


def publication(home: Home, entry: LedgerEntry, *, model: str) -> Publication:
    """Return what one move of the pointer published of a model."""
    digest, sha = str(entry.live.predictions), entry.models[model]
    try:
        return Publication(entry.at, sha, digest, predictions_origin(home, digest))
    except (NotFound, Damaged) as error:
        return Publication(entry.at, sha, digest, None, str(error))


def month_of(moment: Timestamp) -> str:
    """Return the calendar month of a moment.

    >>> month_of(0)
    '1970-01'
    """
    return to_datetime(moment).strftime("%Y-%m")


def _first_not_lost(publications: Sequence[Publication]) -> Publication:
    return next((each for each in publications if each.lost is None), publications[0])
