"""From what will a model be made: all that decides a training before it begins, as one digest.

Equal digests give equal models, so a model already made from the same is found again instead of trained again.
"""

from __future__ import annotations

import msgspec

from features.times import Timestamp
from features.write_once import sha256_of_json
from training.question import Question
from training.records.environment import program_digest


def made_from(question: Question, *, log_digest: str, seed: int, as_of: Timestamp | None = None) -> str:
    """Return the digest of the log, the company file, the features, the settings of the question, the seed and the program.

    `as_of`: the moment that training pretends to be today; None where it does not.
    """
    return sha256_of_json(
        {
            "model": question.name,
            "settings": _settings(question),
            "log": log_digest,
            "company": question.company.sha256,
            "features": question.company.catalogue.signature,
            "seed": seed,
            "as_of": as_of,
            "program": program_digest(),
        }
    )


def _settings(question: Question) -> dict[str, object]:
    """Return what is set beside the company file, such as how trees are grown."""
    names = [name for name in getattr(question, "__dataclass_fields__", {}) if name != "company"]
    settings: dict[str, object] = msgspec.to_builtins({name: getattr(question, name) for name in names})
    return settings
