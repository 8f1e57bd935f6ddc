"""What is asked, of whom, and what decides: one `Asking` a question, one `Trial` for each data set and horizon it is put to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.goals import Result
from benchmarks.quality.answers import Kept
from benchmarks.quality.compared import OURS, Measure, Moment, Standing
from benchmarks.quality.data_sets import DataSet
from benchmarks.quality.effort import Effort
from benchmarks.quality.occasions import Occasion
from features.company import Company
from models.rows import FloatArray
from training.question import Question

Peer = Callable[[Occasion], FloatArray]
Ours = Callable[[Occasion], tuple[FloatArray, str]]
Further = Callable[["Trial", Sequence[Moment], Standing], list[Result]]


def _labels(occasion: Occasion) -> FloatArray:
    return occasion.asked.truth


@dataclass(frozen=True)
class Asking:
    """One question: its peers by name, ours, how answers are measured, which measures are shown, and which decide.

    `judged`: 1 where more is better, -1 where less is. `to_beat`: the peers named by the goal. `truth`: what the
    measures need of everybody asked, a row each.
    """

    question: str
    question_of: Callable[[Company], Question]
    peers: Callable[[Effort], Mapping[str, Peer]]
    ours: Ours
    measure: Measure
    shown: tuple[str, ...]
    judged: Mapping[str, int]
    to_beat: tuple[str, ...]
    truth: Callable[[Occasion], FloatArray] = _labels

    def moment(self, occasion: Occasion, effort: Effort) -> tuple[Moment, str]:
        """Have every contender answer at one cut-off; also return on which recipe ours rests."""
        kept = self._kept(occasion, effort)
        answers = {name: kept.once(name, partial(_spoken, peer, occasion)) for name, peer in self.peers(effort).items()}
        ours = kept.once(OURS, lambda: self.ours(occasion))
        asked = occasion.asked
        values = {name: answer.values for name, answer in {**answers, OURS: ours}.items()}
        return Moment(occasion.day, values, self.truth(occasion), asked.ids), ours.recipe

    def _kept(self, occasion: Occasion, effort: Effort) -> Kept:
        """Return what is kept of answers from the same features; a feature more, and all are asked anew."""
        features = occasion.question.company.catalogue.signature[:12]
        question = f"{self.question}-{occasion.horizon_days}"
        return Kept(occasion.home.root / "answers" / features / question / occasion.day, effort.again)


@dataclass(frozen=True)
class Trial:
    """A question put to one data set, so many days ahead, under the id of its goal; `further`: what else that goal asks for."""

    id: str
    asking: Asking
    data_set: DataSet
    horizon_days: int
    further: Further

    @property
    def title(self) -> str:
        """Return what heads the tables."""
        return f"{self.asking.question.capitalize()}, {self.data_set.title}, {self.horizon_days} days"


def _spoken(peer: Peer, occasion: Occasion) -> tuple[FloatArray, str]:
    return peer(occasion), "as it stands in the list of peers"
