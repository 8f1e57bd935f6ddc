"""Do probabilities mean what they say: candidates that shift, stretch or bend log-odds; training chooses.

Calibration is a candidate, not a habit. Seasons move the level of churn, and a calibration fitted on the newest period carries
that season into the next: on dated retail data it made the log-loss up to three times worse. So `none` stands until another
does better on later periods than those it was fitted on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from features.errors import InvalidInput
from models.learners.blend import to_log_odds
from models.learners.special import expit
from models.rows import FloatArray

CalibrationKind = Literal["none", "intercept", "platt", "isotonic", "season"]
SEASON: CalibrationKind = "season"
"""A shift by what the same season of the last year was above or below that year: known from labels, not from answers."""

CANDIDATES: tuple[CalibrationKind, ...] = tuple(kind for kind in get_args(CalibrationKind) if kind != SEASON)
"""Those that are fitted to answers given before."""


class UnknownCalibration(InvalidInput):
    """A calibration that is not among the candidates."""


@dataclass(frozen=True)
class Calibration:
    """What was learned: log-odds become `slope` x log-odds + `intercept`, or, with `knots`, are read off a rising curve."""

    kind: CalibrationKind = "none"
    slope: float = 1.0
    intercept: float = 0.0
    knots: tuple[float, ...] = ()
    levels: tuple[float, ...] = ()

    def apply(self, log_odds: FloatArray) -> FloatArray:
        """Return calibrated log-odds; the order of customers is kept (isotonic may make some equal).

        >>> Calibration("intercept", intercept=0.5).apply(np.array([0.0, 1.0])).tolist()
        [0.5, 1.5]
        """
        if self.kind == "isotonic":
            return np.asarray(np.interp(log_odds, self.knots, self.levels))
        return self.slope * log_odds + self.intercept

    def to_json(self) -> dict[str, Any]:
        """Return the correction as a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Calibration:
        """Return the correction that `to_json` wrote."""
        return cls(value["kind"], value["slope"], value["intercept"], tuple(value["knots"]), tuple(value["levels"]))


def fit_calibration(kind: str, log_odds: FloatArray, labels: FloatArray) -> Calibration:
    """Fit one candidate to log-odds given *before* their 0/1 labels were known to the model that gave them.

    Raises
    ------
    UnknownCalibration
        If `kind` is not one of `CANDIDATES`.
    """
    if kind == "none":
        return Calibration()
    if kind == "intercept":
        return Calibration("intercept", intercept=float(_straight_line(log_odds, labels, fixed_slope=True)[0]))
    if kind == "platt":
        intercept, slope = _straight_line(log_odds, labels, fixed_slope=False)
        return Calibration("platt", slope=float(slope), intercept=float(intercept))
    if kind == "isotonic":
        return _rising_curve(log_odds, labels)
    raise UnknownCalibration(f"needed one of {', '.join(CANDIDATES)}, found {kind!r}")


def log_loss(log_odds: FloatArray, labels: FloatArray) -> float:
    """Return the mean negative log-likelihood of 0/1 labels; lower is better, 0.693 is a coin.

    >>> round(log_loss(np.zeros(2), np.array([0.0, 1.0])), 3)
    0.693
    """
    return float(np.mean(np.logaddexp(0.0, log_odds) - labels * log_odds))


def _straight_line(log_odds: FloatArray, labels: FloatArray, *, fixed_slope: bool) -> FloatArray:
    from scipy.optimize import minimize

    targets = _softened(labels)

    def loss(line: FloatArray) -> tuple[float, FloatArray]:
        corrected = line[0] + line[1] * log_odds
        error = expit(corrected) - targets
        return log_loss(corrected, targets), np.array([error.mean(), 0.0 if fixed_slope else (error * log_odds).mean()])

    # A negative slope would turn the ranking round: that is a broken model, not a calibration.
    return np.asarray(minimize(loss, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B", bounds=[(-20.0, 20.0), (0.0, 20.0)]).x)


def _softened(labels: FloatArray) -> FloatArray:
    # Platt (1999): labels a little inside 0 and 1, so that a perfect ranking does not ask for an infinite slope.
    positives = labels.sum()
    negatives = len(labels) - positives
    return np.asarray(np.where(labels > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2)))


def _rising_curve(log_odds: FloatArray, labels: FloatArray) -> Calibration:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip").fit(log_odds, labels)
    edge = 1.0 / (2.0 * len(labels))
    levels = to_log_odds(np.clip(fitted.y_thresholds_, edge, 1.0 - edge))
    return Calibration("isotonic", knots=tuple(fitted.X_thresholds_.tolist()), levels=tuple(levels.tolist()))
