"""Which showings are learned from, and with what weight: nothing that cannot be true, nobody too loud, nobody who is held."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import NEVER
from features.home import Home
from models.rows import FloatArray
from training.decided import Decisions
from training.feedback import Feedback, Learnable, learnable, read_releases
from training.feedback.rows import UNSOURCED
from training.records.report import Finding


@dataclass(frozen=True)
class Believed:
    """The decisions that are learned from, how much each weighs (None where all weigh the same), and what was found."""

    decisions: Decisions
    weights: FloatArray | None
    found: Learnable

    def findings(self) -> list[Finding]:
        """Return one line of what was found, and one for every source that is held.

        Sources are agents and keys, and findings go where models are tracked, so sources are numbered here. They are named, in
        the same order, by `lifecycle policy feedback`.
        """
        found = self.found
        whole: Finding = {"source": None, "sources": found.sources, "untrue": found.untrue, "capped": len(found.capped)}
        held: list[Finding] = [
            {"source": f"held {number}", "rows": each.rows, "share": each.share}
            for number, each in enumerate(found.held, start=1)
        ]
        return [whole, *held]


def believed(home: Home, decisions: Decisions) -> Believed:
    """Return what may be learned of decisions, by who said what became of them, and by what an admin has released."""
    found = _found(home, decisions)
    kept = found.weights > 0
    weights = found.weights[kept]
    return Believed(decisions.where(kept), None if np.all(weights == 1.0) else weights, found)


def as_believed(home: Home, decisions: Decisions) -> Decisions:
    """Return every decision, and of what became of its offer only what may be learned: else nothing was shown or accepted.

    What was decided by lot, and what was bought since, nobody who tells of offers has a word in.
    """
    silent = _found(home, decisions).weights <= 0
    shown_at = np.where(silent, NEVER, decisions.shown_at)
    return replace(decisions, shown_at=shown_at, accepted=decisions.accepted & ~silent)


def _found(home: Home, decisions: Decisions) -> Learnable:
    return learnable(_feedback(decisions), until=decisions.until, releases=read_releases(home))


def _feedback(decisions: Decisions) -> Feedback:
    offered = pc.binary_join_element_wise(decisions.offers, pc.fill_null(decisions.channels, ""), "/")
    return Feedback(
        sources=np.array(pc.fill_null(decisions.sources, UNSOURCED).to_pylist(), dtype=np.str_),
        accepted=decisions.accepted,
        decided_at=decisions.decided_at,
        shown_at=decisions.shown_at,
        answered_at=decisions.outcome_at,
        known_at=decisions.known_at,
        kinds=_codes(offered),
    )


def _codes(texts: pa.Array) -> np.typing.NDArray[np.int64]:
    return np.asarray(texts.dictionary_encode().indices.to_numpy(), dtype=np.int64)
