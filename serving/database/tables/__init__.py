"""WHAT THE OPERATIONAL DATABASE HOLDS: who may ask, what was answered and decided, and what waits for the background process.

Moments are int64 microseconds since 1970 UTC; digests are SHA-256 or HMAC-SHA-256 in hex. The migrations make these tables,
these declarations query them, and a test holds the two equal.
"""

from serving.database.tables.asking import api_key_secrets, api_keys, audit_entries, idempotent_answers
from serving.database.tables.background import (
    alert_passes,
    alerts,
    batches,
    deliveries,
    erasures,
    fresh_predictions,
    inbox,
    leases,
    webhooks,
)
from serving.database.tables.deciding import decisions, drain_cursors, exposures, outcomes, recoveries
from serving.database.tables.people import people, sessions
from serving.database.tables.schema import metadata

__all__ = [
    "alert_passes",
    "alerts",
    "api_key_secrets",
    "api_keys",
    "audit_entries",
    "batches",
    "decisions",
    "deliveries",
    "drain_cursors",
    "erasures",
    "exposures",
    "fresh_predictions",
    "idempotent_answers",
    "inbox",
    "leases",
    "metadata",
    "outcomes",
    "people",
    "recoveries",
    "sessions",
    "webhooks",
]
