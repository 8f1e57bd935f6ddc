"""How figures become pictures: readable without seeing them, harmless whatever stands in them, free of style and script."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from serving.page.frame.charts import Axis, bars, line, meter, round_top

AXIS = Axis("10 a week", "May 1", "Nov 20")


def seen(drawn: str) -> ElementTree.Element:
    return ElementTree.fromstring(drawn)  # noqa: S314 (drawn by us, a line above)


def test_a_picture_says_in_words_what_it_shows():
    drawn = seen(bars("Use", "12 uses", [0.5, 1.0], AXIS))

    assert drawn.attrib["role"] == "img"
    assert [drawn.findtext("title"), drawn.findtext("desc")] == ["Use", "12 uses"]
    assert [text.text for text in drawn.iter("text")] == ["10 a week", "May 1", "Nov 20"]


def test_a_week_without_use_has_no_bar_and_one_use_is_seen():
    drawn = seen(bars("Use", "", [0.0, 0.0001, 1.0], AXIS))

    tall = [float(bar.attrib["height"]) for bar in drawn.iter("rect")]
    assert tall == [1.5, 80.0]


def test_a_line_goes_through_every_point_from_left_to_right():
    drawn = seen(line("Risk", "", [(0.0, 0.0), (0.5, 1.0), (1.0, 0.5)], AXIS))

    places = [(dot.attrib["cx"], dot.attrib["cy"]) for dot in drawn.iter("circle")]
    assert places == [("2.00%", "98.0"), ("50.00%", "18.0"), ("98.00%", "58.0")]
    assert len([stroke for stroke in drawn.iter("line") if stroke.attrib["class"] == "line"]) == 2


def test_hostile_words_stay_words():
    drawn = bars("</title><script>alert(1)</script>", '" onload="x', [1.0], Axis("<b>", "&", "'"))

    assert "<script" not in drawn
    assert seen(drawn).findtext("title") == "</title><script>alert(1)</script>"


@pytest.mark.parametrize("drawn", [bars("a", "b", [0.3], AXIS), line("a", "b", [(0, 0)], AXIS), meter(0.4)])
def test_no_picture_needs_inline_style_or_script(drawn):
    assert not re.search(r"style=|\son\w+=|<script", drawn)


@pytest.mark.parametrize(("share", "wide"), [(-1.0, "0.0%"), (0.256, "25.6%"), (7.0, "100.0%")])
def test_a_meter_never_leaves_its_frame(share, wide):
    assert f'width="{wide}"' in meter(share)


@pytest.mark.parametrize("highest", [0.004, 0.03, 0.17, 1.0, 7.0, 23.0, 99.5, 12_345.0])
def test_a_scale_ends_at_a_round_number_little_above_the_highest(highest):
    top = round_top(highest)

    assert highest <= top <= max(2 * highest, 0.01)
