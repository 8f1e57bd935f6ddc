"""How does the contract stand: days left of the term bought last, what it brings, renewals, up- and downgrades, cancellation."""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Rows

purchases = Rows("purchases")

_kind, _term_days = purchases["kind"], purchases["term_days"]
_term = _kind.is_in("order", "renewal", "upgrade", "downgrade") & (_term_days > 0)
_contract = _kind.equals("cancellation") | _term
_newest_term = purchases.last(_term_days, where=_term)
_NEVER = "never had a contract"

FEATURES: tuple[Feature, ...] = (
    Feature(
        "contract_days_left",
        _newest_term - purchases.days_since_last(where=_term),
        "Days to the end of the newest contract term bought, cancelled since or not; below 0 it is over.",
        Reading("days", low=None, missing=_NEVER),
    ),
    Feature(
        "contract_cancelled",
        purchases.last(_kind.equals("cancellation"), where=_contract),
        "1 if the newest thing that happened to the contract is its cancellation, else 0.",
        Reading("flag", high=1.0, missing=_NEVER),
    ),
    Feature("contract_term_days", _newest_term, "Length of the newest contract term bought.", Reading("days", missing=_NEVER)),
    Feature(
        "contract_revenue_30d",
        purchases.last(purchases["revenue"], where=_term & purchases["revenue"].known())
        / purchases.last(_term_days, where=_term & purchases["revenue"].known())
        * 30,
        "What the newest contract term with an amount brings in 30 days.",
        Reading("company currency", low=None, missing="never had a contract with an amount", origin="monthly recurring revenue"),
    ),
    Feature(
        "purchases_renewals_365d",
        purchases.count(days=365, where=_kind.equals("renewal")),
        "Renewals in the last 365 days.",
        Reading("lines"),
    ),
    Feature(
        "purchases_renewals_lifetime",
        purchases.count(where=_kind.equals("renewal")),
        "Renewals so far.",
        Reading("lines"),
    ),
    Feature(
        "purchases_days_since_renewal",
        purchases.days_since_last(where=_kind.equals("renewal")),
        "Days since the last renewal.",
        Reading("days", missing="never renewed"),
    ),
    *(
        Feature(
            f"purchases_{change}s_365d",
            purchases.count(days=365, where=_kind.equals(change)),
            f"{change.capitalize()}s in the last 365 days.",
            Reading("lines"),
        )
        for change in ("upgrade", "downgrade")
    ),
    *(
        Feature(
            f"purchases_days_since_{change}",
            purchases.days_since_last(where=_kind.equals(change)),
            f"Days since the last {change}.",
            Reading("days", missing="never had one"),
        )
        for change in ("upgrade", "downgrade")
    ),
)
