"""What differs between the live company file and a new one, and which of it the log can never value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from features.company import Company
from features.company.offers import Offer
from features.reports.policy import Refusal
from training.questions.registry import asked

_LIVE_TEST = "needs a live test: launch it with a share of customers, or let the simulated company value it"
_REWARD = ("reward_days", "currency", "cost_to_serve")


def refusals_of_files(live: Company, new: Company, *, models: Iterable[str], drawn: Iterable[str]) -> list[Refusal]:
    """Return why the log cannot tell what the new file is worth, whatever the decisions; `drawn`: offers ever drawn by lot."""
    return [*_contact_policy(live, new), *_new_offers(live, new, drawn), *_question(live, new, models)]


def changes(live: Company, new: Company) -> list[str]:
    """Say what deciding reads differently in the new file, a sentence each; nothing where it decides the same."""
    before, after = ({offer.id: offer for offer in company.offers} for company in (live, new))
    lines = [f"the offer {name} is new" for name in after if name not in before]
    lines += [f"the offer {name} is gone" for name in before if name not in after]
    for name in before.keys() & after.keys():
        if differing := _differing(before[name], after[name]):
            lines.append(f"the offer {name} has another {', '.join(differing)}")
    for part in ("control_share", "exploration_share", "channels", "levers", "contact_policy", "expansion_guard", *_REWARD):
        if getattr(live, part) != getattr(new, part):
            lines.append(f"{part.replace('_', ' ')}: changed")
    if [each.model_dump() for each in live.stage_sets] != [each.model_dump() for each in new.stage_sets]:
        lines.append("stages: changed")
    return sorted(lines)


def _differing(before: Offer, after: Offer) -> list[str]:
    return [name for name in type(before).model_fields if getattr(before, name) != getattr(after, name)]


def _contact_policy(live: Company, new: Company) -> Iterator[Refusal]:
    consents = [{channel.name: channel.needs_consent for channel in company.channels} for company in (live, new)]
    if live.contact_policy != new.contact_policy or consents[0] != consents[1]:
        yield Refusal(
            "contact_policy",
            "",
            "The contact policy differs: what customers would have been shown before is not what the log says, so the contact "
            f"history as logged is not that of the new file; this {_LIVE_TEST}",
            "the contact policy of the live file",
            "another one",
            "leave the contact policy as it is to value the rest, or test it live",
        )


def _new_offers(live: Company, new: Company, drawn: Iterable[str]) -> Iterator[Refusal]:
    known = {offer.id for offer in live.offers} & set(drawn)
    strange = [offer.id for offer in new.offers if offer.id not in {each.id for each in live.offers}]
    if strange:
        yield Refusal(
            "new_offers",
            "",
            f"{', '.join(strange)}: nobody was ever offered this, so the log cannot tell what comes of it; this {_LIVE_TEST}",
            f"offers of the live file ({len(known)} of them were drawn by lot)",
            f"{len(strange)} new",
            "leave new offers out to value the rest, or test them live",
        )


def _question(live: Company, new: Company, models: Iterable[str]) -> Iterator[Refusal]:
    other = [part for part in _REWARD if getattr(live, part) != getattr(new, part)]
    other += [f"what the {model} model answers" for model in models if asked(model, live) != asked(model, new)]
    if other:
        yield Refusal(
            "question",
            "",
            f"the new file has another {', '.join(other)}: a decision would not be worth the same thing under both files",
            "the same reward and the same questions to the live models",
            ", ".join(other),
            "change these apart (`lifecycle train --company FILE`, then `promote`), then compare the rest",
        )
