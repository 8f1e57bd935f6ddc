"""Which signals move a customer from one stage to another, so that staff learn to see them before it happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.explanation.codes import FeatureWithoutReason, code_of
from models.rows import FloatArray, Rows
from models.transition import TransitionModel
from training.records.report import Finding

_MOVES_TOLD = 6
_SIGNALS_TOLD = 5
_FEWEST = 20
_MOST_ASKED = 100  # of each kind; exact contributions cost some fifty times as much as an answer


@dataclass(frozen=True)
class Moved:
    """Where customers stood, and where they came by the end of a horizon: a code of a stage a row each."""

    stood: npt.NDArray[np.intp]
    came: npt.NDArray[np.intp]

    def most_made(self) -> list[tuple[int, int]]:
        """Return the six moves to another stage that most rows made, as codes, the most frequent first.

        >>> Moved(np.array([0] * 30 + [1]), np.array([1] * 30 + [0])).most_made()
        [(0, 1)]
        """
        pairs, counts = np.unique(np.column_stack([self.stood, self.came])[self.stood != self.came], axis=0, return_counts=True)
        order = np.argsort(-counts, kind="stable")[:_MOVES_TOLD]
        return [(int(pairs[place][0]), int(pairs[place][1])) for place in order if counts[place] >= _FEWEST]

    def rows(self, before: int, after: int) -> npt.NDArray[np.intp]:
        """Return at most some hundred rows that went from one stage to another, evenly over all."""
        made = np.flatnonzero((self.stood == before) & (self.came == after))
        return made[:: max(1, len(made) // _MOST_ASKED)]


@dataclass(frozen=True)
class _Parted:
    """The rows who went from one stage to another beside those who stayed, and what sets them apart by column."""

    before: int
    after: int
    went: Rows
    stayed: Rows

    def pulls(self, model: TransitionModel) -> FloatArray:
        return self._added(model, self.went) - self._added(model, self.stayed)

    def _added(self, model: TransitionModel, rows: Rows) -> FloatArray:
        """Return what each column adds on the mean to the log-odds of the new stage against the present one."""
        table = model.horizons[0].contributions(rows)[:, :, :-1]
        return np.asarray((table[:, self.after] - table[:, self.before]).mean(axis=0))


def signals(model: TransitionModel, rows: Rows, moved: Moved) -> list[Finding]:
    """Return what set apart who made each of the commonest moves from who stayed: groups of features, the strongest first.

    A group's `pull` is what its features add to the log-odds of the new stage against the present one, on the mean among who
    moved less among who stayed. `feature` is the group's strongest; `moved` and `stayed` are its medians.

    Parameters
    ----------
    model
        Of one horizon, fitted before the rows moved.
    """
    found = []
    for before, after in moved.most_made():
        went, stayed = rows[moved.rows(before, after)], rows[moved.rows(before, before)]
        if len(stayed) >= _FEWEST:
            found += _told(model, _Parted(before, after, went, stayed))
    return found


def _told(model: TransitionModel, parted: _Parted) -> list[Finding]:
    pulls, groups = parted.pulls(model), _grouped(model.feature_names)
    pull = {name: float(pulls[places].sum()) for name, places in groups.items()}
    strongest = sorted(groups, key=lambda name: -abs(pull[name]))[:_SIGNALS_TOLD]
    lines: list[Finding] = []
    for name in strongest:
        best = max(groups[name], key=lambda place: abs(float(pulls[place])))
        lines.append(
            {
                "from": model.stages[parted.before],
                "to": model.stages[parted.after],
                "signal": name,
                "pull": pull[name],
                "feature": model.feature_names[best],
                "moved": _median(parted.went[:, best]),
                "stayed": _median(parted.stayed[:, best]),
            }
        )
    return lines


def _grouped(names: Sequence[str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        groups.setdefault(_group(name), []).append(place)
    return groups


def _group(feature: str) -> str:
    try:
        return code_of(feature).name
    except FeatureWithoutReason:
        return feature


def _median(values: npt.NDArray[np.float32]) -> float | None:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else None
