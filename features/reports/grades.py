"""What did training say of the models that are live: their grades, beside what, learned from what; a part of monitoring."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LiveGrade:
    """One live model, and what its training came to.

    `letter` A to C by what it is better than, F where it should not be relied on; None where the report of its training is gone,
    and so is all that stands in it. `words` say the letter in a sentence. Named rules on the same customers: `beats` for sure,
    `alike` where chance may be all, `beaten_by` for sure. `level_off`: the total foretold over what came, less 1. `moments`: how
    many past moments it was graded at. `promoted_at` and `override` (why it went live although a gate had not passed) are None
    where nothing of the kind was written down.
    """

    model: str
    model_sha: str
    letter: str | None = None
    words: str = ""
    horizon_days: int = 0
    trained_as_of: str | None = None
    rows: int = 0
    customers: int = 0
    moments: int = 0
    beats: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    beaten_by: tuple[str, ...] = ()
    level_off: float | None = None
    promoted_at: str | None = None
    override: str | None = None
