"""What is done before the live pointer moves: whoever is fresh in the operational database is predicted anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lifecycle.database import open_operational

if TYPE_CHECKING:
    from lifecycle.settings import Settings
    from models.bundle import Live
    from training.publishing.ledger import BeforeMove


def predicting_ahead(settings: Settings) -> BeforeMove:
    """Return what every command that moves the pointer does before: nothing where no service ever ran."""

    def before(live: Live) -> None:
        if settings.database_url is None and not settings.home.database.exists():
            return
        from serving.fresh.ahead import predict_ahead

        with open_operational(settings) as engine:
            predict_ahead(settings.home, engine, live, clock=lambda: time.time_ns() // 1000)

    return before
