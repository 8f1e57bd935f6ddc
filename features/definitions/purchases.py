"""What does the customer buy: how often, how lately, for how much, how broadly, in which rhythm, and how much comes back.

A *purchase* is an order, a renewal or an upgrade. A *purchase day* is a UTC day with at least one; recency and first purchase are
counted from the midnights that begin those days, so that a customer with one purchase day has bought zero days after the first:
the x and t_x of the BTYD models are `purchases_days_lifetime - 1` and `purchases_days_since_first - purchases_days_since_last`.
"""

from __future__ import annotations

from features.definitions.rhythm import Rhythm
from features.language.feature import Feature, Reading, code_of
from features.language.formulas import Rows

purchases = Rows("purchases")

_kind, _revenue, _margin, _quantity = (purchases[name] for name in ("kind", "revenue", "margin", "quantity"))
_bought = _kind.is_in("order", "renewal", "upgrade")
_paid = _kind.is_in("order", "renewal", "upgrade", "downgrade", "refund")
_refunded = _kind.equals("refund")
_priced = _bought & _revenue.known() & (_quantity > 0)
_rhythm = Rhythm("purchases", "purchase day", purchases, _bought)

_CURRENCY = "company currency"
_NEVER_BOUGHT = "never bought"
_NO_AMOUNT = "there were purchases, none with an amount"
_RFM = "recency, frequency, monetary value"
_BTYD = "Fader and Hardie, buy-till-you-die models"

