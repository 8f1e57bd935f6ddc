"""What is written down of one training: on what data, how the recipe was chosen, and how it was graded beside its baselines.

It is aggregates only: no customer, no row. Gates, the command line and MLflow read the same report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal, TypeAlias

from features.reports.stored import StoredReport
from features.times import Timestamp
from models.grades import Grade
from training.measures.resamples import Estimate
from training.records.environment import Environment

CHOSEN = "recipe"
"""The name under which the chosen recipe stands beside its baselines."""

CHAMPION = "champion"
"""The name under which the recipe of the live model stands, asked in the same folds; it is no baseline."""

Finding: TypeAlias = dict[str, str | int | float | None]
"""One line of a table of a question's own, such as a stage, where its customers went, and how many."""


@dataclass(frozen=True)
class TrainingData:
    """What was learned from: `rows` customers asked about over the `snapshots`, all with mature labels.

    `newest_snapshot` holds everybody known at the end: the rhythm of purchases is learned from it. `unknown_customers` were to
    be asked about, but their own row was not known by then; they are not among the rows. `label_means`: the mean label by
    horizon (for churn the share that left). `drawn_share`: the share of customers learned from; below 1
    where there are very many. `observed_until`: up to when each source that labels read was complete.
    """

    as_of: Timestamp
    log_digest: str
    company: str
    features: str
    newest_snapshot: str
    snapshots: dict[str, str]
    rows: int
    customers: int
    unknown_customers: int
    label_means: dict[str, float]
    drawn_share: float = 1.0
    observed_until: dict[str, Timestamp] = field(default_factory=dict)


@dataclass(frozen=True)
class Conditions:
    """What a training follows from beside its data and seed, so that it can be done again.

    `as_of`: the moment that was taken for today, if one was named; `tune`: how many ways to grow trees were tried.
    """

    as_of: Timestamp | None
    tune: int
    environment: Environment


@dataclass(frozen=True)
class FoldGrade:
    """One past moment: what the recipe could learn from then, and how every model did on who was asked about.

    `differences`: the recipe less a baseline, paired, as in the whole report.
    """

    origin: Timestamp
    train_rows: int
    test_rows: int
    label_mean: float
    measures: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupGrade:
    """How the recipe did for the customers of one stage, or of one segment, over all past moments.

    `level_error`: how far the mean foretold lay from the mean that came, the mean over the moments; chances and shares 0 to 1,
    money in company currency. `carried_error`: the same of carrying the mean of the last closed period forward.
    `level_difference`: the former less the latter. `happened`: to how many it happened, and `found_share`: how many of those were
    among the fifth scored highest. `found_ratio`: that share over that of the group best found; None for stages, and for groups
    too small to tell.
    """

    kind: Literal["stage", "segment"]
    group: str
    rows: int
    happened: int
    level_error: float
    carried_error: float
    level_difference: Estimate
    found_share: float | None = None
    found_ratio: Estimate | None = None


@dataclass(frozen=True)
class ContenderGrade:
    """One recipe with one calibration, and its loss (the main measure) pooled over the folds."""

    name: str
    calibration: str
    loss: float
    chosen: bool


@dataclass(frozen=True)
class FeatureGrade:
    """How well one feature alone tells to whom it happens (AUC, whichever way is up)."""

    feature: str
    auc: float


@dataclass(frozen=True)
class TrainingReport(StoredReport):
    """The whole report of one trained model.

    `pooled` and `folds` grade at the main horizon; `horizons` holds the recipe's pooled measures at each. `differences` is the
    recipe less a baseline, paired. `main_measure` is what the recipe was chosen by; lower is better. `test_positives`: of the
    rows graded, those to whom it happened. `findings`: the question's own tables.

    `champion`: the live model whose recipe was asked in the same folds, if there was one; the tables hold it as `champion`.
    `groups`: how the recipe did for each stage and segment. `conditions`: None in a report of a version that did not write them.

    `refitted_rows`: what ships is the same recipe fitted again on all mature rows; the folds grade the recipe, and the shipped
    model is the model of none of them. `left_out`: members that could not be fitted. `grade`: what all that earns. `made_from`:
    the digest of all that decided the training beforehand (`training.made_from`); empty where trees were tuned first.
    """

    KIND: ClassVar[str] = "a training report"
    MADE_AGAIN: ClassVar[str] = "train again"

    model: str
    model_sha: str
    run_id: str
    trained_at: Timestamp
    definition: str
    horizon_days: int
    seed: int
    data: TrainingData
    main_measure: str
    pooled: dict[str, dict[str, Estimate]]
    differences: dict[str, dict[str, Estimate]]
    folds: list[FoldGrade]
    contenders: list[ContenderGrade]
    horizons: dict[str, dict[str, Estimate]]
    features_alone: list[FeatureGrade]
    test_rows: int
    test_positives: int
    refitted_rows: int
    left_out: tuple[str, ...] = ()
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    grade: Grade | None = None
    champion: str | None = None
    groups: list[GroupGrade] = field(default_factory=list)
    conditions: Conditions | None = None
    made_from: str = ""

    @property
    def chosen(self) -> ContenderGrade:
        """Return the blend and calibration that were chosen."""
        return next(contender for contender in self.contenders if contender.chosen)

    @property
    def baselines(self) -> list[str]:
        """Return the names of the baselines, the best by the main measure first."""
        names = [name for name in self.pooled if name not in (CHOSEN, CHAMPION)]
        return sorted(names, key=lambda name: self.pooled[name][self.main_measure].value)
