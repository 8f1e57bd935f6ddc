from typing import get_args

import pytest

from features.company.terms import OfferKind
from features.contracts.sources import SOURCES, Kind, Source

EVERY = pytest.mark.parametrize("source", SOURCES.values(), ids=list(SOURCES))


@EVERY
def test_the_event_time_is_a_required_time(source: Source) -> None:
    time = source.column(source.time)

    assert time.kind is Kind.TIME
    assert time.required


@EVERY
def test_a_mask_is_a_time_column_of_the_same_source(source: Source) -> None:
    masks = [source.column(column.known_with) for column in source.columns if column.known_with]

    assert all(mask.kind is Kind.TIME for mask in masks)


@EVERY
def test_a_delivery_starts_with_who_and_since_when(source: Source) -> None:
    names = [column.name for column in source.delivered]

    assert names[:2] == ["customer_id", "known_at"]
    assert len(names) == len(set(names))
    assert source.key in names


def test_the_profile_of_a_customer_is_masked_until_it_was_learned() -> None:
    customers = SOURCES["customers"]

    masked = {column.name for column in customers.columns if column.known_with == customers.stamped}

    assert masked == {"acquisition_cost", "segment", "country", "language", "consent"}


def test_an_offer_in_the_log_is_of_a_kind_the_company_file_knows() -> None:
    assert SOURCES["offers"].column("kind").choices == get_args(OfferKind)
