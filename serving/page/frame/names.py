"""How are the names of the shipped company files and data said in the reader's language; other names are shown as they are."""

from __future__ import annotations

from serving.page.frame.wording import N_, Wording

NAMES = frozenset({
    # stages
    N_("introduction"), N_("growth"), N_("maturity"), N_("decline"), N_("lapsed"),
    N_("reach"), N_("acquisition"), N_("conversion"), N_("retention"), N_("loyalty"),
    N_("onboarding"), N_("support"), N_("adoption"), N_("engagement"), N_("expansion"),
    # value categories
    N_("below zero"), N_("high performance"), N_("high potential"), N_("standard"),
    # components of health
    N_("usage"), N_("trend"), N_("renewal"), N_("nps"), N_("csat"), N_("ces"),
    N_("recency"), N_("rhythm"), N_("frequency"), N_("monetary"),
    # steps of onboarding
    N_("account setup"), N_("data migration"), N_("first report"), N_("team invited"), N_("training done"),
    # types of complaints, and topics of tickets and of comments
    N_("defect"), N_("billing"), N_("access"), N_("slow answer"), N_("late delivery"), N_("damaged goods"), N_("spoiled goods"),
    N_("how to"), N_("wish"), N_("price"), N_("product"),
    # who may give more back
    N_("team lead"), N_("manager"), N_("shop manager"),
    # why an offer was declined or skipped
    N_("too expensive"), N_("not needed"), N_("no need"), N_("bad time"), N_("bad moment"), N_("has it elsewhere"),
    N_("not satisfied"), N_("wants help first"), N_("other"), N_("no time"), N_("not fitting"), N_("customer upset"),
    # channels
    N_("email"), N_("phone"), N_("sms"), N_("in app"), N_("chat"), N_("post"), N_("web"), N_("portal"),
    N_("referral"), N_("search"), N_("content"), N_("ads"),
    # where we are spoken of in public
    N_("reviews"), N_("forum"), N_("social"),
    # sources of the log
    N_("customers"), N_("tickets"), N_("purchases"), N_("surveys"), N_("mentions"), N_("milestones"), N_("offers"),
})  # fmt: skip
"""Every name that has a translation."""


def said(name: str, say: Wording) -> str:
    """Return a name as the reader knows it, without underscores.

    >>> from serving.page.frame.wording import wording_of
    >>> said("high_potential", wording_of("en")), said("gold_plus", wording_of("pl"))
    ('high potential', 'gold plus')
    """
    plain = name.replace("_", " ")
    return say.text(plain) if plain in NAMES else plain
