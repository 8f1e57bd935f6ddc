"""How are figures spelled for people: shares, counts and magnitudes, so that none looks like what it is not."""

from __future__ import annotations

_TINY = 1e-6


def percent(share: float) -> str:
    """Spell a share so that a small one does not look like none, nor an almost whole one like all.

    >>> percent(0.123), percent(0.004), percent(0.00001), percent(0.9996), percent(1.0)
    ('12 %', '0.4 %', '<0.1 %', '>99.9 %', '100 %')
    """
    if 0 < share < 0.001:
        return "<0.1 %"
    if 0.999 < share < 1:
        return ">99.9 %"
    digits = 1 if 0 < share < 0.0995 or 0.9 < share < 1 else 0
    return f"{100 * share:.{digits}f} %"


def counted(count: int, noun: str) -> str:
    """Spell a number of things.

    >>> counted(1, "day"), counted(2_000, "stretch")
    ('1 day', '2,000 stretches')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "es" if noun.endswith("ch") else "s")


def further(left: int) -> str:
    """Close a list that names some and leaves so many out.

    >>> further(3), further(0)
    (' and 3 more', '')
    """
    return f" and {left:,} more" if left > 0 else ""


def magnitude(value: float | None) -> str:
    """Spell a number of any size to about three digits; an en dash for none.

    >>> magnitude(1234567.0), magnitude(0.0123), magnitude(12.0), magnitude(None), magnitude(-0.5), magnitude(1e-99)
    ('1.23 M', '0.0123', '12', '–', '-0.5', '<1e-6')
    """
    if value is None:
        return "–"
    if 0 < value < _TINY:
        return "<1e-6"
    for unit, letter in ((1e9, " G"), (1e6, " M"), (1e4, " k")):
        if abs(value) >= unit:
            scale = unit if letter != " k" else 1e3
            return f"{value / scale:.3g}{letter}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def days(value: float) -> str:
    """Spell a length of time given in days.

    >>> days(0.0), days(0.01), days(0.045), days(3.25)
    ('0', '14 minutes', '1 hour', '3.2 days')
    """
    if value == 0:
        return "0"
    if abs(value) < 1 / 24:
        return counted(round(value * 1440), "minute")
    return counted(round(value * 24), "hour") if abs(value) < 2 else f"{value:,.1f} days"
