"""What must somebody look at, in plain words with what to do; the words of the monitoring itself stand below for the operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from features.reports.monitor import Finding
from features.times import HOUR
from models.value.intervals import COVERED
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording
from serving.page.managing.models import MODEL_NAMES, model_name


class Words(NamedTuple):
    """What was found, and what to do now."""

    found: str
    to_do: str


_TRAIN = N_("Train it again on newer months.")
_ORDER_STANDS = N_("The order of the lists still holds; the amounts do not, until it is trained again.")
_BY_MEASURE: Mapping[str, Words] = {
    "months censored": Words(
        N_("%(about)s: for some past months nobody can tell any more what came of the predictions."),
        N_("Let the operator keep old predictions for longer."),
    ),
    "auc": Words(N_("%(about)s: lately it puts customers in a worse order than its training promised."), _TRAIN),
    "auc expected": Words(
        N_("%(about)s: the newest predictions may put customers in a worse order than promised."),
        N_("Nothing yet: wait until it is known what came of them."),
    ),
    "days without a row": Words(
        N_("%(about)s: nothing has come for %(time)s, although it is said to be complete."),
        N_("Ask whoever delivers it. Until then customers look silent who are not."),
    ),
    "rows of the last full week": Words(
        N_("%(about)s: an unusual number of rows came in the last full week: %(count)s."),
        N_("Ask what changed, the business or the delivery: a part may be lost, or delivered twice."),
    ),
    "customers_without_offer": Words(
        N_("For %(share)s of customers no offer is worth making."),
        N_("Look which rule withholds most, and whether an offer for these customers is missing."),
    ),
    "offers_available": Words(
        N_("A customer has %(number)s offers to choose from, on average."),
        N_("Add offers, or widen the rules and stages of those there are."),
    ),
    "mature_offers": Words(
        N_("Of the offers, %(share)s have been taken often enough to learn from."),
        N_("Give young offers time, or take out those that are never shown."),
    ),
    "offers_without_answers": Words(
        N_("Of the offers shown often, %(share)s were never answered, not even by a no."),
        N_("Ask whether answers are recorded: silence is learned as a no."),
    ),
    "chance of an honest source so far off": Words(
        N_("Answers to offers from %(source)s are held back: there, customers say yes far more or less often than elsewhere."),
        N_("Look at what was recorded there. An operator lets the answers count again."),
    ),
    "rows that cannot be true": Words(
        N_("Answers to offers that cannot be true: %(count)s. Nothing is learned from them."),
        N_("Ask whoever sends them how they come about."),
    ),
    "weight of a row": Words(
        N_("More answers to offers come from %(source)s than one source may count for; each counts for less."),
        N_("Nothing: it is kept in bounds by itself."),
    ),
    "watched": Words(
        N_("%(about)s could not be watched."),
        N_("Pass this on to the operator, with the words below."),
    ),
}
_LEVEL_MORE = Words(N_("%(about)s: lately it foretold %(share)s more in all than came."), _ORDER_STANDS)
_LEVEL_LESS = Words(N_("%(about)s: lately it foretold %(share)s less in all than came."), _ORDER_STANDS)
_TOO_NARROW = Words(N_("%(about)s: ranges are too narrow, fewer customers than promised end up within them."), _TRAIN)
_TOO_WIDE = Words(N_("%(about)s: ranges are wider than they need to be."), _TRAIN)
_WORSE = Words(
    N_("%(about)s: lately it was worse than saying the same of everybody."),
    N_("Let the operator put the model before back, then train again."),
)
_NO_BETTER = Words(
    N_("%(about)s: lately it is not shown to be better than saying the same of everybody."),
    N_("Wait for another month. If it stays so, train again."),
)
_MOVED = Words(
    N_("%(about)s: customers have changed so much since the training that %(share)s of decisions would be others."),
    N_("Find out whether a delivery explains it. If customers really changed, train it again."),
)
_MOVED_A_LITTLE = Words(
    N_("%(about)s: customers have changed since the training; decisions hardly rest on that."),
    N_("Nothing today: the next training will have learned it."),
)
_SAYS_OTHERWISE = Words(
    N_("%(about)s: what is said of customers has moved since going live."),
    N_("See whether it was right once it is known what came."),
)
_OLD_PREDICTIONS = Words(
    N_("The predictions lie %(span)s behind what is known by now."), N_("Let the operator score again after every delivery.")
)
_BEHIND = Words(
    N_("%(about)s: what is known is %(span)s old, older than it should be."),
    N_("Ask whoever delivers it for what came since."),
)


@dataclass(frozen=True)
class Reported:
    """A finding as monitoring has it, in English, with its bare figures."""

    text: str
    advice: str
    figures: str


@dataclass(frozen=True)
class FindingShown:
    """What was found, in the reader's words: once for all of whom the same is said, each of which is among `reported`."""

    must_look: bool
    found: str
    to_do: str
    reported: tuple[Reported, ...]


