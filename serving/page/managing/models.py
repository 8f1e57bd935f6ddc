"""How good is each live model, in one letter and plain words: what it beats, what it learned from, and since when it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.reports.grades import LiveGrade
from features.times import parse_time
from models.grades import LEVEL_WRONG
from serving.page.frame.wording import N_, Wording

MODEL_NAMES: Mapping[str, str] = {
    "churn": N_("Who will leave"),
    "transition": N_("Which stage comes next"),
    "value": N_("What customers will bring"),
    "purchase": N_("Who will buy"),
    "offer": N_("Which offers are taken"),
}
"""What each model answers."""

_LETTERS: Mapping[str | None, str] = {
    "A": N_("Reliable: better than every simple rule, and right about how much in all."),
    "B": N_("Useful: better than saying the same of everybody, and no simple rule is clearly better."),
    "C": N_("With care: a simple rule does better, or it is far off about how much in all."),
    "F": N_("Not to be relied on: not shown to be better than saying the same of everybody. Train it again when more is known."),
    None: N_("Not graded: the report of its training is no longer here. Train it again to have a grade."),
}
_RULES: Mapping[str, str] = {
    "prior": N_("the same chance for everybody"),
    "rfm_logistic": N_("how lately, often and much they bought"),
    "health": N_("the health score"),
    "recency": N_("how long they were silent"),
    "rfmt": N_("points for how lately, often and much they bought"),
    "mbg_nbd": N_("the rhythm of their purchases"),
    "markov": N_("what others in their stage did"),
    "persistence": N_("everybody stays where they are"),
    "multinomial": N_("a plain weighing of all that is known"),
    "mean": N_("the same amount for everybody"),
    "own_past_rate": N_("their own past year"),
    "btyd_gamma_gamma": N_("the rhythm and size of their purchases"),
    "offer_popularity": N_("how often the offer is taken"),
    "popularity_by_channel": N_("how often the offer is taken on the channel"),
    "own_answers": N_("their own answers so far"),
    "declared": N_("assuming that one in ten says yes"),
}


@dataclass(frozen=True)
class ModelShown:
    """One live model; each list names simple rules on the same customers. Texts are empty where nothing is known."""

    name: str
    letter: str
    words: str
    beats: tuple[str, ...]
    alike: tuple[str, ...]
    beaten_by: tuple[str, ...]
    level: str
    learned: str
    since: str
    override: str
    reported: str


def models_shown(grades: Sequence[LiveGrade], say: Wording) -> tuple[ModelShown, ...]:
    """Return every live model as a manager reads it."""
    return tuple(_model(grade, say) for grade in grades)


def model_name(model: str, say: Wording) -> str:
    """Return what a model answers, in words; one of a later version goes by its id."""
    return say.text(MODEL_NAMES[model]) if model in MODEL_NAMES else model


def _model(grade: LiveGrade, say: Wording) -> ModelShown:
    return ModelShown(
        name=model_name(grade.model, say),
        letter=grade.letter or "–",
        words=say.text(_LETTERS.get(grade.letter, _LETTERS[None])),
        beats=_rules(grade.beats, say),
        alike=_rules(grade.alike, say),
        beaten_by=_rules(grade.beaten_by, say),
        level=_level(grade.level_off, say),
        learned=_learned(grade, say),
        since="" if grade.promoted_at is None else say.day(parse_time(grade.promoted_at)),
        override=grade.override or "",
        reported=grade.words,
    )


def _rules(names: Sequence[str], say: Wording) -> tuple[str, ...]:
    return tuple(say.text(_RULES[name]) if name in _RULES else name for name in names)


def _level(off: float | None, say: Wording) -> str:
    if off is None or abs(off) < LEVEL_WRONG:
        return ""
    if off > 0:
        return say.text(N_("In all it foretold %(share)s more than came."), share=say.percent(off))
    return say.text(N_("In all it foretold %(share)s less than came."), share=say.percent(-off))


def _learned(grade: LiveGrade, say: Wording) -> str:
    if grade.trained_as_of is None:
        return ""
    return say.plural(
        "Learned from %(count)s customer until %(day)s; tried at %(moments)s past moments.",
        "Learned from %(count)s customers until %(day)s; tried at %(moments)s past moments.",
        grade.customers,
        day=say.day(parse_time(grade.trained_as_of)),
        moments=say.number(grade.moments),
    )
