"""What does monitoring say: what came of predictions, what drifted, how feeds stand, what to expect, and who must look.

Moments are ISO 8601 text in UTC, shares lie between 0 and 1. It is aggregates only: no customer, no row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from features.reports.drift import DriftWindow, Undone
from features.reports.figures import Figure
from features.reports.grades import LiveGrade
from features.reports.stored import StoredReport

Level: TypeAlias = Literal["alarm", "note"]
"""`alarm`: somebody must look, as decisions are or would be other ones. `note`: to be known, nothing to be done today."""

State: TypeAlias = Literal["matured", "pending", "censored"]
"""Of what was asked: the answer is known; not yet; or it can no longer be told."""


Figures: TypeAlias = dict[str, Figure]
"""Figures by the name of their measure (`training.measures`)."""


@dataclass(frozen=True)
class Finding:
    """One thing that was found: the `figure` of what `measure` says, the limit it was held against, and what to do now."""

    level: Level
    section: str
    about: str
    text: str
    measure: str
    figure: float
    limit: float
    advice: str


@dataclass(frozen=True)
class LiveModels:
    """What was live at the moment: the bundle, the company file, the snapshot predicted on, and the model of each question.

    `predicted_as_of` is None where the predictions are gone.
    """

    bundle: str
    company: str
    snapshot: str
    predicted_as_of: str | None
    published_at: str
    models: dict[str, str]


@dataclass(frozen=True)
class OutcomeWindow:
    """One month's predictions of one question that were live, and what came of them.

    `closes`: from when on the outcome can be known; None where it is not known what was asked. `reason`: why it is censored.
    Customers: `asked` were predicted for; of a matured window `matured` are told and `censored` can no longer be. `measures` are
    those of the predictions, `beside` those less the prior's on the same rows, `promised` what training said of this model;
    `estimated` what the probabilities let expect of the same customers before anything had come.
    """

    month: str
    as_of: str | None
    published_at: str
    model_sha: str
    state: State
    closes: str | None
    reason: str | None
    asked: int
    matured: int
    censored: int
    measures: Figures
    beside: Figures
    promised: Figures
    estimated: dict[str, float]


@dataclass(frozen=True)
class ModelOutcomes:
    """What came of the predictions of one question, a window a month.

    `repeated` publications asked again in a month that was counted already. `recent` are the measures over the newest matured
    months together (`recent_months`), `beside` those less the prior's, `promised` what training said of the newest month's model.
    """

    model: str
    horizon_days: int
    prior: str
    main_measure: str
    windows: list[OutcomeWindow]
    repeated: int
    recent_months: list[str]
    recent_rows: int
    recent_happened: int
    recent: Figures
    beside: Figures
    promised: Figures


@dataclass(frozen=True)
class ExposureOutcomes:
    """Offers shown on one channel in one month, and what became of them.

    `matured`: answered, or not answered within `response_days`; `accepted` of these said yes in time, `late` said yes after it.
    `censored`: the time is over, but the source is not observed so far.
    """

    channel: str
    month: str
    response_days: int
    shown: int
    matured: int
    pending: int
    censored: int
    accepted: int
    late: int
    accepted_share: Figure | None


@dataclass(frozen=True)
class UsualWeek:
    """What a week of a source brings by the weeks before it, and between which counts of rows it is not unusual."""

    rows: float
    low: float
    high: float


@dataclass(frozen=True)
class FeedState:
    """How one source stands; `read` says whether a feature reads it.

    `limit_hours`: how far it may lie behind, the company's `stale_hours` or its own usual wait if that is longer. The last full
    week began on the day `week` and had `rows`; `usual` is None where the history is too short. `silent_days`: newest days
    without a row that chance does not explain. `weeks`: rows of the newest full weeks, from `first_week` on.
    """

    source: str
    read: bool
    observed_until: str
    hours_behind: float
    usual_wait_hours: float | None
    limit_hours: float
    week: str | None
    rows: int | None
    usual: UsualWeek | None
    silent_days: int
    silent_rows_expected: float
    first_week: str
    weeks: list[int]


@dataclass(frozen=True)
class EstimateError:
    """Of one past moment: what the probabilities let expect, and what was realised, by measure."""

    as_of: str
    told_by: Literal["outcomes", "training"]
    estimated: dict[str, float]
    realised: dict[str, float]


@dataclass(frozen=True)
class EstimatedPerformance:
    """What the newest predictions of a model let expect, if their probabilities are right, and how far that was off before.

    `errors`: matured windows, or the past moments of training where none has matured. `largest_error`: by measure, the largest
    of them; absent where there is none.
    """

    model: str
    as_of: str
    customers: int
    estimated: dict[str, float]
    errors: list[EstimateError]
    largest_error: dict[str, float]


@dataclass(frozen=True)
class SystemLimit:
    """One figure of the decision system as a whole: `good` is where it should stay, `hard` the most (or least) ever right.

    `too_high`: whether high figures are wrong, or low ones. `alarms`: whether somebody must look beyond `hard`. `rests_on`: of
    how many customers or offers it was taken.
    """

    measure: str
    text: str
    figure: float
    good: float
    hard: float
    too_high: bool
    alarms: bool
    rests_on: int


@dataclass(frozen=True)
class Unwatched:
    """Something that could not be watched, and why."""

    section: str
    about: str
    reason: str
    damaged: bool


@dataclass(frozen=True)
class MonitorReport(StoredReport):
    """The whole report as of a moment; `findings` in the order in which to look at them, alarms first."""

    KIND: ClassVar[str] = "a monitoring report"
    MADE_AGAIN: ClassVar[str] = "run `lifecycle monitor` again"

    as_of: str
    live: LiveModels
    findings: list[Finding]
    outcomes: list[ModelOutcomes]
    exposures: list[ExposureOutcomes]
    drift: list[DriftWindow]
    undone: list[Undone]
    feeds: list[FeedState]
    estimated: list[EstimatedPerformance]
    unwatched: list[Unwatched]
    decisions: list[SystemLimit] = field(default_factory=list)
    grades: list[LiveGrade] = field(default_factory=list)

    @property
    def alarms(self) -> list[Finding]:
        """Return what somebody must look at."""
        return [finding for finding in self.findings if finding.level == "alarm"]
