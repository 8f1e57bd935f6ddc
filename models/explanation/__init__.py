"""Explanation: what moved an answer, gathered into reasons of one meaning each, and said in three languages."""

from models.explanation.codes import LANGUAGES, FeatureWithoutReason, Language, ReasonCode, code_of, reason_codes
from models.explanation.contributions import Contributions, ExplainedModel, contributions_of
from models.explanation.faithfulness import Replaced, lowered_share, without_top_reason
from models.explanation.stored import ReasonsDamaged, from_files, opened, placed, riskiest, to_files
from models.explanation.strongest import LEAST_CONTRIBUTION, MOST_REASONS, REASON_ROW, Reason, Reasons, reasons
from models.explanation.texts import text_of

__all__ = [
    "LANGUAGES",
    "LEAST_CONTRIBUTION",
    "MOST_REASONS",
    "REASON_ROW",
    "Contributions",
    "ExplainedModel",
    "FeatureWithoutReason",
    "Language",
    "Reason",
    "ReasonCode",
    "Reasons",
    "ReasonsDamaged",
    "Replaced",
    "code_of",
    "contributions_of",
    "from_files",
    "lowered_share",
    "opened",
    "placed",
    "reason_codes",
    "reasons",
    "riskiest",
    "text_of",
    "to_files",
    "without_top_reason",
]
