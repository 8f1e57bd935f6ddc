"""How does a receiver know that a message is ours: by its signature, as the Standard Webhooks specification says.

A webhook's secret is never stored: it follows from the installation's secret, the webhook's id and the version of its secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook as Signer

from features.times import DAY, SECOND, Timestamp
from serving.database.notices.webhooks import Webhook

OVERLAP = DAY
"""How long the secret before still signs beside the new one."""


def secret_of(installation: bytes, webhook_id: str, *, version: int) -> str:
    """Return a webhook's secret, `whsec_` and 32 bytes in base64.

    >>> secret_of(bytes(32), "wh_1", version=1) == secret_of(bytes(32), "wh_1", version=2)
    False
    """
    words = b"webhook\0" + webhook_id.encode() + b"\0" + str(version).encode()
    return "whsec_" + base64.b64encode(hmac.new(installation, words, hashlib.sha256).digest()).decode()


def secrets_now(installation: bytes, webhook: Webhook, *, now: Timestamp) -> list[str]:
    """Return the secrets that sign at this moment, the newest first; two while the one before still counts."""
    return [secret_of(installation, webhook.id, version=version) for version in _versions(webhook, now)]


def signed_headers(secrets: Sequence[str], message_id: str, *, body: bytes, now: Timestamp) -> dict[str, str]:
    """Return the headers that prove a message, a signature by each secret."""
    at = datetime.fromtimestamp(now // SECOND, UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(now // SECOND),
        "webhook-signature": " ".join(Signer(secret).sign(message_id, at, body.decode()) for secret in secrets),
    }


def _versions(webhook: Webhook, now: Timestamp) -> list[int]:
    newest = webhook.secret_version
    overlaps = webhook.rotated_at is not None and now < webhook.rotated_at + OVERLAP
    return [newest, newest - 1] if overlaps else [newest]
