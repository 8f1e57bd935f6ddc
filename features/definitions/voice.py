"""What does the customer say when asked: survey scores, newest and on average."""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Rows

surveys = Rows("surveys")

_nps = surveys["kind"].equals("nps")
_csat = surveys["kind"].equals("csat")
_ces = surveys["kind"].equals("ces")

FEATURES: tuple[Feature, ...] = (
    Feature(
        "surveys_nps_last",
        surveys.last(surveys["score"], where=_nps),
        "Newest answer to how likely the customer is to recommend us.",
        Reading("points", high=10.0, missing="never answered", origin="Reichheld 2003, Net Promoter"),
    ),
    Feature(
        "surveys_nps_days_since",
        surveys.days_since_last(where=_nps),
        "Days since that answer.",
        Reading("days", missing="never answered"),
    ),
    Feature(
        "surveys_nps_mean_365d",
        surveys.mean(surveys["score"], where=_nps, days=365),
        "Average of those answers in the last 365 days.",
        Reading("points", high=10.0, missing="none in the last 365 days"),
    ),
    Feature(
        "surveys_csat_last",
        surveys.last(surveys["score"], where=_csat),
        "Newest answer to how satisfied the customer is.",
        Reading("points", high=10.0, missing="never answered"),
    ),
    Feature(
        "surveys_ces_last",
        surveys.last(surveys["score"], where=_ces),
        "Newest answer to how easy we made it.",
        Reading("points", high=10.0, missing="never answered", origin="Dixon, Freeman, Toman 2010, Customer Effort Score"),
    ),
    Feature("surveys_count_365d", surveys.count(days=365), "Surveys answered in the last 365 days.", Reading("answers")),
    Feature(
        "surveys_comment_sentiment_last",
        surveys.last(surveys["comment_sentiment"]),
        "Sentiment of the newest comment, from -1 (bad) to 1 (good).",
        Reading("sentiment", low=-1.0, high=1.0, missing="never commented"),
    ),
)