def findings_shown(findings: Sequence[Finding], say: Wording) -> tuple[FindingShown, ...]:
    """Return the findings in the order in which to look at them; those that say the same of several are told together."""
    together: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        together.setdefault((each.level, _found((each,), say, named=False)), []).append(each)
    return tuple(_shown(each, say) for each in together.values())


def _shown(alike: Sequence[Finding], say: Wording) -> FindingShown:
    first = alike[0]
    words = _words(first)
    return FindingShown(
        first.level == "alarm",
        _found(alike, say),
        say.text(words.to_do) if words else first.advice,
        tuple(_reported(each) for each in alike),
    )


def _found(alike: Sequence[Finding], say: Wording, *, named: bool = True) -> str:
    """Say what was found of all of them; not `named`, it is the same for those of whom the same is to be said."""
    first = alike[0]
    words = _words(first)
    if words is None:
        return first.text
    about = ", ".join(dict.fromkeys(_about(each, say) for each in alike)) if named else ""
    source = ", ".join(dict.fromkeys(each.about for each in alike)) if named else ""
    return say.text(words.found, about=about, source=source, **_values(first, say))


def _reported(each: Finding) -> Reported:
    return Reported(f"{each.about}: {each.text}", each.advice, f"{each.measure} {each.figure:.4g}, limit {each.limit:.4g}")


def _words(each: Finding) -> Words | None:
    """Return the words for a finding; None for one of a later version, which is told as it was reported."""
    if each.measure in _BY_MEASURE:
        return _BY_MEASURE[each.measure]
    if each.section == "outcomes":
        return _of_outcome(each)
    if each.section == "drift":
        return _of_drift(each)
    if each.measure == "hours behind":
        return _OLD_PREDICTIONS if each.about == "predictions" else _BEHIND
    return None


def _of_outcome(each: Finding) -> Words | None:
    if " less that of " in each.measure:
        return _WORSE if each.level == "alarm" else _NO_BETTER
    if each.measure == "interval_coverage":
        return _TOO_NARROW if each.figure < COVERED else _TOO_WIDE
    if each.measure.startswith("total foretold"):
        return _LEVEL_MORE if each.figure > 0 else _LEVEL_LESS
    return None


def _of_drift(each: Finding) -> Words:
    if each.about.endswith(" scores"):
        return _SAYS_OTHERWISE
    return _MOVED if each.level == "alarm" else _MOVED_A_LITTLE


def _values(each: Finding, say: Wording) -> dict[str, str]:
    """Return the figure in whichever way a sentence names it: as count, share, number or time."""
    return {
        "count": say.number(each.figure),
        "share": say.percent(abs(each.figure)),
        "number": say.number(each.figure, decimals=1),
        "span": say.span(round(each.figure * HOUR)),
        "time": say.days(each.figure),
    }


def _about(each: Finding, say: Wording) -> str:
    model = each.about.partition(" ")[0]
    return model_name(model, say) if model in MODEL_NAMES else said(each.about, say).capitalize()
