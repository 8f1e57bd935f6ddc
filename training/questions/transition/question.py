"""In which stage will a customer stand: the labels, the members that compete, and how the model is chosen, graded and fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from features.company.business import StageSet
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.stages.past import past_stages
from features.times import Timestamp
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray
from models.transition import OneStageOnly, TransitionModel, TransitionRecipe, fit_transition, stage_column, stage_columns
from models.transition.columns import codes_of
from models.transition.recipe import GROWN
from training.contest import Contest, features_alone, graded_tables
from training.examples import Derived, Say, StackedExamples
from training.folds import HistoryTooShort
from training.labels.labels import Labels
from training.labels.stages import StageAhead, label_stages
from training.measures.expected import expected_of_stages
from training.measures.multiclass import StageMeasure
from training.outcomes import Outcomes
from training.question import AskedByCompany, Recipe
from training.questions.estimated import ESTIMATED, estimated_findings
from training.questions.transition.findings import Moves, flicker_of_sets
from training.questions.transition.folds import AskedFolds
from training.questions.transition.recipes import BLENDS, Members, blended
from training.questions.transition.signals import Moved, signals
from training.records.report import ContenderGrade, Finding
from training.records.stage_pictures import draw_stage_pictures
from training.walk_forward import MOST_ROWS_A_FOLD, AnsweredFold, at_most, walk

_ONE_STAGE = (
    "grading needs a past moment until which customers had come to two stages or more after each horizon; found none. Import "
    "more history, or check the stage rules in the company file"
)


@dataclass(frozen=True)
class TransitionQuestion(AskedByCompany):
    """In which stage of the company's default set everybody known stands at the end of each horizon."""

    name: ClassVar[str] = "transition"
    preset: BoostingPreset = field(default=GROWN)

    @property
    def definition(self) -> str:
        """Return the name of the stage set."""
        return self.stage_set.name

    @property
    def stage_set(self) -> StageSet:
        """Return the set whose stages are foretold."""
        return self.company.stage_set

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources the rules of the set read."""
        return self._ahead.sources

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Return everybody known at each moment and the code of the stage they came to, a column a horizon."""
        return label_stages(log, self._ahead, as_ofs=as_ofs, until=until)

    def derived(self, home: Home, snapshots: Sequence[Snapshot]) -> list[Derived]:
        """Return the stage everybody stood in, and for how many days."""
        past = past_stages(home, self.company, [snapshot.as_of for snapshot in snapshots])
        moments = [snapshot.as_of for snapshot in snapshots]
        return [stage_columns(past.at(moment, stage_set=self.stage_set.name).stood, moment) for moment in moments]

    @property
    def measure(self) -> StageMeasure:
        """Return the measures of chances of the set's stages."""
        return StageMeasure(tuple(stage.exit for stage in self.stage_set.stages))

    def answers(self, said: Mapping[str, FloatArray]) -> FloatArray:
        """Return the chances at the main horizon, a column a stage."""
        return np.stack([said[f"transition_{self.horizon_days}_{stage.name}"] for stage in self.stage_set.stages], axis=1)

    def truth(self, labels: FloatArray, derived: Derived) -> FloatArray:
        """Return the codes of the stage that came and of the one stood in."""
        stood = codes_of(derived[stage_column(self.stage_set.name)][:, None], 0, stages=len(self.stage_set.stages))
        return np.column_stack([labels[:, self.main], stood.astype(np.float64)])

    def came(self, truth: FloatArray) -> FloatArray:
        """Return 1.0 in the column of the stage that came."""
        return np.eye(len(self.stage_set.stages))[truth[:, 0].astype(np.intp)]

    def outcomes(self, answers: FloatArray, truth: FloatArray) -> Outcomes:
        """Return the chances; what happens is leaving for an exit stage, asked of who stands in none."""
        asked, left = self.measure.leaving(truth)
        return Outcomes(answers, self.came(truth), self.measure.chance_to_leave(answers, truth), left, asked)

    def contest(self, stacked: StackedExamples, *, seed: int, champion: Recipe | None = None, say: Say | None = None) -> Contest:
        """Let every blend compete at past moments, and grade the one chosen beside the baselines.

        Raises
        ------
        HistoryTooShort
            If there is no past moment to grade at, or until each of them everybody had come to one stage.
        """
        walked = walk(stacked, self._members.answer(seed), gap_days=self.gap_days, seed=seed, say=say)
        folds = tuple(fold for fold in walked if fold.answers)
        if not folds:
            raise HistoryTooShort(_ONE_STAGE)
        stood = tuple(self._stood(stacked, fold.fold.test) for fold in folds)
        asked = AskedFolds(folds, stood, self.measure, self._champion(stacked, folds, champion, seed=seed))
        return self._graded(stacked, asked, seed=seed)

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> TransitionModel:
        """Fit the chosen recipe on all rows."""
        return fit_transition(stacked.examples, recipe=contest.chosen, seed=seed)

    def _champion(
        self, stacked: StackedExamples, folds: Sequence[AnsweredFold], recipe: Recipe | None, *, seed: int
    ) -> tuple[FloatArray, ...] | None:
        """Return what the live model's recipe would have said in every fold; members are fitted only where grown otherwise."""
        if recipe is None:
            return None
        preset, weights = BoostingPreset(**recipe["preset"]), tuple(recipe["members"].items())
        if preset != self.preset:
            members = replace(self, preset=preset)._members
            walked = walk(stacked, members.answer(seed), gap_days=self.gap_days, seed=seed)
            folds = [fold for fold in walked if fold.answers]
        return tuple(blended(fold.answers, weights) for fold in folds)

    def _graded(self, stacked: StackedExamples, asked: AskedFolds, *, seed: int) -> Contest:
        losses, main = {name: asked.loss(name, place=self.main) for name in BLENDS}, self.main
        chosen = min(losses, key=lambda name: losses[name])
        recipe = self._members.recipe(chosen, BLENDS[chosen])
        answered = asked.answered(chosen, place=main)
        findings = self._findings(stacked, asked, recipe=recipe, seed=seed)
        findings |= {ESTIMATED: estimated_findings(answered, expected_of_stages)}
        could, left = asked.leaving(place=main)
        return Contest(
            recipe={
                "blend": chosen,
                "members": dict(recipe.members),
                "stages": list(recipe.stages),
                "preset": asdict(self.preset),
            },
            main_measure="log_loss",
            tables=graded_tables(answered, self.measure, seed=seed),
            contenders=[ContenderGrade(name, "none", loss, name == chosen) for name, loss in losses.items()],
            horizons={
                str(days): asked.recipe_alone(chosen, place=place, seed=seed) for place, days in enumerate(self.horizons_days)
            },
            features_alone=features_alone(
                stacked.examples.rows[asked.tested[could]], left[could].astype(np.float64), names=stacked.examples.names
            ),
            test_rows=int(could.sum()),
            test_positives=int(left[could].sum()),
            draw=partial(
                draw_stage_pictures, moves=findings["moves"], order=self.stage_set.order, horizon_days=self.horizon_days
            ),
            chosen=recipe,
            answered=answered,
            findings=findings,
        )

    def _findings(
        self, stacked: StackedExamples, asked: AskedFolds, *, recipe: TransitionRecipe, seed: int
    ) -> dict[str, list[Finding]]:
        moves = Moves(self.stage_set, self.horizons_days, np.concatenate(asked.stood), asked.chances(recipe.name), asked.came)
        return {
            "moves": moves.table(),
            "stays": moves.stays(),
            "signals": self._signals(stacked, asked, recipe=recipe, seed=seed),
            "flicker": flicker_of_sets(_home_of(stacked), self.company, as_of=stacked.newest.as_of),
        }

    def _signals(self, stacked: StackedExamples, asked: AskedFolds, *, recipe: TransitionRecipe, seed: int) -> list[Finding]:
        """Ask the recipe as it stood at the newest past moment, of customers it had not seen move, at the main horizon.

        Nothing where all who were known then had come to one stage.
        """
        newest, main = asked.folds[-1].fold, self.main
        learning = stacked.part(at_most(newest.train, MOST_ROWS_A_FOLD, seed=seed), known_at=newest.origin)
        alone = replace(recipe, horizons_days=(self.horizon_days,))
        try:
            model = fit_transition(replace(learning, labels=learning.labels[:, [main]]), recipe=alone, seed=seed)
        except OneStageOnly:
            return []
        moved = Moved(asked.stood[-1], asked.folds[-1].labels[:, main].astype(np.intp))
        return signals(model, stacked.examples.rows[newest.test], moved)

    def _stood(self, stacked: StackedExamples, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        column = stacked.examples.names.index(stage_column(self.stage_set.name))
        return codes_of(stacked.examples.rows[rows], column, stages=len(self.stage_set.stages))

    @property
    def _ahead(self) -> StageAhead:
        return StageAhead(self.company, self.stage_set.name, self.horizons_days)

    @property
    def _members(self) -> Members:
        stages = tuple(stage.name for stage in self.stage_set.stages)
        return Members(self.stage_set.name, stages, self.horizons_days, self.preset)


def _home_of(stacked: StackedExamples) -> Home:
    return Home(stacked.newest.path.parents[1])
