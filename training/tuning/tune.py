"""How should trees be grown for one question on one history: the search, the verdict, and the question as it is then asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from features.home import Home
from features.write_once import sha256_of_json
from training.examples import Say, StackedExamples
from training.question import Question
from training.records.environment import Environment
from training.records.report import Finding
from training.tuning.asked import regrown, trees_of
from training.tuning.inner import Inner, TooShortToTune, inner_moments
from training.tuning.search import Search, quiet_optuna
from training.tuning.space import Space
from training.tuning.store import stored_study
from training.tuning.verdict import Verdict, not_tuned

if TYPE_CHECKING:
    from optuna import Study


@dataclass(frozen=True)
class Tuning:
    """How many ways are tried, from which seed, and below which installation trials are kept; None: they are kept nowhere."""

    trials: int
    seed: int
    home: Home | None = None


@dataclass(frozen=True)
class Tuned:
    """The question as it is asked from now on, and the table `tuning` of what was found; none where nothing was to be tuned."""

    question: Question
    findings: dict[str, list[Finding]] = field(default_factory=dict)


def tune(question: Question, stacked: StackedExamples, *, tuning: Tuning, say: Say | None = None) -> Tuned:
    """Try ways to grow a question's trees before the first moment it is graded at; the same question where none is worth it.

    Raises
    ------
    TuningLocked
        If another process makes the same trials.
    """
    if not question.by_month:
        return Tuned(question, {"tuning": not_tuned(f"the trees of the {question.name} model are fixed")})
    try:
        inner = inner_moments(stacked, question, seed=tuning.seed)
    except TooShortToTune as reason:
        if say:
            say(f"not tuned: {reason}")
        return Tuned(question, {"tuning": not_tuned(str(reason))})
    space = Space(tuple(trees_of(question).defaults.values()))
    with _study(_name(question, stacked, inner, seed=tuning.seed), tuning.home) as kept:
        trials = Search(space, inner.tried, tuning.seed).trials(kept, count=tuning.trials, say=say)
    verdict = Verdict.of(inner, trials, defaults=len(space.defaults))
    asked = regrown(question, verdict.best.preset) if verdict.taken else question
    return Tuned(asked, {"tuning": verdict.findings()})


@contextmanager
def _study(name: str, home: Home | None) -> Iterator[Study]:
    if home is not None:
        with stored_study(home, name) as study:
            yield study
        return
    import optuna

    with quiet_optuna():
        study = optuna.create_study()
    yield study


def _name(question: Question, stacked: StackedExamples, inner: Inner, *, seed: int) -> str:
    """Return the name of the search: by all that its trials follow from, so that none of another search is taken for its own."""
    here = Environment.of_now()
    told = {
        "log": stacked.log_digest,
        "company": question.company.sha256,
        "definition": question.definition,
        "horizons_days": list(question.horizons_days),
        "gap_days": question.gap_days,
        "defaults": [asdict(preset) for preset in trees_of(question).defaults.values()],
        "moments": [inner.before, *(moment.origin for moment in inner.moments)],
        "seed": seed,
        "program": here.source,
        "libraries": dict(here.libraries),
    }
    return f"{question.name}-{sha256_of_json(told)[:16]}"
