"""How are the names of the shipped company files said in the reader's language; a company's own names are shown as they are."""

from __future__ import annotations

from serving.page.frame.wording import N_, Wording

NAMES = (
    # stages
    N_("introduction"), N_("growth"), N_("maturity"), N_("decline"), N_("lapsed"),
    N_("reach"), N_("acquisition"), N_("conversion"), N_("retention"), N_("loyalty"),
    N_("onboarding"), N_("support"), N_("adoption"), N_("engagement"), N_("expansion"),
    # value categories
    N_("below zero"), N_("high performance"), N_("high potential"), N_("standard"),
    # components of health
    N_("usage"), N_("trend"), N_("renewal"), N_("nps"), N_("csat"), N_("ces"), N_("recency"), N_("frequency"),
    # channels
    N_("email"), N_("phone"), N_("sms"), N_("in app"), N_("chat"), N_("post"), N_("web"), N_("portal"),
    # sources of the log
    N_("customers"), N_("tickets"), N_("purchases"), N_("surveys"), N_("mentions"), N_("milestones"), N_("offers"),
)  # fmt: skip
"""Every name that has a translation."""


def said(name: str, say: Wording) -> str:
    """Return a name as the reader knows it, without underscores.

    >>> from serving.page.frame.wording import wording_of
    >>> said("high_potential", wording_of("en")), said("gold_plus", wording_of("pl"))
    ('high potential', 'gold plus')
    """
    plain = name.replace("_", " ")
    return say.text(plain) if plain in NAMES else plain
