"""WHICH FEEDBACK IS LEARNED FROM, and with which weight: who said it, whether it can be true, and who must look at it first.

`learnable` is pure; `read_feedback` and the releases are at the edge.
"""

from training.feedback.learnable import FEW_SOURCES, MOST_SHARE, HeldSource, Learnable, learnable
from training.feedback.releases import Release, read_releases, release
from training.feedback.rows import Feedback, read_feedback, sources_of
from training.feedback.state import FeedbackState, feedback_state, findings_of_feedback, release_source

__all__ = [
    "FEW_SOURCES",
    "MOST_SHARE",
    "Feedback",
    "FeedbackState",
    "HeldSource",
    "Learnable",
    "Release",
    "feedback_state",
    "findings_of_feedback",
    "learnable",
    "read_feedback",
    "read_releases",
    "release",
    "release_source",
    "sources_of",
]