_OFTEN: tuple[Feature, ...] = (
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
    Feature("purchases_days_lifetime", _rhythm.days, "Purchase days so far.", Reading("days", origin=_BTYD)),
    Feature(
        "purchases_days_since_last",
        _rhythm.since_last,
        "Days since the start of the last purchase day.",
        Reading("days", missing=_NEVER_BOUGHT, origin=_BTYD),
    ),
    Feature(
        "purchases_days_since_first",
        _rhythm.since_first,
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
    *_rhythm.features(),
)

_AMOUNTS: tuple[Feature, ...] = (
    *(
        Feature(
            f"purchases_{name}_{days}d",
            purchases.sum(purchases[name], days=days, where=_paid),
            f"{word} of the last {days} days, less refunds.",
            Reading(_CURRENCY, low=None, missing=_NO_AMOUNT, origin=_RFM),
        )
        for name, word in (("revenue", "Revenue"), ("margin", "Contribution margin"))
        for days in (30, 90, 365)
    ),
    *(
        Feature(
            f"purchases_{name}_lifetime",
            purchases.sum(purchases[name], where=_paid),
            f"{word} so far, less refunds.",
            Reading(_CURRENCY, low=None, missing=_NO_AMOUNT, origin=_RFM),
        )
        for name, word in (("revenue", "Revenue"), ("margin", "Contribution margin"))
    ),
    Feature(
        "purchases_margin_share_365d",
        purchases.sum(_margin, days=365, where=_paid & _revenue.known())
        / purchases.sum(_revenue, days=365, where=_paid & _margin.known()),
        "Contribution margin of the last 365 days as a share of its revenue, refunds deducted from both.",
        Reading("share", low=None, missing="no line of the last 365 days with both, or they come to no revenue"),
    ),
    Feature(
        "purchases_decayed_revenue_120d",
        purchases.decayed_sum(_revenue, half_life=120, where=_paid),
        "Revenue so far less refunds, an amount counting half after 120 days, a quarter after 240.",
        Reading(_CURRENCY, low=None, missing=_NO_AMOUNT, origin="exponential smoothing"),
    ),
    *(
        Feature(
            f"purchases_revenue_{days}d_ratio",
            purchases.sum(_revenue, days=days, where=_bought) / purchases.sum(_revenue, days=days, skip=days, where=_bought),
            f"Revenue of the last {days} days, as a multiple of that of the {days} days before; refunds not deducted.",
            Reading("multiple", low=None, missing=f"no revenue in the {days} days before, or amounts not known"),
        )
        for days in (90, 365)
    ),
    Feature(
        "purchases_mean_basket_365d",
        purchases.sum(_revenue, days=365, where=_bought) / purchases.distinct_days(days=365, where=_bought & _revenue.known()),
        "Revenue a purchase day in the last 365 days, refunds not deducted; over the days with an amount.",
        Reading(_CURRENCY, low=None, missing="no purchase with an amount in the last 365 days", origin=_RFM),
    ),
    Feature(
        "purchases_unit_price_365d",
        purchases.sum(_revenue, days=365, where=_priced) / purchases.sum(_quantity, days=365, where=_priced),
        "Revenue a unit, on average over the units bought in the last 365 days.",
        Reading(_CURRENCY, low=None, missing="no line with an amount and a quantity in the last 365 days"),
    ),
    Feature(
        "purchases_unit_price_90d_ratio",
        purchases.sum(_revenue, days=90, where=_priced)
        / purchases.sum(_quantity, days=90, where=_priced)
        / (
            purchases.sum(_revenue, days=365, skip=90, where=_priced) / purchases.sum(_quantity, days=365, skip=90, where=_priced)
        ),
        "Revenue a unit in the last 90 days, as a multiple of that in the 365 days before them.",
        Reading("multiple", low=None, missing="no line with an amount and a quantity in one of the two"),
    ),
    Feature(
        "purchases_refunds_365d",
        purchases.count(days=365, where=_refunded),
        "Refunded lines in the last 365 days.",
        Reading("lines"),
    ),
    Feature(
        "purchases_refund_share_365d",
        purchases.sum(_revenue, days=365, where=_refunded) * -1 / purchases.sum(_revenue, days=365, where=_bought),
        "Refunds of the last 365 days as a share of the revenue bought in them; over 1 where older purchases came back.",
        Reading("share", low=None, missing="nothing bought in the last 365 days, or amounts not known"),
    ),
    Feature(
        "purchases_days_since_refund",
        purchases.days_since_last(where=_refunded),
        "Days since the last refund.",
        Reading("days", missing="never had one"),
    ),
)

_WHAT: tuple[Feature, ...] = (
    Feature(
        "purchases_quantity_365d",
        purchases.sum(_quantity, days=365, where=_paid),
        "Units of the last 365 days, less returned ones.",
        Reading("units", low=None, missing="there were purchases, none with a quantity"),
    ),
    Feature(
        "purchases_lines_per_day_365d",
        purchases.count(days=365, where=_bought) / purchases.distinct_days(days=365, where=_bought),
        "Lines of a purchase day, on average over the last 365 days.",
        Reading("lines", low=1.0, missing="nothing bought in the last 365 days"),
    ),
    Feature(
        "purchases_categories_365d",
        purchases.distinct(purchases["category"], days=365, where=_bought),
        "Different product categories bought from in the last 365 days.",
        Reading("categories"),
    ),
    Feature(
        "purchases_category_entropy_365d",
        purchases.entropy(purchases["category"], days=365, where=_bought),
        "How evenly the lines of the last 365 days spread over product categories: 0 all of one, n bits as even over 2^n.",
        Reading("bits", missing="nothing bought in the last 365 days that has a category", origin="Shannon entropy"),
    ),
    Feature(
        "purchases_products_365d",
        purchases.distinct(purchases["product_id"], days=365, where=_bought),
        "Different products bought in the last 365 days.",
        Reading("products"),
    ),
    code_of(
        "purchase_category",
        purchases.last_code(purchases["category"], where=_bought),
        "Product category of the newest purchase that has one.",
        missing="no purchase that has one",
    ),
    code_of(
        "product",
        purchases.last_code(purchases["product_id"], where=_bought),
        "Product of the newest purchase that names one.",
        missing="no purchase that names one",
    ),
)

FEATURES: tuple[Feature, ...] = (*_OFTEN, *_AMOUNTS, *_WHAT)
