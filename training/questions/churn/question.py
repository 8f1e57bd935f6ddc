"""Who will leave: the labels, the members that compete, and how the churn model is chosen, graded and fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pyarrow.compute as pc

from features.at_risk.population import at_risk_at, sources_read
from features.log.store import EventLog
from features.times import Timestamp
from models.churn import ChurnModel, fit_churn
from models.churn.recipe import BOOSTED, Definition
from models.learners.boosting import PRESETS, BoostingPreset
from models.rows import FloatArray, Rows
from training.contest import Contest, features_alone, graded_tables
from training.examples import Say, StackedExamples
from training.labels.churn import days_to_mature, label_churn
from training.labels.labels import Labels
from training.measures.binary import measure
from training.measures.expected import expected
from training.question import AskedYesOrNo, Recipe
from training.questions.churn.champion import ChampionAsked
from training.questions.churn.chances import Chances
from training.questions.churn.learned_weights import Sharing
from training.questions.churn.members import RULES, Members
from training.questions.churn.recipes import Contender, calibrated, choose, contenders, learned_from, members_to_fit, ways_to_grow
from training.questions.churn.season import season_of
from training.questions.churn.untreated import untreated_findings
from training.questions.churn.walk import Walked, merged
from training.questions.estimated import ESTIMATED, estimated_findings
from training.records.pictures import draw_pictures
from training.records.report import CHOSEN, ContenderGrade
from training.walk_forward import AnsweredFold, answered_everywhere, walk


@dataclass(frozen=True)
class ChurnQuestion(AskedYesOrNo):
    """Who will leave within each horizon, as the company file defines leaving.

    `preset`: the only way in which trees are grown; without one the named ones compete. `beside`: they compete with it too.
    """

    name: ClassVar[str] = "churn"
    preset: BoostingPreset | None = None
    beside: bool = False

    @property
    def definition(self) -> Definition:
        """Return what leaving means: `contract` or `activity`."""
        return self.company.churn.definition

    @property
    def gap_days(self) -> int:
        """Return the longest horizon, and for `contract` the grace."""
        return days_to_mature(self.company)

    @property
    def sources(self) -> tuple[str, ...]:
        """Return the sources that decide who left."""
        return sources_read(self.company)

    def label(self, log: EventLog, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
        """Return who was at risk at each moment and who left, a column a horizon."""
        return label_churn(log, self.company, as_ofs=as_ofs, until=until)

    def contest(self, stacked: StackedExamples, *, seed: int, champion: Recipe | None = None, say: Say | None = None) -> Contest:
        """Let every blend and calibration compete at past moments, and grade the one chosen beside the baselines.

        Raises
        ------
        HistoryTooShort
            If there is no past moment to grade at.
        OneSided
            If by every past moment nobody had left within some horizon, or everybody had.
        """
        walked = self.walked(stacked, seed=seed, champion=champion, say=say)
        contest = self.graded(walked, stacked, seed=seed)
        apart = {"untreated": untreated_findings(stacked, self.company, contest.answered)}
        return replace(contest, findings=contest.findings | apart)

    def fit(self, stacked: StackedExamples, contest: Contest, *, seed: int) -> ChurnModel:
        """Fit the chosen recipe on all rows; its interval is what the folds told, its ladder that of who is at risk today."""
        walked: Walked = contest.chosen
        recipe = walked.shipped.recipe(self.definition, self.horizons_days, preset=self.preset or BoostingPreset())
        model = fit_churn(stacked.examples, recipe=recipe, seed=seed)
        whole = model.calibrated(walked.chances.calibrations(walked.chosen, self.horizons_days))
        return whole.placed(walked.interval(horizon_days=self.horizon_days), self._at_risk_today(stacked))

    def walked(self, stacked: StackedExamples, *, seed: int, champion: Recipe | None = None, say: Say | None = None) -> Walked:
        """Let all members answer at past moments at the main horizon, choose, and let the chosen ones answer at the others."""
        main, trees = self.main, ways_to_grow(self.preset, beside=self.beside)
        asked = Members(
            self.company, self.definition, (*members_to_fit(self.definition, trees=trees), *RULES), (main,), seed, self.preset
        )
        folds = [fold.of_horizon(main) for fold in self._walk(stacked, asked, say=say)]
        season = season_of(stacked, [fold.fold.origin for fold in folds])
        chances = Chances(tuple(folds), self.gap_days, self.definition == "contract", season.at(main))
        grown = {name: chances.loss(Contender(name, ((name, 1.0),)), horizon=0) for name in trees}
        best, learned = min(trees, key=grown.__getitem__), answered_everywhere(folds)
        sharing = Sharing.of(chances, learned_from(learned, trees=best))
        first = replace(chances, folds=sharing.joined(folds))
        customers = len(np.unique(stacked.examples.customers))
        losses = first.losses(contenders(learned, trees=best, customers=customers))
        losses |= {Contender(name, ((name, 1.0),)): loss for name, loss in grown.items() if name != best}
        plain = choose(losses)
        losses |= first.losses(each for each in calibrated(plain) if first.repeats(each, plain=plain))
        beside = self._champion(chances, champion, stacked, seed=seed)
        walked = Walked(first, replace(first, season=season), losses, choose(losses), sharing, learned, main, beside)
        return self._at_all_horizons(walked, stacked, seed=seed)

    def _champion(
        self, chances: Chances, recipe: Recipe | None, stacked: StackedExamples, *, seed: int
    ) -> tuple[FloatArray, ...] | None:
        """Return what the live model's recipe would have said in every fold; members are fitted only where none answers yet."""
        if recipe is None:
            return None
        asked = ChampionAsked.of(recipe)
        if not asked.is_answered(chances, self.preset):
            asked = asked.with_own_trees()
            named = tuple(name for name in asked.members if name in members_to_fit(self.definition, trees=BOOSTED))
            members = Members(self.company, self.definition, named, (self.main,), seed, asked.preset)
            chances = replace(chances, folds=tuple(fold.of_horizon(self.main) for fold in self._walk(stacked, members)))
        return asked.answers(chances)

    def _walk(self, stacked: StackedExamples, asked: Members, *, say: Say | None = None) -> tuple[AnsweredFold, ...]:
        return walk(stacked, asked.answers, gap_days=self.gap_days, seed=asked.seed, say=say)

    def _at_all_horizons(self, walked: Walked, stacked: StackedExamples, *, seed: int) -> Walked:
        """Have the members of the chosen blend answer at the other horizons too."""
        others = tuple(place for place in range(len(self.horizons_days)) if place != walked.main)
        if not others:
            return walked
        asked = Members(self.company, self.definition, walked.members, others, seed, self.preset)
        folds = [
            merged(first, fold, main=walked.main)
            for first, fold in zip(walked.first.folds, self._walk(stacked, asked), strict=True)
        ]
        joined = walked.sharing.joined(folds) if walked.rests_on_learned else tuple(folds)
        return replace(walked, chances=replace(walked.chances, folds=joined))

    def graded(self, walked: Walked, stacked: StackedExamples, *, seed: int) -> Contest:
        """Grade what was chosen beside the baselines, on the same rows of the same folds."""
        folds = [walked.answered(place, walked.main) for place in range(len(walked.chances.folds))]
        tested = np.concatenate([fold.fold.test for fold in walked.chances.folds])
        happened, tables = np.concatenate([fold.truth for fold in folds]), graded_tables(folds, measure, seed=seed)
        probabilities = np.concatenate([fold.answers[CHOSEN] for fold in folds])
        return Contest(
            recipe=self.recipe_of(walked),
            main_measure="log_loss",
            tables=tables,
            contenders=[
                ContenderGrade(each.blend, each.calibration, loss, each == walked.chosen) for each, loss in walked.losses.items()
            ],
            horizons={str(days): walked.at_horizon(place, seed=seed) for place, days in enumerate(self.horizons_days)},
            features_alone=features_alone(stacked.examples.rows[tested], happened, names=stacked.examples.names),
            test_rows=len(happened),
            test_positives=int(happened.sum()),
            draw=partial(draw_pictures, folds=tables.folds, probabilities=probabilities, left=happened),
            chosen=walked,
            answered=folds,
            left_out=walked.left_out(members_to_fit(self.definition)),
            findings={
                "weights": walked.weights(),
                "interval_coverage": walked.coverage(),
                "season": walked.seasons(),
                ESTIMATED: estimated_findings(folds, expected),
            },
        )

    def recipe_of(self, walked: Walked) -> dict[str, Any]:
        """Return what was chosen, as it is written down: `Contender.of` reads it."""
        members = dict(walked.shipped.members)
        grown = {name: asdict(PRESETS.get(name, self.preset or BoostingPreset())) for name in members if name in BOOSTED}
        return {"blend": walked.chosen.blend, "members": members, "calibration": walked.chosen.calibration, "presets": grown}

    def _at_risk_today(self, stacked: StackedExamples) -> Rows:
        ids = at_risk_at(stacked.log, self.company, as_of=stacked.newest.as_of)
        places = pc.index_in(ids, value_set=stacked.newest.ids).drop_null().to_numpy()
        return np.asarray(stacked.newest.matrix[places])
