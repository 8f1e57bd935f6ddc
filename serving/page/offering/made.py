"""Why this offer: the reasons of a decision as an agent reads them, with facts by what they are called."""

from __future__ import annotations

import re

from serving.page.frame.facts import Facts
from serving.page.frame.wording import N_

_FITS = re.compile(r"[^:]+: (?P<rule>.+) \((?P<found>[^()]*)\)")  # in every language, as the decision words it
_FITS_NOW = N_("Fits now: %(rule)s. Found: %(found)s")


def reason_said(code: str, text: str, facts: Facts) -> str:
    """Return a reason for an offer without a full stop; `text` is the decision's, in the reader's language already."""
    if code == "fits_now" and (match := _FITS.fullmatch(text)):
        return facts.say.text(_FITS_NOW, rule=facts.rule(match["rule"]), found=facts.found(match["found"]))
    return text.replace("_", " ") if code == "occasion" else text
