"""Where does a customer stand in the relationship: winners by rule, calmed into stages, with evidence, `since` and history.

`winners` asks the rules, `course` calms them over Mondays, `kept` holds past Mondays on disk, `standing` answers for one
customer and `everybody` for all. `keeping` computes the Mondays that are missing; it needs joblib and is imported by name.
"""

from features.stages.course import Course, course
from features.stages.winners import StageWinners, features_named_by, stage_winner, stage_winners

__all__ = ["Course", "StageWinners", "course", "features_named_by", "stage_winner", "stage_winners"]
