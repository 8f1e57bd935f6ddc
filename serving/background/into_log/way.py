"""From where to where are rows moved, and who hears of whose they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Engine

from features.home import Home
from serving.background.news import News


@dataclass(frozen=True)
class Way:
    """The way from the operational database into the event log, and the news that rows on it are."""

    home: Home
    engine: Engine
    news: News = field(default_factory=News)
