"""What must the service be told: where the files are, which database, and the bounds it keeps."""

from __future__ import annotations

from dataclasses import dataclass, field

from features.home import Home
from serving.pruning.retention import Retention


@dataclass(frozen=True)
class ServiceSettings:
    """Everything one web process needs to know; built by the command line, passed to each process as JSON.

    `admission_limit` bounds the requests in hand per process; `metrics_folder` is where several processes share their
    counters (empty: this process counts for itself); `requests_per_minute` bounds each key that has no bound of its own, in
    all processes together; `webhook_private_addresses` lets webhooks call addresses of this machine and of private networks;
    `public_url` is where people reach the page; where it begins with https, cookies are sent over nothing else.
    `embed_origins` are the pages that may show ours in a frame, a CRM for instance; none may unless it is named.
    `stale_hours` is the age of a snapshot above which answers are `degraded`; `retention` says what is removed when. A
    process begins to accept when its first live state is found or refused, `first_load_seconds` at the latest: one that
    accepted earlier would refuse what another process on the same port can answer.
    """

    home: Home
    database_url: str | None = None
    drain_seconds: float = 5.0
    admission_limit: int = 64
    body_limit_bytes: int = 8 << 20
    body_seconds: float = 10.0
    stale_hours: float = 48.0
    first_load_seconds: float = 60.0
    metrics_folder: str = ""
    requests_per_minute: int = 60_000
    webhook_private_addresses: bool = False
    logs_requests: bool = False
    public_url: str = ""
    embed_origins: tuple[str, ...] = ()
    retention: Retention = field(default_factory=Retention)
