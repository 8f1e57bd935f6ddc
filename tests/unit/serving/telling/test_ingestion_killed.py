from __future__ import annotations

from benchmarks.ingestion_crashes.kept import Told, verdict
from benchmarks.ingestion_crashes.quick import quick_campaign
from features.contracts.sources import USAGE
from features.home import Home
from features.log.intake import Receipt, append
from features.times import parse_time
from serving.background.into_log.inbox import as_delivery

KILLS = 6  # of 200 in `python -m benchmarks.ingestion_crashes`
NOW = parse_time("2026-02-01")


def test_processes_killed_while_rows_are_taken_and_moved_lose_none_and_double_none(tmp_path):
    found = quick_campaign(tmp_path, kills=KILLS)

    assert found.acknowledged > 0
    assert found.is_clean, found.text


def test_the_campaign_sees_what_is_lost_twice_half_and_unknown(tmp_path):
    home = Home(tmp_path)
    rows = [("a-0-0", 1), ("a-0-1", 1), ("a-0-1", 2), ("b-9-0", 1)]
    content = [
        b'{"customer_id":"c1","known_at":"2026-01-0%dT00:00:00Z","event_id":"%s","occurred_at":"2026-01-01T00:00:00Z","feature":"x"}'
        % (day, event_id.encode())
        for event_id, day in rows
    ]
    append(home, {USAGE.name: as_delivery(USAGE, content)}, receipt=Receipt(NOW, "given"))

    found = verdict(home, [Told("a", 0)])

    assert (found.lost, found.twice, found.halves, found.unknown, found.is_clean) == (1, 1, 1, 1, False)
