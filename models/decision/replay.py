"""Does a stored decision follow from what is stored with it: read back, decided anew, and written again byte for byte."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from features.errors import Conflict, Damaged
from models.decision.asked import Asked
from models.decision.contacts.table import COLUMNS, NEVER, Contacts
from models.decision.decide import Decision, decide
from models.decision.document import FORMAT, answer, document
from models.decision.draw import Lots
from models.decision.estimates import Estimates, OfferEvidence
from models.decision.policy import Policy
from models.decision.situations import Situations
from models.explanation.codes import Language
from models.rows import FloatArray


class DecidedByAnotherFile(Conflict):
    """A decision was to be replayed under a company file it was not made under."""


class DecisionUnreadable(Damaged):
    """A stored decision is of a form that this version does not read."""


def replay(stored: bytes, policy: Policy) -> bytes:
    """Return the document that deciding anew gives, from the situation, the estimates and the lots stored in one.

    `policy` must be of the company file that was in force then, which is stored by its hash. No model, no log and no clock is
    asked, so the result is the same after any of them has changed; it equals `stored` unless somebody changed the document.

    Raises
    ------
    DecidedByAnotherFile
        If the policy is of another company file.
    DecisionUnreadable
        If the document has another format.
    """
    return document(_decided_anew(stored, policy))


def reworded(stored: bytes, policy: Policy, language: Language) -> dict[str, Any]:
    """Return the answer of a stored decision as it is said to somebody else: reasons and script in their language.

    Raises as `replay` does. Where the company has no texts in that language, the script stays in one it has.
    """
    return answer(_decided_anew(stored, policy, language))


def _decided_anew(stored: bytes, policy: Policy, language: Language | None = None) -> Decision:
    kept: dict[str, Any] = json.loads(stored)
    if kept.get("format") != FORMAT:
        raise DecisionUnreadable(
            f"needed a decision of format {FORMAT}, found {kept.get('format')!r}; use the version that made it"
        )
    if kept["company"] != policy.sha256:
        raise DecidedByAnotherFile(
            f"needed the company file {kept['company'][:12]} that the decision was made under, found {policy.sha256[:12]}; "
            "open the stored company file of that hash"
        )
    asked = Asked(**kept["asked"])
    if language is not None:
        asked = replace(asked, language=language, reasons_in=language)
    return decide(policy, situations_of(kept), asked=asked, lots=Lots(**kept["lots"]))


def situations_of(kept: Mapping[str, Any]) -> Situations:
    """Return the situation of a stored decision, given as the JSON value of its document: a table of one row."""
    situation, estimated = kept["situation"], kept["estimates"]
    estimates = Estimates(
        acceptance=_row(estimated["acceptance"])[None],
        uplift=_row(estimated["uplift"])[None],
        usual_margin=_row([estimated["usual_margin"]]),
        evidence={offer: OfferEvidence(**evidence) for offer, evidence in estimated["evidence"].items()},
    )
    return Situations(
        columns={name: _row([value]) for name, value in situation["columns"].items()},
        at=np.array([situation["at"]], np.int64),
        estimates=estimates,
        contacts=_contacts(situation["contacts"]),
        context=situation["context"],
    )


def _contacts(kept: Mapping[str, Any]) -> Contacts:
    plain = dict(kept)
    plain["exposure"] = [int(exposure, 16) for exposure in kept["exposure"]]
    for name in ("decided_at", "shown_at", "outcome_at"):
        plain[name] = [NEVER if moment is None else moment for moment in kept[name]]
    columns: dict[str, Any] = {name: np.array(plain[name], kind) for name, kind in COLUMNS.items()}
    offsets = np.array([0, len(plain["exposure"])], np.int64)
    return Contacts(tuple(kept["offers"]), tuple(kept["channels"]), offsets, **columns)


def _row(values: Sequence[float | None]) -> FloatArray:
    return np.array([math.nan if value is None else value for value in values], np.float64)
