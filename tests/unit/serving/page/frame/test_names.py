"""Which names are said in the reader's language: those of the shipped company files and data; no other is guessed at."""

from __future__ import annotations

import pytest

from features.company.load import default_company_text, read_company
from serving.page.frame.names import NAMES, said
from serving.page.frame.wording import wording_of
from serving.page.offering.reasons import REASONS
from training.simulated.world import World


def plain(names) -> set[str]:
    return {name.replace("_", " ") for name in names}


@pytest.mark.parametrize("name", ["default", "activity", "grocery"])
def test_every_name_of_a_shipped_company_file_is_said_in_the_readers_language(name):
    company = read_company(default_company_text(name))

    shown = {stage.name for stage_set in company.stage_sets for stage in stage_set.stages}
    for named in (company.value_categories, company.health.components, company.channels, company.milestones):
        shown |= {one.name for one in named}
    shown |= {one.type for one in company.recovery.complaints} | {one.role for one in company.recovery.escalation}
    assert plain(shown) - NAMES == set()


def test_every_word_of_the_simulated_data_and_every_reason_is_said_in_the_readers_language():
    world = World()

    words = {*world.arrivals.channels, *world.support.channels, *world.support.topics, *world.voice.comment_topics}
    reasons = {*world.offers.decline_reasons, *world.offers.skip_reasons, *REASONS}
    assert plain(words | reasons | set(world.voice.networks)) - NAMES == set()


def test_a_companys_own_name_is_shown_as_it_stands_without_underscores():
    assert said("seat_count_dispute", wording_of("pl")) == "seat count dispute"
    assert said("slow_answer", wording_of("pl")) == "powolna odpowiedź"
