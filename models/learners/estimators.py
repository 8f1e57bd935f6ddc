"""How do our learners look to scikit-learn: fit, predict, clone and cross-validate, and files of text and JSON, no pickle.

For notebooks and comparisons. Import this module by its name and never from what serves: it loads scikit-learn. Rows may be a
data frame, whose names and their order are then held to, or an array; NaN is a value that is not known; columns with codes of
texts (`code_of_...`) are carried along and never read, so a code unseen before changes nothing.
"""
# ruff: noqa: N803 - scikit-learn's checks ask for arguments named X and y

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from features.errors import InvalidInput
from models.learners.boosting import SHALLOW, Boosting, BoostingPreset, bin_rows, fit_boosting
from models.learners.btyd import Btyd, PurchaseHistories, Variant, fit_btyd
from models.learners.logistic import Logistic, fit_logistic
from models.learners.multinomial import Multinomial, OneClassOnly, fit_multinomial
from models.learners.special import expit, softmax
from models.learners.target import Target, TargetInvalid
from models.rows import FloatArray, Rows, quantities

_DESCRIPTION = "estimator.json"
_OF_HISTORY = 3  # repeats, last, age
_TARGETS: dict[str, Callable[..., Target]] = {"amount": Target.amount, "tweedie": Target.tweedie}


class WrongClasses(OneClassOnly, ValueError):
    """Fewer than two classes, or more than this estimator tells apart; a ValueError, as scikit-learn expects."""


class WrongHistories(InvalidInput, ValueError):
    """The rows are no histories of purchases; a ValueError, as scikit-learn expects."""


class OtherEstimator(InvalidInput):
    """The files hold another estimator than the one that is to read them."""


class _Face(BaseEstimator):  # type: ignore[misc] # scikit-learn carries no types
    """What all faces share: checked rows, and files instead of a pickle. `learned_` is the fitted learner."""

    read: ClassVar[Callable[..., Any]]
    learned_: Any

    def to_files(self) -> dict[str, bytes]:
        """Return the settings and what was learned, by file name: one JSON object, and a text for each forest."""
        check_is_fitted(self)
        texts = self.learned_.texts if isinstance(self.learned_, Boosting) else ()
        settings = self.get_params()
        description = {
            "estimator": type(self).__name__,
            "settings": {name: asdict(each) if isinstance(each, BoostingPreset) else each for name, each in settings.items()},
            "width": self.n_features_in_,
            "columns": list(getattr(self, "feature_names_in_", ())),
            "classes": getattr(self, "classes_", np.array(())).tolist(),
            "learned": None if texts else self.learned_.to_json(),
        }
        forests = {f"trees-{place:03d}.txt": text.encode() for place, text in enumerate(texts)}
        return {_DESCRIPTION: json.dumps(description, indent=1).encode(), **forests}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> Self:
        """Return the fitted estimator that `to_files` wrote; it answers with the same numbers.

        Raises
        ------
        OtherEstimator
            If another kind of estimator wrote them.
        """
        description = json.loads(files[_DESCRIPTION])
        if description["estimator"] != cls.__name__:
            raise OtherEstimator(
                f"needed files of a {cls.__name__}, found those of a {description['estimator']}; read them as one"
            )
        settings = description["settings"]
        preset = {"preset": BoostingPreset(**settings["preset"])} if settings.get("preset") else {}
        estimator = cls(**{**settings, **preset})
        texts = [files[name].decode() for name in sorted(files) if name != _DESCRIPTION]
        estimator.learned_, estimator.n_features_in_ = cls.read(texts or description["learned"]), description["width"]
        if description["columns"]:
            estimator.feature_names_in_ = np.array(description["columns"], dtype=object)
        if description["classes"]:
            estimator.classes_ = np.array(description["classes"])
        return estimator

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    @property
    def _columns(self) -> list[str]:
        return list(getattr(self, "feature_names_in_", (f"column_{place}" for place in range(self.n_features_in_))))

    def _checked(self, X: ArrayLike, y: ArrayLike) -> tuple[Rows, NDArray[Any]]:
        known, answers = validate_data(self, X, y, dtype=np.float32, ensure_all_finite="allow-nan", ensure_min_samples=2)
        return known, answers

    def _asked(self, X: ArrayLike) -> Rows:
        check_is_fitted(self)
        known: Rows = validate_data(self, X, reset=False, dtype=np.float32, ensure_all_finite="allow-nan")
        return known

    def _boosted(self, rows: Rows, target: Target) -> Boosting:
        preset: BoostingPreset = self.preset or SHALLOW
        return fit_boosting(bin_rows(rows, self._columns, preset=preset), target, preset=preset, seed=self.seed)


class _Classifier(ClassifierMixin, _Face):  # type: ignore[misc] # scikit-learn carries no types
    """What classifiers share: classes under their own names, and the likeliest as the answer."""

    classes_: NDArray[Any]

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likeliest class of each row."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])

    def _codes(self, labels: NDArray[Any], *, most: float = np.inf) -> FloatArray:
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise WrongClasses(f"needed labels of two classes or more, found one class: {self.classes_.tolist()}")
        if len(self.classes_) > most:
            raise WrongClasses(
                f"Only binary classification is supported. Needed two classes, found {len(self.classes_)}; use RobustMultinomial"
            )
        return np.asarray(codes, dtype=np.float64)


