"""What differs between two company files, and what of it no log can value."""

from __future__ import annotations

import pytest

from features.company import Company, default_company_text, read_company
from training.policies.files_compared import changes, refusals_of_files

TEXT = default_company_text("default")
LIVE = read_company(TEXT)


def changed(old: str, new: str) -> Company:
    assert old in TEXT
    return read_company(TEXT.replace(old, new, 1))


def refused(new: Company) -> list[str]:
    return [refusal.code for refusal in refusals_of_files(LIVE, new, models=["churn", "value"], drawn=["loyalty_gift"])]


def test_the_same_file_with_another_comment_changes_nothing() -> None:
    new = read_company(f"{TEXT}\n# looked at once more\n")

    assert (changes(LIVE, new), refused(new)) == ([], [])


def test_another_lever_cost_or_rule_is_named_and_can_be_valued() -> None:
    new = changed("lever_percent = -10.0", "lever_percent = 25.0")

    assert changes(LIVE, new) == ["the offer retention_discount has another lever_percent"]
    assert refused(new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('channel = "email", contacts = 1, days = 7', 'channel = "email", contacts = 2, days = 7'),
        ("count = 1, days = 30, pause_days = 60", "count = 1, days = 30, pause_days = 30"),
        ('name = "email"\n', 'name = "email"\nneeds_consent = false\n'),
    ],
)
def test_another_contact_policy_needs_a_live_test(old: str, new: str) -> None:
    (refusal,) = refusals_of_files(LIVE, changed(old, new), models=[], drawn=[])

    assert refusal.code == "contact_policy"
    assert "needs a live test" in refusal.text


def test_a_new_offer_needs_a_live_test_and_is_named() -> None:
    new = changed('id = "loyalty_gift"', 'id = "birthday_gift"')

    (refusal,) = refusals_of_files(LIVE, new, models=[], drawn=["loyalty_gift"])

    assert (refusal.code, "birthday_gift" in refusal.text, "needs a live test" in refusal.text) == ("new_offers", True, True)
    assert {"the offer birthday_gift is new", "the offer loyalty_gift is gone"} <= set(changes(LIVE, new))


def test_an_offer_taken_out_can_be_valued() -> None:
    start, end = TEXT.index('[[offers]]\nid = "referral_invite"'), TEXT.index("# Percentages for whole kinds")

    assert refused(read_company(TEXT[:start] + TEXT[end:])) == []


def test_another_reward_or_question_cannot_be_held_against_the_live_file() -> None:
    assert refused(changed("reward_days = 90", "reward_days = 60")) == ["question"]
    assert refused(changed("grace_days = 14", "grace_days = 30")) == ["question"]
