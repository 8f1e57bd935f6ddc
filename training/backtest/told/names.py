"""What the methods of a back-test are called for people."""

from __future__ import annotations

from collections.abc import Mapping

from features.reports.backtest import AT_RANDOM, BY_MONEY, MODEL, MONEY_ALONE

NAMES: Mapping[str, str] = {
    MODEL: "the model",
    BY_MONEY: "the model, by money at stake",
    MONEY_ALONE: "money alone",
    "health": "health index",
    "recency": "days since last activity",
    "rfmt": "RFMT",
    "rfm_logistic": "RFM logistic",
    "mbg_nbd": "MBG/NBD",
    AT_RANDOM: "at random",
}
"""In the order in which they are told."""
