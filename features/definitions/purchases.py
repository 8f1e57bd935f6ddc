"""What does the customer buy: how often, how lately, for how much, in which rhythm, and how the contract stands.

A *purchase* is an order, a renewal or an upgrade. A *purchase day* is a UTC day with at least one; recency and first purchase are
counted from the midnights that begin those days, so that a customer with one purchase day has bought zero days after the first:
the x and t_x of the BTYD models are `purchases_days_lifetime - 1` and `purchases_days_since_first - purchases_days_since_last`.
"""

from __future__ import annotations

from features.language.expressions import Midnight
from features.language.feature import Feature, Reading
from features.language.formulas import Rows

purchases = Rows("purchases")

_kind = purchases["kind"]
_bought = _kind.is_in("order", "renewal", "upgrade")
_paid = _kind.is_in("order", "renewal", "upgrade", "downgrade", "refund")
_term = _kind.is_in("order", "renewal", "upgrade", "downgrade") & (purchases["term_days"] > 0)
_contract = _kind.equals("cancellation") | _term

_day = Midnight(purchases.time)
_days = purchases.distinct_days(where=_bought)
_since_first = purchases.days_since_first(_day, where=_bought)
_since_last = purchases.days_since_last(_day, where=_bought)
_gaps = _days - 1
_gap_mean = (_since_first - _since_last) / _gaps
_gap_variance = (purchases.squared_gaps(where=_bought) - _gaps * _gap_mean * _gap_mean) / (_gaps - 1)

_NEVER_BOUGHT = "never bought"
_NO_AMOUNT = "there were purchases, none with an amount"
_RFM = "recency, frequency, monetary value"
_BTYD = "Fader and Hardie, buy-till-you-die models"

FEATURES: tuple[Feature, ...] = (
    *(
        Feature(
            f"purchases_count_{days}d",
            purchases.count(days=days, where=_bought),
            f"Purchased lines in the last {days} days.",
            Reading("lines", origin=_RFM),
        )
        for days in (30, 90, 180, 365)
    ),
    Feature("purchases_count_lifetime", purchases.count(where=_bought), "Purchased lines so far.", Reading("lines", origin=_RFM)),
    *(
        Feature(
            f"purchases_days_{days}d",
            purchases.distinct_days(days=days, where=_bought),
            f"Purchase days in the last {days} days.",
            # a window that begins in mid-day touches one day more
            Reading("days", high=days + 1, origin=_BTYD),
        )
        for days in (30, 90, 180, 365)
    ),
    Feature("purchases_days_lifetime", _days, "Purchase days so far.", Reading("days", origin=_BTYD)),
    *(
        Feature(
            f"purchases_revenue_{days}d",
            purchases.sum(purchases["revenue"], days=days, where=_paid),
            f"Revenue of the last {days} days, less refunds.",
            Reading("company currency", low=None, missing=_NO_AMOUNT, origin=_RFM),
        )
        for days in (30, 90, 365)
    ),
    Feature(
        "purchases_revenue_lifetime",
        purchases.sum(purchases["revenue"], where=_paid),
        "Revenue so far, less refunds.",
        Reading("company currency", low=None, missing=_NO_AMOUNT, origin=_RFM),
    ),
    *(
        Feature(
            f"purchases_margin_{days}d",
            purchases.sum(purchases["margin"], days=days, where=_paid),
            f"Contribution margin of the last {days} days, less refunds.",
            Reading("company currency", low=None, missing=_NO_AMOUNT),
        )
        for days in (90, 365)
    ),
    Feature(
        "purchases_refunds_365d",
        purchases.count(days=365, where=_kind.equals("refund")),
        "Refunded lines in the last 365 days.",
        Reading("lines"),
    ),
    Feature(
        "purchases_quantity_365d",
        purchases.sum(purchases["quantity"], days=365, where=_paid),
        "Units of the last 365 days, less returned ones.",
        Reading("units", low=None, missing="there were purchases, none with a quantity"),
    ),
    Feature(
        "purchases_categories_365d",
        purchases.distinct(purchases["category"], days=365, where=_bought),
        "Different product categories bought from in the last 365 days.",
        Reading("categories"),
    ),
    Feature(
        "purchases_products_365d",
        purchases.distinct(purchases["product_id"], days=365, where=_bought),
        "Different products bought in the last 365 days.",
        Reading("products"),
    ),
    Feature(
        "purchases_days_since_last",
        _since_last,
        "Days since the start of the last purchase day.",
        Reading("days", missing=_NEVER_BOUGHT, origin=_BTYD),
    ),
    Feature(
        "purchases_days_since_first",
        _since_first,
        "Days since the start of the first purchase day.",
        Reading("days", missing=_NEVER_BOUGHT, origin=_BTYD),
    ),
    *(
        Feature(
            f"purchases_decayed_{days}d",
            purchases.decayed_days(half_life=days, where=_bought),
            f"Purchase days so far, a day counting half after {days} days, a quarter after {2 * days}.",
            Reading("days", origin="exponential smoothing of a point process"),
        )
        for days in (14, 45, 120)
    ),
    Feature(
        "purchases_gap_mean_days",
        _gap_mean,
        "Days between successive purchase days, on average.",
        Reading("days", missing="fewer than two purchase days"),
    ),
    Feature(
        "purchases_gap_std_days",
        _gap_variance.root(),
        "Standard deviation of the days between successive purchase days (of a sample: n - 1).",
        Reading("days", missing="fewer than three purchase days"),
    ),
    Feature(
        "purchases_recency_over_gap",
        _since_last / _gap_mean,
        "Days since the last purchase day, as a multiple of the average gap; over 1 the customer is later than usual.",
        Reading("average gaps", missing="fewer than two purchase days"),
    ),
    Feature(
        "purchases_mean_basket_365d",
        purchases.sum(purchases["revenue"], days=365, where=_bought)
        / purchases.distinct_days(days=365, where=_bought & purchases["revenue"].known()),
        "Revenue a purchase day in the last 365 days, refunds not deducted; over the days with an amount.",
        Reading("company currency", low=None, missing="no purchase with an amount in the last 365 days", origin=_RFM),
    ),
    Feature(
        "purchases_upgrades_365d",
        purchases.count(days=365, where=_kind.equals("upgrade")),
        "Upgrades in the last 365 days.",
        Reading("lines"),
    ),
    Feature(
        "purchases_downgrades_365d",
        purchases.count(days=365, where=_kind.equals("downgrade")),
        "Downgrades in the last 365 days.",
        Reading("lines"),
    ),
    Feature(
        "purchases_renewals_lifetime",
        purchases.count(where=_kind.equals("renewal")),
        "Renewals so far.",
        Reading("lines"),
    ),
    Feature(
        "contract_days_left",
        purchases.last(purchases["term_days"], where=_term) - purchases.days_since_last(where=_term),
        "Days to the end of the newest contract term bought; below 0 it is overdue.",
        Reading("days", low=None, missing="never had a contract"),
    ),
    Feature(
        "contract_cancelled",
        purchases.last(_kind.equals("cancellation"), where=_contract),
        "1 if the newest thing that happened to the contract is its cancellation, else 0.",
        Reading("flag", high=1.0, missing="never had a contract"),
    ),
)
