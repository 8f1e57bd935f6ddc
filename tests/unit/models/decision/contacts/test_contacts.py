"""What customers were shown, kept as arrays: each exposure once, the newest state of it, the same from every order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.decision.contacts import (
    FILES,
    NEVER,
    Contact,
    Contacts,
    ContactsInvalid,
    exposure_hash,
    from_files,
    merged,
    to_files,
)

SHOWN = Contact("d1/1", "gift", "phone", 10, shown_at=20)
ACCEPTED = replace(SHOWN, outcome="accepted", outcome_at=30)
FULFILLED = replace(SHOWN, outcome="fulfilled", outcome_at=40)
OTHER = Contact("d0/1", "call", None, 5)


def same(one: Contacts, other: Contacts) -> bool:
    return to_files(one) == to_files(other)


def states(contacts: Contacts) -> list[tuple[int, int]]:
    return list(zip(contacts.outcome.tolist(), contacts.outcome_at.tolist(), strict=True))


def test_contacts_stand_by_customer_and_the_oldest_decision_comes_first() -> None:
    found = Contacts.of([[ACCEPTED, OTHER], [], [replace(OTHER, exposure_id="d9/1")]])

    assert found.offsets.tolist() == [0, 2, 2, 3]
    assert found.row.tolist() == [0, 0, 2]
    assert [found.offers[code] for code in found.offer] == ["call", "gift", "call"]
    assert found.channel.tolist() == [-1, 0, -1]
    assert found.decided_at.tolist() == [5, 10, 5]
    assert found.shown_at.tolist() == [NEVER, 20, NEVER]
    assert states(found) == [(-1, NEVER), (1, 30), (-1, NEVER)]


@pytest.mark.parametrize("told", [[SHOWN, ACCEPTED, FULFILLED], [FULFILLED, SHOWN, ACCEPTED], [ACCEPTED, FULFILLED, SHOWN]])
def test_of_several_states_of_one_exposure_the_newest_stands_in_whatever_order_they_come(told) -> None:
    found = Contacts.of([told])

    assert states(found) == [(3, 40)]
    assert found.shown_at.tolist() == [20]


def test_an_exposure_shown_in_one_state_was_shown() -> None:
    found = Contacts.of([[SHOWN, replace(ACCEPTED, shown_at=None)]])

    assert found.shown_at.tolist() == [20]


def test_an_outcome_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ContactsInvalid, match=r"found maybe$"):
        Contacts.of([[replace(SHOWN, outcome="maybe")]])


def test_log_and_database_together_know_each_exposure_once() -> None:
    log = Contacts.of([[SHOWN], [OTHER]])
    database = Contacts.of([[FULFILLED, replace(OTHER, exposure_id="d2/1", offer_id="new", channel="chat")], []])

    found = merged(log, database)

    assert found.offsets.tolist() == [0, 2, 3]
    assert found.offers == ("call", "gift", "new")
    assert found.channels == ("chat", "phone")
    assert [found.offers[code] for code in found.offer] == ["new", "gift", "call"]
    assert [found.channels[code] if code >= 0 else None for code in found.channel] == ["chat", "phone", None]
    assert states(found) == [(-1, NEVER), (3, 40), (-1, NEVER)]


@pytest.mark.parametrize(("first", "second"), [(SHOWN, FULFILLED), (FULFILLED, SHOWN), (FULFILLED, ACCEPTED)])
def test_the_newer_outcome_stands_whichever_store_knows_it(first, second) -> None:
    assert states(merged(Contacts.of([[first]]), Contacts.of([[second]]))) == [(3, 40)]


def test_of_two_outcomes_of_one_moment_the_second_store_stands() -> None:
    declined = replace(ACCEPTED, outcome="declined")

    assert states(merged(Contacts.of([[ACCEPTED]]), Contacts.of([[declined]]))) == [(2, 30)]
    assert states(merged(Contacts.of([[declined]]), Contacts.of([[ACCEPTED]]))) == [(1, 30)]


@pytest.mark.parametrize("empty_first", [True, False])
def test_a_store_that_knows_nothing_adds_nothing(empty_first) -> None:
    known, empty = Contacts.of([[ACCEPTED], [OTHER]]), Contacts.none(2)

    assert same(merged(*((empty, known) if empty_first else (known, empty))), known)


def test_contacts_of_other_customers_are_not_mixed() -> None:
    with pytest.raises(ContactsInvalid, match="found 1 and 2 rows"):
        merged(Contacts.none(1), Contacts.none(2))


def test_customers_are_taken_out_in_the_order_asked_for() -> None:
    three = [[SHOWN, OTHER], [], [replace(OTHER, exposure_id="d9/1")]]

    found = Contacts.of(three).take(np.array([2, 0, 2]))

    assert found.offsets.tolist() == [0, 1, 3, 4]
    assert found.exposure.tolist() == [exposure_hash(each) for each in ("d9/1", "d0/1", "d1/1", "d9/1")]


def test_exposures_are_left_out_by_their_hash() -> None:
    found = Contacts.of([[SHOWN, OTHER], [replace(OTHER, exposure_id="d9/1")]]).without([exposure_hash("d1/1")])

    assert found.offsets.tolist() == [0, 1, 2]
    assert found.exposure.tolist() == [exposure_hash("d0/1"), exposure_hash("d9/1")]


@pytest.mark.parametrize("mapped", [True, False])
def test_contacts_come_back_from_their_files_as_they_were(tmp_path, mapped) -> None:
    contacts = Contacts.of([[ACCEPTED, OTHER], []])
    for name, content in (files := to_files(contacts)).items():
        (tmp_path / name).write_bytes(content)

    found = from_files({name: tmp_path / name for name in FILES} if mapped else files)

    assert set(files) == set(FILES)
    assert same(found, contacts)
    assert found.exposure.dtype == np.uint64


def test_nobody_was_shown_anything_comes_back_too() -> None:
    assert same(from_files(to_files(Contacts.none(3))), Contacts.none(3))


def test_files_that_do_not_fit_one_another_are_refused() -> None:
    files = to_files(Contacts.of([[ACCEPTED, OTHER]])) | {
        "contacts_offer.npy": to_files(Contacts.of([[OTHER]]))["contacts_offer.npy"]
    }

    with pytest.raises(ContactsInvalid, match=r"lengths \[1, 2\]"):
        from_files(files)
