"""Which campaigns were there: exposures by their ids in the log, and of the package which coupon is good for which product."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from features.times import Timestamp, parse_time
from models.acceptance import OfferFacts
from training.labels.acceptance import Round

_NEW_YORK = "America/New_York"
_EPOCH = pd.Timestamp("1970-01-01", tz="UTC")
_DAY, _MICROSECOND = pd.Timedelta(days=1), pd.Timedelta(microseconds=1)
DATA_END = parse_time("2018-01-01T05:00:00Z")


def closed_campaigns(folder: Path) -> list[Round]:
    """Return the campaigns that ended within the data, the oldest first; one still open has no answer of who has not said yes."""
    told = pd.read_parquet(folder / "campaign_descriptions.parquet").sort_values(["start_date", "campaign_id"], kind="stable")
    households = pd.read_parquet(folder / "campaigns.parquet").groupby("campaign_id")["household_id"]
    coupons = dict(list(_coupons(folder).groupby("campaign_id")))
    columns = ("campaign_id", "campaign_type", "start_date", "end_date")
    rounds = [
        Round(
            name=f"{campaign} ({kind})",
            starts=_midnight(start),
            closes=_midnight(end + _DAY),
            offer=_facts(kind, coupons[campaign], valid_days=(end + _DAY - start) / _DAY),
            exposure_ids=_exposure_ids(campaign, households.get_group(campaign)),
        )
        for campaign, kind, start, end in zip(*(told[column].tolist() for column in columns), strict=True)
    ]
    return [each for each in rounds if each.closes <= DATA_END]


def _coupons(folder: Path) -> pd.DataFrame:
    products = pd.read_parquet(folder / "products.parquet", columns=["product_id", "product_category", "department"])
    products["category"] = products["product_category"].fillna(products["department"])  # as the mapping of the import has it
    coupons = pd.read_parquet(folder / "coupons.parquet")
    return coupons.merge(products[["product_id", "category"]], on="product_id", how="left")


def _facts(kind: str, coupons: pd.DataFrame, *, valid_days: float) -> OfferFacts:
    return OfferFacts(
        type=f"coupons_{kind.lower().replace(' ', '_')}",
        valid_days=valid_days,
        benefits=pd.factorize(coupons["coupon_upc"], sort=True)[0].astype(np.int32),
        products=pa.array(coupons["product_id"].astype(str), pa.string()),
        categories=pa.array(coupons["category"].dropna().unique(), pa.string()),
    )


def _exposure_ids(campaign: int, households: pd.Series) -> pa.Array:
    return pa.array([f"campaign_{campaign}_{household}/1" for household in sorted(households)], pa.string())


def _midnight(day: pd.Timestamp) -> Timestamp:
    return int((day.tz_localize(_NEW_YORK).tz_convert("UTC") - _EPOCH) / _MICROSECOND)
