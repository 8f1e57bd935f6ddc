"""What would be predicted: the assembly that publishing uses, over one row with other numbers in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np

from features.stages.stage_rules import StageRules
from features.stages.table import NO_MOMENT, Stood
from models.assembly import People, assembled, said_by
from models.churn.model import ChurnModel
from models.explanation import reasons
from models.explanation.strongest import Reason
from models.rows import FloatArray, Rows
from serving.answering.parts import Row
from serving.live.state import Found, LiveState
from serving.what_if.bench import Bench
from serving.what_if.supposed import Supposed

PARTS = ("stage", "churn", "value", "health", "purchase")


@dataclass(frozen=True)
class Wanted:
    """What is asked for: which parts of an answer, and whether reasons are."""

    parts: frozenset[str] = frozenset(PARTS)
    reasons: bool = False

    @property
    def is_quick(self) -> bool:
        """Whether the answer takes less than a thousandth of a second, so that nobody is held up by it."""
        return self.parts == {"churn"} and not self.reasons


@dataclass(frozen=True)
class Outcome:
    """What would be predicted: `values` by the columns of the live predictions, NaN where not asked; `reasons` of churn."""

    values: Row
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Supposing:
    """One customer of a live state, as known and as supposed."""

    state: LiveState
    bench: Bench
    found: Found
    supposed: Supposed

    def outcome(self, wanted: Wanted) -> Outcome:
        """Return what the live models say of the row as it would be."""
        said = self._churn_alone() if wanted.parts == {"churn"} else self._everything()
        values = [float(said[name][0]) if name in said else np.nan for name in self.bench.columns]
        return Outcome(values, self._reasons() if wanted.reasons and "churn" in wanted.parts else ())

    def _churn_alone(self) -> Mapping[str, FloatArray]:
        model = self._churn
        return {} if model is None else said_by(model, self._people(()))

    def _everything(self) -> Mapping[str, FloatArray]:
        people = self._people(self._stages())
        return assembled(people, [said_by(model, people) for model in self.bench.models], references=self.bench.references)

    def _reasons(self) -> tuple[Reason, ...]:
        model, company = self._churn, self.bench.company
        if model is None:
            return ()
        return reasons(model, self._row, names=company.catalogue.names, horizon_days=company.horizon_days).of(0)

    @property
    def _churn(self) -> ChurnModel | None:
        return next((cast(ChurnModel, model) for model in self.bench.models if model.kind == ChurnModel.kind), None)

    def _people(self, stages: Sequence[Stood]) -> People:
        names = self.bench.declared.catalogue.names
        return People(self.bench.company, self.found.as_of, names, self._row, self._is_at_risk, tuple(stages))

    @cached_property
    def _known(self) -> Rows | None:
        return None if self.supposed.is_full else self.state.features(self.found)

    @cached_property
    def _row(self) -> Rows:
        return self.supposed.row(self._known)

    @property
    def _is_at_risk(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether the customer may leave follows from events, which are not supposed to be others: it stays as published."""
        published = self._published.get(f"churn_{self.bench.company.horizon_days}", np.nan)
        return np.array([published == published])

    def _stages(self) -> tuple[Stood, ...]:
        """Return where the customer would stand: as known, unless the change lets another stage win; then there, unconfirmed.

        Where every feature is given, the winner is held against the stage that is known.
        """
        rules = StageRules(self.bench.company)
        now = self._winners(rules, self._row)
        before = None if self._known is None else self._winners(rules, self._known)
        sets = self.bench.company.stage_sets
        return tuple(
            self._stood(stage_set.name, int(won), stays=before is not None and before[place] == won)
            for place, (stage_set, won) in enumerate(zip(sets, now, strict=True))
        )

    def _stood(self, stage_set: str, won: int, *, stays: bool) -> Stood:
        code = self._published.get(f"stage_{stage_set}", np.nan)
        since = self._published.get(f"stage_{stage_set}_since", np.nan)
        if code != code or (not stays and int(code) != won):
            code, since = won, np.nan
        moment = NO_MOMENT if since != since else int(since)
        return Stood(stage_set, np.array([code], np.int8), np.array([moment], np.int64))

    def _winners(self, rules: StageRules, row: Rows) -> Sequence[int]:
        places = [self.bench.declared.places[name] for name in rules.catalogue.names]
        won: Sequence[int] = rules.winners(row[:, places])[0].tolist()
        return won

    @cached_property
    def _published(self) -> Mapping[str, float]:
        return dict(zip(self.bench.columns, self.found.values, strict=True))
