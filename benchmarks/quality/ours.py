"""What does the product answer: what `lifecycle train` chooses from what was known at the cut-off, asked like any peer.

Where `lifecycle train` refuses, since no earlier moment is there to choose at, the recipe that DESIGN declares answers, and the
tables say so.
"""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.quality.occasions import Occasion
from features.errors import Refused
from models.churn import default_recipe, fit_churn
from models.model import Model
from models.rows import FloatArray
from models.transition import TransitionRecipe, fit_transition
from models.value import ValueRecipe, fit_value
from training.folds import HistoryTooShort
from training.questions.transition.recipes import BLENDS
from training.questions.value.recipes import BLENDS as VALUE_BLENDS
from training.questions.value.recipes import DECLARED
from training.records.report import ContenderGrade
from training.train import TrainingRun, train


def ours(occasion: Occasion, declared: Callable[[Occasion], Model]) -> tuple[FloatArray, str]:
    """Return what the trained model says of everybody asked, shape (rows, answers), and the recipe that was chosen."""
    try:
        trained = train(occasion.home, occasion.question, run=TrainingRun(0, as_of=occasion.cut_off))
        model, recipe = trained.model, next(_named(each) for each in trained.report.contenders if each.chosen)
    except (HistoryTooShort, Refused):
        model = declared(occasion)
        recipe = f"{model.name} as declared"
    return model.predict(occasion.asked.rows, names=occasion.asked.names), recipe


def declared_churn(occasion: Occasion) -> Model:
    """Return boosted trees with the rhythm of purchases, fitted on everything known."""
    question = occasion.question
    recipe = default_recipe(question.company.churn.definition, question.horizons_days)
    return fit_churn(occasion.learning, recipe=recipe, seed=0)


def declared_value(occasion: Occasion) -> Model:
    """Return the geometric mean of two-part trees and rhythm and size at the rhythm's level, fitted on everything known."""
    question, blend = occasion.question, VALUE_BLENDS[DECLARED]
    recipe = ValueRecipe(blend.members, question.horizons_days, question.horizon_days, anchored=blend.anchored)
    return fit_value(occasion.learning, recipe=recipe, seed=0)


def declared_transition(occasion: Occasion) -> Model:
    """Return trees with a multinomial regression, fitted on everything known."""
    question = occasion.question
    stages = question.company.stage_set
    names = tuple(stage.name for stage in stages.stages)
    recipe = TransitionRecipe("thirds", BLENDS["thirds"], stages.name, names, question.horizons_days)
    return fit_transition(occasion.learning, recipe=recipe, seed=0)


def _named(contender: ContenderGrade) -> str:
    return contender.name if contender.calibration == "none" else f"{contender.name}, {contender.calibration}"