class BoostingClassifier(_Classifier):
    """A bag of boosted trees over two classes or more; `preset` None is `SHALLOW`."""

    read = Boosting.from_texts

    def __init__(self, *, preset: BoostingPreset | None = None, seed: int = 0) -> None:
        self.preset = preset
        self.seed = seed

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit; rows that weigh nothing are left out."""
        known, answers, weights = _weighed(*self._checked(X, y), sample_weight)
        codes = self._codes(answers)
        if len(self.classes_) == 2:
            target = Target.binary(codes, weights=weights)
        else:
            target = Target.of_classes(codes, classes=len(self.classes_), weights=weights)
        self.learned_ = self._boosted(known, target)
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return the chance of each class, shape (n, classes), in the order of `classes_`."""
        known = self._asked(X)
        scores = self.learned_.scores(known)
        return _no_and_yes(expit(scores)) if scores.ndim == 1 else np.asarray(softmax(scores, axis=1))


class BoostingRegressor(RegressorMixin, _Face):  # type: ignore[misc] # scikit-learn carries no types
    """A bag of boosted trees over amounts: `amount` for any real number, `tweedie` for money that is often exactly 0."""

    read = Boosting.from_texts

    def __init__(
        self, *, objective: Literal["amount", "tweedie"] = "amount", preset: BoostingPreset | None = None, seed: int = 0
    ) -> None:
        self.objective = objective
        self.preset = preset
        self.seed = seed

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit; rows that weigh nothing are left out."""
        known, answers, weights = _weighed(*self._checked(X, y), sample_weight)
        if self.objective not in _TARGETS:
            raise TargetInvalid(f"needed the objective {' or '.join(_TARGETS)}, found {self.objective!r}")
        make = _TARGETS[self.objective]
        self.learned_ = self._boosted(known, make(np.asarray(answers, dtype=np.float64), weights=weights))
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Return the expected amount of each row."""
        known = self._asked(X)
        scores: FloatArray = self.learned_.scores(known)
        return np.exp(scores) if self.objective == "tweedie" else scores


class RobustLogistic(_Classifier):
    """The logistic regression on signed logarithms in quartile ranges; two classes, the second in sorted order is the 1."""

    read = Logistic.from_json

    def __init__(self, *, looseness: float = 1.0) -> None:
        self.looseness = looseness

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to labels of two classes."""
        known, answers = self._checked(X, y)
        codes = self._codes(answers, most=2)
        self.learned_ = fit_logistic(known[:, quantities(self._columns)], codes, looseness=self.looseness)
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return the chance of each class, shape (n, 2), in the order of `classes_`."""
        known = self._asked(X)
        return _no_and_yes(expit(self.learned_.log_odds(known[:, quantities(self._columns)])))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags


class RobustMultinomial(_Classifier):
    """The same regression over two classes or more."""

    read = Multinomial.from_json

    def __init__(self, *, looseness: float = 1.0) -> None:
        self.looseness = looseness

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to labels of two classes or more."""
        known, answers = self._checked(X, y)
        codes = self._codes(answers)
        read = known[:, quantities(self._columns)]
        self.learned_ = fit_multinomial(read, codes, classes=len(self.classes_), looseness=self.looseness)
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return the chance of each class, shape (n, classes), in the order of `classes_`."""
        known = self._asked(X)
        chances: FloatArray = self.learned_.probabilities(known[:, quantities(self._columns)])
        return chances


class BtydSilence(_Face):
    """The rhythm of purchases: rows are (repeats, last, age) as in `PurchaseHistories`, and the answer is silence in `horizon`.

    It learns from histories alone. Its `classes_` are 0 (buys again) and 1 (silent).
    """

    read = Btyd.from_json

    def __init__(self, *, horizon: float = 90.0, variant: Variant = "mbg") -> None:
        self.horizon = horizon
        self.variant = variant

    def fit(self, X: ArrayLike, y: None = None) -> Self:  # noqa: ARG002 - scikit-learn passes it
        """Fit to the histories of all customers ever seen; `y` is not read.

        Raises
        ------
        WrongHistories
            If there are not just three columns.
        """
        known = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan")
        if known.shape[1] != _OF_HISTORY:
            raise WrongHistories(f"needed three columns, repeats, last and age, found {known.shape[1]}; pass these alone")
        self.classes_ = np.array([0, 1])
        self.learned_ = fit_btyd(PurchaseHistories(*known.T), variant=self.variant)
        return self

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return the chances of a purchase and of silence, shape (n, 2); NaN for a customer of whom no purchase is known."""
        check_is_fitted(self)
        known = validate_data(self, X, reset=False, dtype=np.float64, ensure_all_finite="allow-nan")
        return _no_and_yes(self.learned_.probability_of_silence(PurchaseHistories(*known.T), horizon=self.horizon))


def _no_and_yes(chances: FloatArray) -> FloatArray:
    return np.column_stack([1.0 - chances, chances])


def _weighed(rows: Rows, labels: NDArray[Any], weights: ArrayLike | None) -> tuple[Rows, NDArray[Any], FloatArray | None]:
    if weights is None:
        return rows, labels, None
    checked = _check_sample_weight(weights, rows, dtype=np.float64, ensure_non_negative=True)
    counts = checked > 0
    return rows[counts], labels[counts], checked[counts]
