"""What came of the last retraining: each model beside the live one, its gates, its outcome in words, and what is live since.

Moments are ISO 8601 text in UTC. Aggregates only: no customer, no row.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from features.home import Home
from features.reports.figures import Figure
from features.write_once import replace_file

Outcome: TypeAlias = Literal["promoted", "live", "withdrawn", "refused", "held", "abstained", "failed"]
"""`live`: what was found is what is live already. `withdrawn`: somebody took exactly this model off; it is not put back."""

Scoring: TypeAlias = Literal["made", "stand", "nothing_live", "failed"]
"""`stand`: the live predictions are those of the newest snapshot."""


@dataclass(frozen=True)
class PastMoment:
    """How both recipes did at one past moment, on the same rows."""

    origin: str
    rows: int
    candidate: Figure
    live: Figure


@dataclass(frozen=True)
class BesideLive:
    """What the recipe of the model that was live before would have come to at the same past moments; lower is better.

    `difference`: the candidate's figure less the live one's, paired; above 0 the candidate is worse.
    """

    model_sha: str
    live: Figure
    difference: Figure
    moments: list[PastMoment]


@dataclass(frozen=True)
class Gate:
    """One gate's verdict: the figure found, the limit it was held against, and the reason in words."""

    name: str
    verdict: str
    figure: str
    limit: str
    reason: str


@dataclass(frozen=True)
class RetrainedModel:
    """What came of one model, and why, in words. What is not known (of one that abstains or failed) is None.

    `found_again`: a candidate made from exactly this stood already and was not trained again; `seconds` is what training took
    now. `measure` names `figure`, pooled over the past moments. `is_fault`: it failed by a fault of this program.
    """

    model: str
    outcome: Outcome
    reason: str
    found_again: bool = False
    seconds: float = 0.0
    run_id: str | None = None
    model_sha: str | None = None
    measure: str | None = None
    figure: Figure | None = None
    beside_live: BesideLive | None = None
    gates: list[Gate] = field(default_factory=list)
    is_fault: bool = False

    @property
    def needs_a_look(self) -> bool:
        """Say whether a person must look at it: a gate held it for review, or it failed."""
        return self.outcome in {"held", "failed"}


@dataclass(frozen=True)
class Scored:
    """What became of the predictions for everybody, and why, in words."""

    outcome: Scoring
    reason: str
    is_fault: bool = False


@dataclass(frozen=True)
class LiveSince:
    """What is live at the end: the pointer's names, each by its SHA-256, and the model of each question."""

    bundle: str | None
    company: str | None
    snapshot: str | None
    predictions: str | None
    models: dict[str, str]


@dataclass(frozen=True)
class MadeFrom:
    """What the cycle was made from: equal ones come to the same models."""

    log_digest: str
    company: str
    seed: int
    program: str


@dataclass(frozen=True)
class RetrainReport:
    """One whole cycle; written when all of it was done.

    `left`: models that are no longer live, and nothing came in their place. `notes` say what went otherwise than usual, and
    stopped nothing.
    """

    began_at: str
    seconds: float
    made_from: MadeFrom
    models: list[RetrainedModel]
    scored: Scored
    live: LiveSince
    left: list[str]
    notes: list[str]

    @property
    def needs_a_look(self) -> list[str]:
        """Return what a person must look at, in words; none where all is as it should be."""
        models = [f"{each.model} {each.outcome}: {each.reason}" for each in self.models if each.needs_a_look]
        left = [f"{model} is no longer live: it cannot answer any more, and nothing came in its place" for model in self.left]
        return [*models, *left, *([f"scoring failed: {self.scored.reason}"] if self.scored.outcome == "failed" else [])]

    @property
    def has_failed(self) -> bool:
        """Say whether something failed, so that the same cycle may come to more when it is run again."""
        return self.has_faults or self.scored.outcome == "failed" or any(each.outcome == "failed" for each in self.models)

    @property
    def has_faults(self) -> bool:
        """Say whether something failed by a fault of this program."""
        return self.scored.is_fault or any(each.is_fault for each in self.models)

    def to_json(self) -> bytes:
        """Return the report as JSON, indented for people."""
        return msgspec.json.format(msgspec.json.encode(self, order="sorted"), indent=2)


def retrain_report_path(home: Home) -> Path:
    """Return where the report of the last whole cycle stands."""
    return home.reports / "retrain.json"


def write_retrain_report(home: Home, report: RetrainReport) -> None:
    """Put the report in the place of the one before, whole."""
    replace_file(retrain_report_path(home), report.to_json())


def read_retrain_report(home: Home) -> RetrainReport | None:
    """Return the report of the last whole cycle; None where there is none, or none that this version writes."""
    try:
        return msgspec.json.decode(retrain_report_path(home).read_bytes(), type=RetrainReport)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return None
