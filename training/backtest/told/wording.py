"""What do the figures of a back-test rest on, and what do they come to: assumptions, what is peculiar to one run, the gist."""

from __future__ import annotations

from features.reports.backtest import AT_RANDOM, BY_MONEY, MODEL, MONEY_ALONE, BacktestReport, RecipeTried, Terms
from training.backtest.walk import Walked
from training.questions.churn.question import ChurnQuestion

_SOURCES = {
    "live": "that of the live model",
    "candidate": "that of the newest candidate, as no churn model is live",
    "contest": "chosen just now by the contest of `lifecycle train churn`, as there is no model yet",
}
_TOLD_OF = {MODEL: "the model", BY_MONEY: "the model by money at stake", MONEY_ALONE: "money alone", AT_RANDOM: "at random"}


def assumptions_of(terms: Terms, question: ChurnQuestion, recipe: RecipeTried) -> list[str]:
    """Return the sentences that stand on top of every figure."""
    return [*_how_walked(question, recipe), *_how_listed(terms, question), *_how_reckoned(terms, question)]


def notes_of(walked: Walked, terms: Terms, *, asked_months: int) -> list[str]:
    """Return what a reader must know of this run: too few months, lists that hold everybody, nobody who left."""
    lists = walked.lists
    months = len(lists.origins)
    sizes = [int((lists.months == place).sum()) for place in range(months)]
    small = sum(size <= terms.capacity for size in sizes)
    notes = []
    if months < asked_months:
        notes.append(
            f"{months} of the {asked_months} months asked for: earlier ones leave too little closed history to learn from."
        )
    if small:
        notes.append(
            f"In {small} of {months} months no more customers were at risk than can be called ({terms.capacity}): everybody is "
            "on every list, and nothing tells the methods apart there."
        )
    if not lists.left.any():
        notes.append("Nobody who may be listed left within the horizon: there is no recall, no lead time and nothing to keep.")
    if walked.money and terms.save_share is None:
        notes.append("Nothing says which share of the leavers called stays: give --save-share, or read off the share that pays.")
    if walked.money is None:
        notes.append("No purchase has an amount: what calling would have brought is not told.")
    if walked.money == "revenue":
        notes.append(
            "No margin is known: revenue stands in for it, so what is kept is overstated and the share needed understated."
        )
    return notes


def _how_walked(question: ChurnQuestion, recipe: RecipeTried) -> list[str]:
    members = ", ".join(f"{name} {share:.2g}" for name, share in recipe.members.items())
    return [
        f"The recipe is {_SOURCES[recipe.source]} ({recipe.blend}: {members}; calibration {recipe.calibration}). It was chosen "
        "with some of these months in sight; all it learns is learned anew at each month.",
        "At each month every method is fitted on labels that had closed by then, as the log told them then, and asked about who "
        f"was at risk then. Who counts as a leaver left within {question.horizon_days} days.",
    ]


def _how_listed(terms: Terms, question: ChurnQuestion) -> list[str]:
    who = (
        f"Who had been silent for {question.horizon_days} days already has left by the company's own words and is not listed. "
        if question.definition == "activity"
        else ""
    )
    return [
        f"One list a month, of {terms.capacity} calls ({terms.sources['capacity']}), drawn up on the first day: one week's "
        f"calls, the likeliest leavers first. {who}Equal scores share the places left."
    ]


def _how_reckoned(terms: Terms, question: ChurnQuestion) -> list[str]:
    if terms.money is None:
        return []
    days, said = question.horizon_days, terms.sources
    share = "an unknown share" if terms.save_share is None else f"{terms.save_share:.0%}"
    cost = f"{terms.contact_cost:.2f} a contact ({said['contact_cost']}) and {terms.offer_cost:.2f} an offer"
    return [
        f"Of those called who would have left, {share} stay ({said['save_share']}) and bring for {days} days what they brought "
        f"before ({terms.money} at the rate of the last 365 days). Everybody called costs {cost} ({said['offer_cost']}). Who is "
        f"listed again within {days} days of a call is not called again. Nothing else is counted: no discounting, no cost to "
        "serve, nobody annoyed, no margin beyond the horizon.",
        "Nobody was really called because of these lists; offers that were made anyway are in what happened. Beside the list of "
        "the likeliest leavers stand one by money at stake (chance to leave times what the customer brings), one by money alone.",
    ]


def lead_of(report: BacktestReport) -> list[str]:
    """Return what it comes to, in a few sentences."""
    return [_told_of_lists(report), *_told_of_lead(report), *_told_of_money(report)]


def _told_of_lists(report: BacktestReport) -> str:
    pooled, methods = report.pooled, report.pooled.methods
    precision, recall, by_chance = methods[MODEL].get("precision"), methods[MODEL].get("recall"), methods[AT_RANDOM]
    if precision is None or recall is None:
        return f"Nobody of the {pooled.customers:,} customers who might be listed left, so no list can be judged."
    return (
        f"Of those on the model's list {precision.value:.1%} left ({precision.low:.1%} to {precision.high:.1%}), at random "
        f"{by_chance['precision'].value:.1%}; the list held {recall.value:.1%} of the {pooled.leavers:,} leavers, at most "
        f"{pooled.most_recall or 0.0:.1%} could have been on it."
    )


def _told_of_lead(report: BacktestReport) -> list[str]:
    lead = report.lead.get(MODEL)
    if lead is None or lead.median_days is None:
        return []
    return [
        f"Of {lead.leavers:,} who left during the walk {lead.warned.value:.1%} stood on the list until they left, half of them "
        f"for {lead.median_days.value:.0f} days or more; {lead.never:.1%} were on no list."
    ]


def _told_of_money(report: BacktestReport) -> list[str]:
    terms, net = report.terms, {name: found["net"] for name, found in report.pooled.methods.items() if "net" in found}
    share = report.break_even.get(BY_MONEY)
    pays = f"By money at stake calls pay once {share.value:.1%} of the leavers called stay." if share else ""
    if terms.save_share is None or not net:
        return [pays] if pays else []
    said = ", ".join(f"{text} {net[name].value:,.0f}" for name, text in _TOLD_OF.items() if name in net)
    return [
        f"If {terms.save_share:.0%} of the leavers called stay, calling brings net ({terms.currency}): {said}. {pays}".rstrip()
    ]
