"""What does the customer say, asked and unasked: survey scores and how they change, comments, and mentions in public.

The log holds the surveys that were answered, not those that were sent: a response rate cannot be computed. Nearest to it stand
the answers of the last 90 days, and the satisfaction surveys answered for each resolved ticket.
"""

from __future__ import annotations

from features.language.feature import Feature, Reading, code_of
from features.language.formulas import Rows

surveys, mentions, tickets = Rows("surveys"), Rows("mentions"), Rows("tickets")

_score, _sentiment = surveys["score"], surveys["comment_sentiment"]
_commented = surveys["comment_topic"].known() | _sentiment.known()
_NEVER_ANSWERED = "never answered"
_CSAT = surveys["kind"].equals("csat")


def _about(kind: str, question: str, scale: tuple[float, float], origin: str) -> tuple[Feature, ...]:
    """Return the features about one question, asked on a scale."""
    of_kind, (low, high) = surveys["kind"].equals(kind), scale
    newest = surveys.last(_score, where=of_kind)
    return (
        Feature(
            f"surveys_{kind}_last",
            newest,
            f"Newest answer to {question}.",
            Reading("points", low, high, f"never answered a survey of the kind {kind}", origin),
        ),
        Feature(
            f"surveys_{kind}_days_since",
            surveys.days_since_last(where=of_kind),
            f"Days since the newest answer to {question}.",
            Reading("days", missing=f"never answered a survey of the kind {kind}"),
        ),
        Feature(
            f"surveys_{kind}_change",
            newest - surveys.last_but_one(_score, where=of_kind),
            f"Newest answer to {question}, less the one before; below 0 it got worse.",
            Reading("points", low - high, high - low, "answered less than twice", origin),
        ),
        Feature(
            f"surveys_{kind}_mean_365d",
            surveys.mean(_score, where=of_kind, days=365),
            f"Answers of the last 365 days to {question}, on average.",
            Reading("points", low, high, "none in the last 365 days", origin),
        ),
    )


_ANSWERS: tuple[Feature, ...] = (
    *_about("nps", "how likely the customer is to recommend us (NPS, 0 to 10)", (0.0, 10.0), "Reichheld 2003, Net Promoter"),
    *_about("csat", "how satisfied the customer is (CSAT, 1 to 5)", (0.0, 10.0), "customer satisfaction score"),
    *_about(
        "ces",
        "how easy we made it (CES, 1 to 7, most is easiest)",
        (0.0, 10.0),
        "Dixon, Freeman, Toman 2010, Customer Effort Score",
    ),
    Feature(
        "surveys_csat_min_365d",
        surveys.minimum(_score, where=_CSAT, days=365),
        "Worst answer of the last 365 days to how satisfied the customer is (CSAT, 1 to 5).",
        Reading("points", high=10.0, missing="none in the last 365 days"),
    ),
    *(
        Feature(
            f"surveys_count_{days}d", surveys.count(days=days), f"Surveys answered in the last {days} days.", Reading("answers")
        )
        for days in (90, 365)
    ),
    Feature(
        "surveys_days_since_last",
        surveys.days_since_last(),
        "Days since a survey was last answered.",
        Reading("days", missing=_NEVER_ANSWERED),
    ),
    Feature(
        "surveys_csat_per_ticket_365d",
        surveys.count(where=_CSAT, days=365) / tickets.count(where=tickets["resolved_at"].known(), days=365),
        "Satisfaction surveys answered in the last 365 days, for each ticket opened in them that is resolved.",
        Reading("answers", missing="no ticket of the last 365 days resolved"),
    ),
)

_COMMENTS: tuple[Feature, ...] = (
    Feature(
        "surveys_comments_365d",
        surveys.count(where=_commented, days=365),
        "Surveys answered with a comment in the last 365 days.",
        Reading("comments"),
    ),
    Feature(
        "surveys_comment_topics_365d",
        surveys.distinct(surveys["comment_topic"], days=365),
        "Different topics of the comments of the last 365 days.",
        Reading("topics"),
    ),
    code_of(
        "comment_topic",
        surveys.last_code(surveys["comment_topic"]),
        "Topic of the newest comment that has one.",
        missing="no comment with a topic",
    ),
    Feature(
        "surveys_comment_sentiment_last",
        surveys.last(_sentiment),
        "Sentiment of the newest comment that has one, from -1 (bad) to 1 (good).",
        Reading("sentiment", -1.0, 1.0, "no comment with a sentiment"),
    ),
    Feature(
        "surveys_comment_sentiment_mean_365d",
        surveys.mean(_sentiment, days=365),
        "Sentiment of the comments of the last 365 days, on average, from -1 (bad) to 1 (good).",
        Reading("sentiment", -1.0, 1.0, "no comment with a sentiment in the last 365 days"),
    ),
)

_MENTIONS: tuple[Feature, ...] = (
    *(
        Feature(
            f"mentions_count_{days}d",
            mentions.count(days=days),
            f"Public mentions by the customer in the last {days} days, where we know whose they are.",
            Reading("mentions"),
        )
        for days in (90, 365)
    ),
    Feature(
        "mentions_negative_365d",
        mentions.count(days=365, where=mentions["sentiment"] < 0),
        "Public mentions of the last 365 days with a sentiment below 0.",
        Reading("mentions"),
    ),
    Feature(
        "mentions_sentiment_last",
        mentions.last(mentions["sentiment"]),
        "Sentiment of the newest public mention that has one, from -1 (bad) to 1 (good).",
        Reading("sentiment", -1.0, 1.0, "no mention with a sentiment"),
    ),
    Feature(
        "mentions_sentiment_mean_365d",
        mentions.mean(mentions["sentiment"], days=365),
        "Sentiment of the public mentions of the last 365 days, on average, from -1 (bad) to 1 (good).",
        Reading("sentiment", -1.0, 1.0, "no mention with a sentiment in the last 365 days"),
    ),
    Feature(
        "mentions_days_since_last",
        mentions.days_since_last(),
        "Days since the last public mention.",
        Reading("days", missing="never mentioned us"),
    ),
)

FEATURES: tuple[Feature, ...] = (*_ANSWERS, *_COMMENTS, *_MENTIONS)
