"""Does a kept decision follow from what is kept with it: decided anew under the company file of then, compared byte for byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from features.company import stored_company
from features.errors import LifecycleError
from features.home import Home
from models.decision import Policy, replay, reworded
from models.explanation.codes import Language
from serving.database.offered.decisions import KeptDecision

_FILES_AT_HAND = 8


def replayed(home: Home, kept: KeptDecision) -> dict[str, Any]:
    """Return whether deciding anew gives the same bytes; with a reason where it cannot be decided anew at all.

    No model is asked, and no company file but the one that was in force then, by its hash.
    """
    found: dict[str, Any] = {"agrees": False, "sha256": hashlib.sha256(kept.document).hexdigest()}
    try:
        found["agrees"] = replay(kept.document, _policy(home, kept.company)) == kept.document
    except LifecycleError as error:
        found["reason"] = f"{type(error).__name__}: it could not be decided anew from what is stored."
    return found


def said_in(home: Home, kept: KeptDecision, language: Language) -> Mapping[str, Any]:
    """Return what a decision says, its reasons in the language of who reads it; as stored where it cannot be decided anew.

    What was decided is the same; nothing is stored.
    """
    try:
        found: Mapping[str, Any] = reworded(kept.document, _policy(home, kept.company), language)
    except LifecycleError:  # the company file of then is gone, or the decision is of an older form
        found = json.loads(kept.document)["answer"]
    return found


@lru_cache(_FILES_AT_HAND)
def _policy(home: Home, company: str) -> Policy:
    return Policy.of(stored_company(home, company))
