"""The way through a long list: on and back, however far, and never to another list."""

from __future__ import annotations

from serving.listing.cursors import Cursor
from serving.page.work.trail import LONGEST_TRAIL, first_trail, read_trail

LIST = {"predictions": "p" * 16, "query": "q" * 16}


def gone(pages):
    """Return the trail of who has turned so many pages."""
    trail = first_trail(**LIST)
    for number in range(1, pages + 1):
        trail = trail.onward(Cursor(*LIST.values(), 25 * number, 0.5, f"customer-{number:04}"))
    return trail


def test_a_trail_survives_its_address():
    assert read_trail(gone(3).text(), **LIST) == gone(3)


def test_the_first_page_has_no_trail_and_no_way_back():
    assert gone(0).text() == ""
    assert gone(0).back() is None
    assert gone(2).back() == gone(1)


def test_of_very_many_pages_the_address_stays_short_and_the_number_right():
    trail = gone(500)

    assert len(trail.text()) < LONGEST_TRAIL
    assert (trail.number, trail.here.position) == (501, 12_500)


def test_the_way_back_from_far_away_ends_at_the_first_page():
    trail = gone(500)
    while trail.back() is not None:
        trail = trail.back()

    assert trail == first_trail(**LIST)


def test_a_trail_of_another_list_or_of_older_predictions_leads_nowhere():
    text = gone(2).text()

    assert read_trail(text, predictions="p" * 16, query="other") is None
    assert read_trail(text, predictions="other", query="q" * 16) is None
