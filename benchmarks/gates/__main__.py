"""Do gates stop what is wrong? Candidates with a planted fault, each by the gate made for it, and sound ones that must pass."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from benchmarks.gates import planted
from benchmarks.goals import Result, arguments, report
from features.company import Company, read_company, store_company
from features.home import Home
from lifecycle.simulate import simulate_into
from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.rows import FloatArray, Rows
from training import question as asked
from training import train as training
from training.examples import StackedExamples, stack_examples
from training.gates import GateResult, blocked
from training.publishing.pointer import Act
from training.publishing.promote import judge, promote
from training.questions.churn.members import Members
from training.questions.churn.question import ChurnQuestion
from training.records.candidates import stored_candidate
from training.train import TrainingRun

CUSTOMERS, FEWEST = 2_000, 700
QUICK = BoostingPreset(leaves=6, rounds=60, learning_rate=0.08, bag=1)


@dataclass(frozen=True)
class Judged:
    """A candidate and the gates' verdicts on it."""

    name: str
    gates: list[GateResult]

    @property
    def told(self) -> str:
        """Return in a line what stopped it."""
        stopped = "; ".join(f"{gate.name} {gate.verdict} ({gate.figure})" for gate in blocked(self.gates))
        return f"{self.name}: {stopped or 'passed every gate'}"

    @property
    def is_right(self) -> bool:
        """Say whether it was stopped by the gate made for its fault with a figure, or passed if it has none."""
        if self.name not in planted.EXPECTED:
            return not blocked(self.gates)
        gate, verdict = planted.EXPECTED[self.name]
        return any((each.name, each.verdict) == (gate, verdict) and any(map(str.isdigit, each.figure)) for each in self.gates)


@dataclass(frozen=True)
class Installation:
    """A company, and how trees are grown there; without a preset the named ones compete."""

    home: Home
    company: Company
    preset: BoostingPreset | None

    def judged(self, name: str, question: ChurnQuestion, *, seed: int = 0) -> Judged:
        """Train the question's model and let the gates judge it beside what is live."""
        trained = training.train(self.home, question, run=TrainingRun(time.time_ns() // 1000, seed=seed))
        candidate = stored_candidate(self.home, "churn", run_id=trained.run_id)
        return Judged(name, judge(self.home, candidate, company=self.company))


def judged_candidates(installation: Installation, *, signing_key: Path) -> Iterator[Judged]:
    """Give a sound candidate, which goes live, and beside it another sound one and those with a planted fault."""
    company, preset = installation.company, installation.preset
    sound = ChurnQuestion(company, preset)
    yield installation.judged("sound, nothing live", sound)
    promote(installation.home, "churn", act=Act(signing_key, time.time_ns() // 1000))
    yield installation.judged("sound, another seed", sound, seed=1)
    yield installation.judged("worse", planted.Worse(company, preset))
    yield installation.judged("miscalibrated", planted.TooHigh(company, preset))
    with _examples(planted.leaking):
        yield installation.judged("leaky", sound)
    yield installation.judged("wrong schema", ChurnQuestion(_of_other_features(installation.home, company), preset))
    yield installation.judged("slow", planted.Slow(company, preset))
    yield installation.judged("biased segment", _overlooking_the_largest(installation))
    yield installation.judged("unstable", planted.DealtOutAnew(company, preset))
    yield installation.judged("immature labels", planted.Immature(company, preset))


@contextmanager
def _examples(change: Callable[[StackedExamples], StackedExamples]) -> Iterator[None]:
    """Let every training in the block learn from changed examples."""
    honest = asked.stack_examples
    asked.stack_examples = lambda *place, **settings: change(stack_examples(*place, **settings))
    try:
        yield
    finally:
        asked.stack_examples = honest


@contextmanager
def _answering_once() -> Iterator[None]:
    """Let members answer once to the same question about the same rows: most faults are planted into what they answered."""
    honest, known = Members.answers, dict[tuple[object, ...], Mapping[str, FloatArray]]()

    def answers(asked: Members, learning: Examples, tested: Rows) -> Mapping[str, FloatArray]:
        rows = [sha256(np.ascontiguousarray(each)).digest() for each in (learning.rows, learning.labels, tested)]
        key = (asked.company.sha256, asked.names, asked.places, asked.seed, asked.preset, *rows)
        if key not in known:
            known[key] = honest(asked, learning, tested)
        return known[key]

    Members.answers = answers  # type: ignore[method-assign]
    try:
        yield
    finally:
        Members.answers = honest  # type: ignore[method-assign]


def _of_other_features(home: Home, company: Company) -> Company:
    """Return the company file with one deep feature less, and so with other columns."""
    return _stored(home, company.text.replace(', "forecasting"]', "]"))


def _stored(home: Home, text: str) -> Company:
    company = read_company(text)
    store_company(home, company)
    return company


def _overlooking_the_largest(installation: Installation) -> ChurnQuestion:
    stacked = stack_examples(installation.home, ChurnQuestion(installation.company))
    column = stacked.examples.names.index(planted.SEGMENT)
    codes, counts = np.unique(stacked.examples.rows[:, column], return_counts=True)
    code = float(codes[np.argmax(counts)])
    return planted.Overlooking(installation.company, installation.preset, column=column, code=code)


def gates_campaign(folder: Path, *, customers: int, preset: BoostingPreset | None) -> list[Judged]:
    """Simulate a company and judge all candidates; with a preset, at the main horizon alone."""
    home = Home(folder / "home")
    company = simulate_into(home, customers=customers, seed=7)
    if preset:
        company = _stored(home, company.text.replace("horizons_days = [30, 60, 90]", "horizons_days = [90]"))
    with _answering_once():
        return list(judged_candidates(Installation(home, company, preset), signing_key=folder / "signing.key"))


def main() -> None:
    """Run the campaign; a share below 1 simulates fewer people and grows small trees."""
    options = arguments(__doc__ or "").parse_args()
    customers, preset = (CUSTOMERS, None) if options.share >= 1 else (max(FEWEST, round(CUSTOMERS * options.share)), QUICK)
    with tempfile.TemporaryDirectory() as folder:
        judged = gates_campaign(Path(folder), customers=customers, preset=preset)
    for each in judged:
        print(each.told)
    report([*_results(judged, data=f"simulated, {customers:,} people")], options.json)


def _results(judged: list[Judged], *, data: str) -> Iterator[Result]:
    for name, wanted in (("bad candidates stopped by the gate made for their fault", True), ("sound candidates passed", False)):
        group = [each for each in judged if (each.name in planted.EXPECTED) is wanted]
        right = sum(each.is_right for each in group)
        yield Result("G1", name, f"{right} of {len(group)}", f"{len(group)} of {len(group)}", right == len(group), data)


if __name__ == "__main__":
    main()
