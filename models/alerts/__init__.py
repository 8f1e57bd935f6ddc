"""WHEN SOMEBODY MUST BE TOLD: alerts by the company file, judged over what was predicted and published of every customer."""

from models.alerts.codes import ALERT_CODES, MOST_URGENT_FIRST, AlertCode, alert_column, alert_features
from models.alerts.columns import Before, alert_columns
from models.alerts.known import Known
from models.alerts.rules import RULES, Finding
from models.alerts.texts import alert_texts, facts_of, name_of, text_of

__all__ = [
    "ALERT_CODES",
    "MOST_URGENT_FIRST",
    "RULES",
    "AlertCode",
    "Before",
    "Finding",
    "Known",
    "alert_column",
    "alert_columns",
    "alert_features",
    "alert_texts",
    "facts_of",
    "name_of",
    "text_of",
]
