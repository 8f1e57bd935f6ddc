"""Which trees of a question are tuned, and how is it asked with its trees grown otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias, cast

from models.learners.boosting import PRESETS, BoostingPreset
from models.transition import TransitionRecipe
from models.value import ValueRecipe
from training.question import Question
from training.questions.churn.question import ChurnQuestion
from training.questions.purchase import PurchaseQuestion
from training.questions.transition.question import TransitionQuestion
from training.questions.transition.recipes import BLENDS
from training.questions.value.question import ValueQuestion
from training.questions.value.recipes import WITHOUT_RHYTHM
from training.tuning.chance_trees import ChanceTrees
from training.tuning.money_trees import MoneyTrees
from training.tuning.stage_trees import StageTrees
from training.tuning.trees import Trees

_Grown: TypeAlias = ChurnQuestion | PurchaseQuestion | TransitionQuestion | ValueQuestion


def trees_of(question: Question) -> Trees:
    """Return what of a question trees alone answer."""
    asked = cast(_Grown, question)
    if isinstance(asked, ChurnQuestion):
        return ChanceTrees({"given": asked.preset} if asked.preset else PRESETS, asked.main)
    if isinstance(asked, PurchaseQuestion):
        return ChanceTrees({"default": asked.preset}, asked.main)
    return _stage_trees(asked) if isinstance(asked, TransitionQuestion) else _money_trees(asked)


def regrown(question: Question, preset: BoostingPreset) -> Question:
    """Return the question with its trees grown so: of churn beside the named ways, elsewhere in the place of the one.

    >>> from features.company import default_company_text, read_company
    >>> regrown(ChurnQuestion(read_company(default_company_text("default"))), BoostingPreset()).beside
    True
    """
    asked = cast(_Grown, question)
    if isinstance(asked, ChurnQuestion):
        return replace(asked, preset=preset, beside=asked.preset is None)
    return replace(asked, preset=preset)


def _stage_trees(asked: TransitionQuestion) -> StageTrees:
    stages = tuple(stage.name for stage in asked.stage_set.stages)
    recipe = TransitionRecipe("trees", BLENDS["trees"], asked.stage_set.name, stages, (asked.horizon_days,), asked.preset)
    return StageTrees(recipe, asked.main)


def _money_trees(asked: ValueQuestion) -> MoneyTrees:
    days, rate = asked.learned_days[asked.main], asked.company.discount_rate
    return MoneyTrees(ValueRecipe(WITHOUT_RHYTHM, (days,), days, discount_rate=rate, preset=asked.preset), asked.main)
