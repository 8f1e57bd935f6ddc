"""What does an uplift model answer: what deciding on an offer adds to a customer's margin, or that nobody can say.

Learned from decisions drawn by lot, against deciding on nothing, and by intention to treat: whether the offer was shown or not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np

from models.rows import FloatArray, Rows
from models.uplift.pathways import Pathways
from models.uplift.shares import LogOdds, Shares
from models.uplift.usual import UsualMargin

Kind: TypeAlias = Literal["varies", "constant", "none", "open", "refused"]
Form: TypeAlias = Shares | LogOdds | Pathways

_FORMS: Mapping[str, Callable[[Mapping[str, Any]], Form]] = {
    "shares": Shares.from_json,
    "log_odds": LogOdds.from_json,
    "pathways": Pathways.from_json,
}


@dataclass(frozen=True)
class ArmAnswer:
    """What is known of one offer's effect.

    `kind`: it `varies` by customer, is `constant`, is `none` (the interval holds 0), is left `open` (the interval holds 0 and
    what is assumed), or was `refused`. `effect`, `low`, `high`: the mean effect as a share of the usual margin and its 95 %
    interval; NaN where refused. `decisions` and `positives`: drawn by lot for this offer, and how many of them were followed by
    margin. `reason`: in words.
    """

    offer_id: str
    kind: Kind
    effect: float
    low: float
    high: float
    decisions: int
    positives: int
    reason: str

    @property
    def is_measured(self) -> bool:
        """Whether the effect stands in place of what is assumed."""
        return self.kind not in ("open", "refused")


@dataclass(frozen=True)
class UpliftModel:
    """Effects of every arm as shares of the usual margin. Immutable; may be shared between threads.

    `answers`: one an arm. `form`: what predicts, for the arms not refused, in the order of `answers`; None where all are.
    `learner`: the name of what was chosen. `usual`: how the usual margin is told. `note`: why this learner.
    """

    kind: ClassVar[str] = "uplift"
    answers: tuple[ArmAnswer, ...]
    form: Form | None
    learner: str
    usual: UsualMargin
    note: str

    @property
    def arms(self) -> tuple[str, ...]:
        """Return the offer ids, in the order of the columns of `predict`."""
        return tuple(answer.offer_id for answer in self.answers)

    @property
    def moderators(self) -> tuple[str, ...]:
        """Return the features named in advance that effects move with; none where they are the same, or go by acceptance."""
        return self.form.moderators.names if isinstance(self.form, Shares | LogOdds) else ()

    def predict(self, rows: Rows, names: Sequence[str]) -> FloatArray:
        """Return the effect of each arm as a share of the usual margin, rows x arms.

        NaN where refused or open; 0 where there is none; the same for everybody where it is constant.
        """
        found = np.full((len(rows), len(self.arms)), np.nan)
        learned = [place for place, answer in enumerate(self.answers) if answer.kind != "refused"]
        if self.form is not None:
            found[:, learned] = self.form.effects(rows, names)
        found[:, [answer.kind == "none" for answer in self.answers]] = 0.0
        found[:, [answer.kind == "open" for answer in self.answers]] = np.nan
        return found

    @property
    def verdict(self) -> str:
        """Return in one sentence what follows from it all."""
        known = [answer for answer in self.answers if answer.is_measured]
        if not known:
            return "nothing is known: too few decisions were drawn by lot to tell any effect from none, or from what is assumed"
        best = max(known, key=lambda answer: answer.effect)
        if not any(answer.kind != "none" and (answer.kind == "varies" or answer.effect > 0) for answer in known):
            return "nothing helps: no offer is told apart from deciding on nothing"
        if all(answer.kind != "varies" for answer in known):
            best = max((answer for answer in known if answer.kind == "constant"), key=lambda answer: answer.effect)
            return f"send everyone the same: {best.offer_id} ({best.effect:+.1%} of the usual margin before its cost)"
        return f"whom to send what differs by customer; on average {best.offer_id} adds most ({best.effect:+.1%})"

    def to_json(self) -> dict[str, Any]:
        """Return the model as a JSON object; NaN becomes null."""
        answers = [{**asdict(each), **_nulls(each)} for each in self.answers]
        form = None if self.form is None else self.form.to_json()
        return {"answers": answers, "form": form, "learner": self.learner, "usual": self.usual.to_json(), "note": self.note}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> UpliftModel:
        """Return the model that `to_json` wrote."""
        form = value["form"]
        opened = None if form is None else _FORMS[form["form"]](form)
        answers = tuple(_answer(each) for each in value["answers"])
        return cls(answers, opened, value["learner"], UsualMargin.from_json(value["usual"]), value["note"])


def _nulls(answer: ArmAnswer) -> dict[str, None]:
    return {name: None for name in ("effect", "low", "high") if np.isnan(getattr(answer, name))}


def _answer(value: Mapping[str, Any]) -> ArmAnswer:
    unknown = {name: float("nan") for name in ("effect", "low", "high") if value[name] is None}
    return replace(ArmAnswer(**value), **unknown)  # type: ignore[arg-type]
