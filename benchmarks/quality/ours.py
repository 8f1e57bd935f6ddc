"""What does the product answer: what `lifecycle train` chooses from what was known at the cut-off, asked like any peer."""

from __future__ import annotations

from benchmarks.quality.occasions import Occasion
from models.churn import default_recipe, fit_churn
from models.model import Model
from models.rows import FloatArray
from training.folds import HistoryTooShort
from training.records.report import ContenderGrade
from training.train import TrainingRun, train


def ours(occasion: Occasion) -> tuple[FloatArray, str]:
    """Return what the trained model says of everybody asked, and the recipe that was chosen at earlier moments.

    Raises
    ------
    HistoryTooShort
        If there is no earlier moment to choose at.
    """
    trained = train(occasion.home, occasion.question, run=TrainingRun(0, as_of=occasion.cut_off))
    return _said(trained.model, occasion), next(_named(each) for each in trained.report.contenders if each.chosen)


def ours_of_churn(occasion: Occasion) -> tuple[FloatArray, str]:
    """Return the chances to leave; the recipe is the declared one where there is no earlier moment to choose at."""
    try:
        chances, recipe = ours(occasion)
    except HistoryTooShort:
        question = occasion.question
        declared = default_recipe(question.company.churn.definition, question.horizons_days)
        chances = _said(fit_churn(occasion.learning, recipe=declared, seed=0), occasion)
        recipe = f"{declared.name} as declared"
    return chances[:, -1], recipe


def _said(model: Model, occasion: Occasion) -> FloatArray:
    return model.predict(occasion.asked.rows, names=occasion.asked.names)


def _named(contender: ContenderGrade) -> str:
    return contender.name if contender.calibration == "none" else f"{contender.name}, {contender.calibration}"
