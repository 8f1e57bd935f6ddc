from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from features.company import (
    CompanyDamaged,
    CompanyInvalid,
    UnknownCompany,
    default_company_text,
    read_company,
    read_company_file,
    store_company,
    stored_company,
)
from features.home import Home


@pytest.mark.parametrize("name", ["default", "activity", "grocery"])
def test_a_shipped_company_file_holds(
    name: Literal["default", "activity", "grocery"], faults_of: Callable[[str], list[str]]
) -> None:
    assert faults_of(default_company_text(name)) == []


def test_the_default_sells_subscriptions(default_text: str) -> None:
    company = read_company(default_text)

    assert (company.churn.definition, company.churn.grace_days, company.churn.at_risk_days) == ("contract", 14, 365)
    assert (company.horizons_days, company.horizon_days) == ((30, 60, 90), 90)
    assert [stage_set.name for stage_set in company.stage_sets] == ["growth_curve", "funnel", "success_phases"]
    assert company.stage_set.order == ("introduction", "growth", "maturity", "decline", "lapsed")


def test_activity_means_purchases() -> None:
    company = read_company(default_company_text("activity"))

    (activity,) = company.churn.activity
    assert (activity.source, activity.kinds) == ("purchases", ("order", "renewal", "upgrade"))
    assert (company.churn.definition, company.churn.at_risk_days, company.horizon_days) == ("activity", 365, 90)


def test_the_hash_is_that_of_the_text(default_text: str) -> None:
    company = read_company(default_text)
    respelled = read_company(default_text + "\n")

    assert company.text == default_text
    assert company.sha256 != respelled.sha256


def test_a_company_cannot_be_changed(default_text: str) -> None:
    company = read_company(default_text)

    with pytest.raises(ValueError, match="frozen"):
        company.currency = "USD"


def test_a_stored_company_is_read_again(tmp_path: Path, default_text: str) -> None:
    company = read_company(default_text)

    sha = store_company(Home(tmp_path), company)

    assert store_company(Home(tmp_path), company) == sha == company.sha256
    assert stored_company(Home(tmp_path), sha) == company


@pytest.mark.parametrize("spoil", [lambda content: content[:-1], lambda content: bytes([content[0] ^ 1]) + content[1:]])
def test_a_stored_company_that_changed_is_refused(tmp_path: Path, default_text: str, spoil: Callable[[bytes], bytes]) -> None:
    sha = store_company(Home(tmp_path), read_company(default_text))
    path = tmp_path / "companies" / f"{sha}.toml"
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(CompanyDamaged, match="should hash to"):
        stored_company(Home(tmp_path), sha)


@pytest.mark.parametrize("sha", ["0" * 64, "../live", ""])
def test_a_company_never_stored_is_not_found(tmp_path: Path, sha: str) -> None:
    with pytest.raises(UnknownCompany, match="found none stored"):
        stored_company(Home(tmp_path), sha)


def test_a_file_is_read_as_its_bytes_stand(tmp_path: Path, default_text: str) -> None:
    path = tmp_path / "company.toml"
    path.write_bytes(default_text.replace("\n", "\r\n").encode())

    assert read_company_file(path).text == path.read_bytes().decode()


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"a = 1\n\xff", "line 2.*byte 0xff"), (b"\xef\xbb\xbfa = 1", "byte order mark"), (b"#" * 2_000_000, "at most 1048576")],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "company.toml"
    path.write_bytes(content)

    with pytest.raises(CompanyInvalid, match=message):
        read_company_file(path)


def test_a_file_that_is_absent_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(UnknownCompany, match="needed a company file"):
        read_company_file(tmp_path / "none.toml")
