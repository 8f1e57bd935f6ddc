"""How is a chance said, so that nobody needs to know what a probability is: so many in a hundred."""

from __future__ import annotations

from serving.page.frame.wording import N_, Wording

_HARDLY = 0.005  # a chance below it would be said as none of a hundred


def in_hundred(probability: float) -> int:
    """Return a chance as whole customers of a hundred; one that is not 0 is at least 1, one that is not 1 at most 99.

    >>> in_hundred(0.384), in_hundred(0.0004), in_hundred(0.9999), in_hundred(0.0)
    (38, 1, 99, 0)
    """
    rounded = round(100 * probability)
    return rounded if probability in (0.0, 1.0) else min(max(rounded, 1), 99)


def leaving(probability: float, days: int, say: Wording) -> str:
    """Say the chance to leave within so many days.

    >>> from serving.page.frame.wording import wording_of
    >>> leaving(0.012, 90, wording_of("en")), leaving(0.001, 90, wording_of("en"))
    ('Of 100 customers like this, 1 leaves within 90 days.', 'Of 100 customers like this, fewer than 1 leaves within 90 days.')
    """
    if probability < _HARDLY:
        return say.text(N_("Of 100 customers like this, fewer than 1 leaves within %(days)s days."), days=days)
    return say.plural(
        "Of 100 customers like this, %(count)s leaves within %(days)s days.",
        "Of 100 customers like this, %(count)s leave within %(days)s days.",
        in_hundred(probability),
        days=days,
    )


def buying(probability: float, days: int, say: Wording) -> str:
    """Say the chance to buy within so many days."""
    if probability < _HARDLY:
        return say.text(N_("Of 100 customers like this, fewer than 1 buys within %(days)s days."), days=days)
    return say.plural(
        "Of 100 customers like this, %(count)s buys within %(days)s days.",
        "Of 100 customers like this, %(count)s buy within %(days)s days.",
        in_hundred(probability),
        days=days,
    )
