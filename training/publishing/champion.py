"""Which recipe is live for a question: what a candidate's recipe is held against, on the same folds."""

from __future__ import annotations

from dataclasses import dataclass

from features.home import Home
from models.bundle import model_manifest
from training.publishing.pointer import live_models
from training.question import Question, Recipe


@dataclass(frozen=True)
class Champion:
    """The live model of a question, and its recipe as the manifest holds it."""

    sha: str
    recipe: Recipe


def champion_of(home: Home, question: Question) -> Champion | None:
    """Return the live model that answers the same question; None where none is live, or it was made for another question.

    Models of other horizons or of another meaning of leaving cannot be told better or worse: they answered something else.
    """
    sha = live_models(home).get(question.name)
    if sha is None:
        return None
    made = model_manifest(home, sha)["provenance"]
    same = made["definition"] == question.definition and made["horizon_days"] == question.horizon_days
    return Champion(sha, made["recipe"]) if same else None
