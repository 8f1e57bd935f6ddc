"""What an offer model knows beside its estimates: the evidence of every offer, and when to contact; read without any tree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from features.write_once import canonical_json
from models.decision.estimates import OfferEvidence
from models.offer.contact_times import ContactTimes

EVIDENCE, CONTACT_TIMES = "evidence.json", "contact_times.json"
"""The files of a stored offer model that hold it: an object of the evidence by offer id, and one of the times by channel."""


@dataclass(frozen=True)
class OfferKnowledge:
    """The evidence by offer id, and the contact times by channel; an offer that is not here was never shown."""

    evidence: Mapping[str, OfferEvidence]
    contact_times: Mapping[str, ContactTimes]

    def to_files(self) -> dict[str, bytes]:
        """Return the knowledge as two files of JSON."""
        return {
            EVIDENCE: canonical_json({offer: asdict(each) for offer, each in self.evidence.items()}),
            CONTACT_TIMES: canonical_json({channel: each.to_json() for channel, each in self.contact_times.items()}),
        }

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> OfferKnowledge:
        """Return the knowledge that `to_files` wrote."""
        times = json.loads(files[CONTACT_TIMES])
        return cls(evidence_in(files[EVIDENCE]), {channel: ContactTimes.from_json(each) for channel, each in times.items()})


def evidence_in(content: bytes) -> dict[str, OfferEvidence]:
    """Return the evidence by offer id that stands in the file `EVIDENCE`: no other file of the model has to be read."""
    return {offer: OfferEvidence(**each) for offer, each in json.loads(content).items()}
